"""What is sent to BigQuery with every job, and how a job is started, joined and waited for."""

import time
from collections.abc import Iterator

import pytest

from tests.gcp.bigquery_fake import BILLED, BigQueryFake
from tests.parts.http_server import LOST, OK, RESET, Behaviour, refuse, slow
from validator.errors import ServiceError
from validator.gcp.scripts import MOST_RUNS
from validator.gcp.warehouse import BigQueryWarehouse
from validator.world import Query

ONE = Query(sql="SELECT 1 AS one")
FAILED = {"reason": "invalidQuery", "message": 'Could not cast literal "x" to type INT64'}
UNAVAILABLE = refuse(
    503, body={"error": {"code": 503, "message": "Service unavailable", "errors": [{"reason": "backendError"}]}}
)


@pytest.fixture
def bigquery() -> Iterator[BigQueryFake]:
    """A BigQuery that runs every job at once."""
    with BigQueryFake() as fake:
        yield fake


def warehouse(fake: BigQueryFake, seconds: float = 20.0) -> BigQueryWarehouse:
    """The adapter, with so many seconds left at every moment."""
    return BigQueryWarehouse("a-project", "europe-west1", lambda: seconds, 123_456_789, emulator=fake.url)


def behave(fake: BigQueryFake, *script: Behaviour) -> None:
    """Script what the next requests meet; everything after is met well."""
    fake.script = [*script, OK]


def test_every_query_is_bounded_and_labelled(bigquery: BigQueryFake) -> None:
    """The job that is sent has a bound on its bill, a time-out, a location and labels of allowed characters."""
    answer = warehouse(bigquery, 12.5).query(ONE, {"run": "A1", "check": "phase 3/ok"})
    assert (answer.rows, answer.bytes_billed) == (({"one": 1},), BILLED)
    (job,) = bigquery.jobs.values()
    configuration = job["configuration"]
    assert configuration["labels"] == {"run": "a1", "check": "phase_3_ok"}
    assert configuration["query"]["maximumBytesBilled"] == "123456789"
    assert configuration["query"]["useLegacySql"] is False
    assert int(configuration["jobTimeoutMs"]) == 12_500
    assert job["jobReference"]["location"] == "europe-west1"
    assert all(
        request.parameter("location") == "europe-west1" for request in bigquery.requests if request.method == "GET"
    )


def test_values_travel_as_parameters_not_as_text(bigquery: BigQueryFake) -> None:
    """The SQL goes out as it was written; the value is beside it, typed."""
    warehouse(bigquery).query(Query(sql="SELECT @name AS one", parameters={"name": "'; DROP"}), {})
    (job,) = bigquery.jobs.values()
    assert job["configuration"]["query"]["query"] == "SELECT @name AS one"
    assert job["configuration"]["query"]["queryParameters"] == [
        {"name": "name", "parameterType": {"type": "STRING"}, "parameterValue": {"value": "'; DROP"}}
    ]


def test_a_script_is_bounded_and_labelled_too(bigquery: BigQueryFake) -> None:
    """Storing has the same bounds as reading, and a job id made of its key."""
    assert warehouse(bigquery, 9.0).run_once("store_r1", "SELECT @rows", {"rows": "[]"}) is True
    assert bigquery.inserted == ["store_r1_0"]
    configuration = bigquery.jobs["store_r1_0"]["configuration"]
    assert configuration["query"]["maximumBytesBilled"] == "123456789"
    assert int(configuration["jobTimeoutMs"]) == 9_000
    assert configuration["labels"]["purpose"] == "store"
    assert bigquery.jobs["store_r1_0"]["jobReference"]["location"] == "europe-west1"


@pytest.mark.parametrize("trouble", [RESET, LOST, UNAVAILABLE], ids=["reset", "lost", "unavailable"])
def test_a_query_is_started_again_under_the_same_id(bigquery: BigQueryFake, trouble: Behaviour) -> None:
    """After trouble that passes the query is asked again; one whose answer was lost is joined and not paid twice."""
    behave(bigquery, trouble, trouble)
    assert warehouse(bigquery).query(ONE, {}).rows == ({"one": 1},)
    ids = {request.json()["jobReference"]["jobId"] for request in bigquery.requests if request.method == "POST"}
    assert len(ids) == 1


def test_trouble_that_stays_is_told_after_three_tries(bigquery: BigQueryFake) -> None:
    """There is no fourth try."""
    bigquery.script = [UNAVAILABLE]
    with pytest.raises(ServiceError) as caught:
        warehouse(bigquery).query(ONE, {})
    assert caught.value.transient
    assert len(bigquery.requests) == 3


def test_a_refused_query_is_not_asked_again(bigquery: BigQueryFake) -> None:
    """A mistake in the SQL is no matter of time; BigQuery's own words are shown, its address is not."""
    bigquery.script = [
        refuse(400, body={"error": {"code": 400, "message": "Syntax error: Unexpected end", "errors": []}})
    ]
    with pytest.raises(ServiceError, match="Syntax error: Unexpected end") as caught:
        warehouse(bigquery).query(ONE, {})
    assert len(bigquery.requests) == 1
    assert not caught.value.transient
    assert "http" not in str(caught.value)


@pytest.mark.parametrize("after", [0, 1, 2], ids=["insert", "state", "rows"])
def test_no_request_waits_longer_than_what_is_left(bigquery: BigQueryFake, after: int) -> None:
    """Whichever request hangs, the adapter gives up when its time is over: the client's own two minutes do not count."""
    behave(bigquery, *[OK] * after, slow(30))
    began = time.monotonic()
    with pytest.raises(ServiceError) as caught:
        warehouse(bigquery, 0.5).query(ONE, {})
    assert time.monotonic() - began < 2.5
    assert caught.value.transient


def test_a_job_that_never_ends_is_given_up(bigquery: BigQueryFake) -> None:
    """A query that runs on is not waited for beyond the time that is left."""
    bigquery.outcomes["store_r1_0"] = "RUNNING"
    began = time.monotonic()
    with pytest.raises(ServiceError) as caught:
        warehouse(bigquery, 0.8).run_once("store_r1", "SELECT 1", {})
    assert time.monotonic() - began < 3
    assert caught.value.transient
    assert bigquery.inserted == ["store_r1_0"]


def test_a_script_that_may_still_succeed_is_not_started_again(bigquery: BigQueryFake) -> None:
    """After a time-out the next call joins the running job instead of starting another."""
    bigquery.outcomes["store_r1_0"] = "RUNNING"
    with pytest.raises(ServiceError):
        warehouse(bigquery, 0.5).run_once("store_r1", "SELECT 1", {})
    del bigquery.outcomes["store_r1_0"]
    assert warehouse(bigquery).run_once("store_r1", "SELECT 1", {}) is False
    assert bigquery.inserted == ["store_r1_0"]


@pytest.mark.parametrize("trouble", [LOST, RESET, UNAVAILABLE], ids=["lost", "reset", "unavailable"])
def test_a_script_whose_answer_was_lost_is_known_as_ours(bigquery: BigQueryFake, trouble: Behaviour) -> None:
    """When the insertion worked and its answer did not arrive, the job is found again and counts as run by this call."""
    behave(bigquery, trouble)
    assert warehouse(bigquery).run_once("store_r1", "SELECT 1", {}) is True
    assert bigquery.inserted == ["store_r1_0"]


def test_a_job_of_another_is_joined(bigquery: BigQueryFake) -> None:
    """The second caller waits for the first one's job and learns that it was not its own."""
    assert warehouse(bigquery).run_once("store_r1", "SELECT 1", {}) is True
    assert warehouse(bigquery).run_once("store_r1", "SELECT 1", {}) is False
    assert bigquery.inserted == ["store_r1_0"]


def test_a_job_that_exists_may_be_unfindable_for_a_moment(bigquery: BigQueryFake) -> None:
    """BigQuery may answer `already exists` and then `not found`: it is asked again."""
    assert warehouse(bigquery).run_once("store_r1", "SELECT 1", {}) is True
    bigquery.unfindable = 2
    assert warehouse(bigquery).run_once("store_r1", "SELECT 1", {}) is False


def test_the_number_grows_only_after_a_failure(bigquery: BigQueryFake) -> None:
    """A failed job is not run again by the same call; the next call uses the next number."""
    bigquery.outcomes["store_r1_0"] = FAILED
    with pytest.raises(ServiceError, match="Could not cast literal"):
        warehouse(bigquery).run_once("store_r1", "SELECT 1", {})
    assert bigquery.inserted == ["store_r1_0"]
    assert warehouse(bigquery).run_once("store_r1", "SELECT 1", {}) is True
    assert warehouse(bigquery).run_once("store_r1", "SELECT 1", {}) is False
    assert bigquery.inserted == ["store_r1_0", "store_r1_1"]


@pytest.mark.parametrize(
    ("result", "advised", "transient"),
    [
        (
            {"reason": "notFound", "message": "Not found: Table p:d.validation_runs was not found in location US"},
            True,
            False,
        ),
        (
            {"reason": "invalidQuery", "message": "Column bytes_billed is not present in table p.d.t at [3:1]"},
            True,
            False,
        ),
        ({"reason": "invalidQuery", "message": "Invalid timestamp: 'x'"}, False, False),
        (
            {"reason": "backendError", "message": "Error encountered during execution. Retrying may solve it."},
            False,
            True,
        ),
        ({"reason": "stopped", "message": "Job execution was cancelled: Job timed out after 9s"}, False, True),
        (
            {"reason": "invalidQuery", "message": "Transaction is aborted due to concurrent update against table"},
            False,
            True,
        ),
    ],
)
def test_a_failed_script_says_what_to_do(
    bigquery: BigQueryFake, result: dict[str, str], advised: bool, transient: bool
) -> None:
    """Tables that do not fit are answered with the command that mends them; what may pass is told from what will not."""
    bigquery.outcomes["store_r1_0"] = result
    with pytest.raises(ServiceError) as caught:
        warehouse(bigquery).run_once("store_r1", "INSERT …", {})
    assert ("python -m validator tables create" in caught.value.reason) is advised
    assert caught.value.transient is transient


def test_a_script_that_keeps_failing_is_not_tried_for_ever(bigquery: BigQueryFake) -> None:
    """After so many failed jobs of one key the answer is an error, not another job."""
    warehouse(bigquery).run_once("store_r1", "SELECT 1", {})
    for number in range(MOST_RUNS):
        bigquery.jobs[f"store_r1_{number}"] = {**bigquery.jobs["store_r1_0"], "jobReference": _reference(number)}
        bigquery.outcomes[f"store_r1_{number}"] = FAILED
    with pytest.raises(ServiceError, match=f"failed {MOST_RUNS} times"):
        warehouse(bigquery).run_once("store_r1", "SELECT 1", {})
    assert len(bigquery.jobs) == MOST_RUNS


def _reference(number: int) -> dict[str, str]:
    return {"projectId": "a-project", "jobId": f"store_r1_{number}", "location": "europe-west1"}


def test_no_credentials_are_sent_to_an_emulator(bigquery: BigQueryFake) -> None:
    """An emulator is asked anonymously."""
    warehouse(bigquery).query(ONE, {})
    assert all("authorization" not in request.headers for request in bigquery.requests)
    assert bigquery.inserted
