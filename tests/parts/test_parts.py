"""Every emulator does what the product relies on, asked with the official clients."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery, firestore, pubsub_v1

from .emulators import Emulator

STORE = """BEGIN TRANSACTION;
INSERT INTO `{project}`.d.results (result_id, threshold, affected)
SELECT JSON_VALUE(r, '$.result_id'), CAST(JSON_VALUE(r, '$.threshold') AS FLOAT64),
  CAST(JSON_VALUE(r, '$.affected') AS INT64)
FROM UNNEST(JSON_QUERY_ARRAY(@rows, '$.results')) AS r;
INSERT INTO `{project}`.d.runs (run_id, run_timestamp, target_date)
SELECT JSON_VALUE(r, '$.run_id'), CAST(JSON_VALUE(r, '$.run_timestamp') AS TIMESTAMP),
  CAST(JSON_VALUE(r, '$.target_date') AS DATE)
FROM UNNEST(JSON_QUERY_ARRAY(@rows, '$.runs')) AS r;
COMMIT TRANSACTION"""
RUN = {"run_id": "r1", "run_timestamp": "2026-01-05T11:00:00.5Z", "target_date": "2026-01-04"}
RESULTS: list[dict[str, Any]] = [
    {"result_id": "a", "threshold": 0.5, "affected": 3},
    {"result_id": "b", "threshold": None, "affected": None},
]


class Warehouse:
    """A BigQuery project with one dataset and the two tables of the store."""

    def __init__(self, emulator: Emulator) -> None:
        self.project = emulator.new_project()
        options = {"api_endpoint": emulator.url}
        self.client = bigquery.Client(
            self.project, credentials=AnonymousCredentials(), client_options=options, location="us-west2"
        )
        self.client.create_dataset("d")
        self._table("runs", [("run_id", "STRING"), ("run_timestamp", "TIMESTAMP"), ("target_date", "DATE")])
        self._table("results", [("result_id", "STRING"), ("threshold", "FLOAT64"), ("affected", "INT64")])

    def store(self, job_id: str, results: list[dict[str, Any]]) -> None:
        """Write the run and its results with one script under that job id, and wait for it."""
        rows = json.dumps({"runs": [RUN], "results": results})
        config = bigquery.QueryJobConfig(query_parameters=[bigquery.ScalarQueryParameter("rows", "STRING", rows)])
        job = self.client.query(STORE.format(project=self.project), job_config=config, job_id=job_id, job_retry=None)
        job.result(timeout=30)

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """What a table holds, in order."""
        return sorted(
            tuple(row.values()) for row in self.client.query(f"SELECT * FROM `{self.project}`.d.{table}").result()
        )

    def _table(self, name: str, columns: list[tuple[str, str]]) -> None:
        schema = [
            bigquery.SchemaField(column, kind, "REQUIRED" if column.endswith("_id") else "NULLABLE")
            for column, kind in columns
        ]
        self.client.create_table(bigquery.Table(f"{self.project}.d.{name}", schema=schema))


@pytest.fixture
def warehouse(bigquery_emulator: Emulator) -> Warehouse:
    """The store's two tables, empty, in a project of their own."""
    return Warehouse(bigquery_emulator)


def test_bigquery_binds_parameters(warehouse: Warehouse) -> None:
    """A query answers for the values that were bound, and not for its text."""
    config = bigquery.QueryJobConfig(query_parameters=[bigquery.ScalarQueryParameter("name", "STRING", "it's")])
    query = "SELECT @name AS name, DATE '2026-01-04' AS day"
    assert [(row.name, row.day.isoformat()) for row in warehouse.client.query(query, job_config=config).result()] == [
        ("it's", "2026-01-04")
    ]


def test_bigquery_stores_rows_of_a_json_parameter_in_one_transaction(warehouse: Warehouse) -> None:
    """One script writes both tables from one parameter, every type as it was."""
    warehouse.store("store_r1_0", RESULTS)
    stored = datetime(2026, 1, 5, 11, 0, 0, 500_000, tzinfo=UTC)
    assert warehouse.rows("runs") == [("r1", stored, stored.date() - timedelta(days=1))]
    assert warehouse.rows("results") == [("a", 0.5, 3), ("b", None, None)]


def test_bigquery_gives_a_job_id_away_once(warehouse: Warehouse) -> None:
    """Of callers who ask for one job id at the same moment one is served, the others are told 409."""
    with ThreadPoolExecutor(5) as pool:
        calls = [pool.submit(warehouse.store, "store_r1_0", RESULTS) for _ in range(5)]
    failures = [call.exception() for call in calls if call.exception()]
    assert [type(failure) for failure in failures] == [exceptions.Conflict] * 4
    assert (len(warehouse.rows("runs")), len(warehouse.rows("results"))) == (1, 2)


@pytest.mark.parametrize("bad", [{"affected": "many"}, {"result_id": None}])
def test_bigquery_rolls_a_failed_script_back(warehouse: Warehouse, bad: dict[str, Any]) -> None:
    """A bad value anywhere leaves both tables empty, and the job says that it failed."""
    with pytest.raises(exceptions.BadRequest):
        warehouse.store("store_r1_0", [RESULTS[0], {**RESULTS[1], **bad}])
    assert (warehouse.rows("runs"), warehouse.rows("results")) == ([], [])
    assert warehouse.client.get_job("store_r1_0").error_result is not None


@pytest.fixture
def documents(firestore_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> firestore.Client:
    """A Firestore client for an empty project."""
    for name, value in firestore_emulator.environment.items():
        monkeypatch.setenv(name, value)
    return firestore.Client(project=firestore_emulator.new_project())


def test_firestore_creates_a_document_once(documents: firestore.Client) -> None:
    """A second create of one document is refused and leaves the first."""
    claim = documents.collection("claims").document("r1")
    claim.create({"holder": "a"})
    with pytest.raises(exceptions.AlreadyExists):
        claim.create({"holder": "b"})
    assert claim.get().to_dict() == {"holder": "a"}


def test_firestore_compares_and_sets(documents: firestore.Client) -> None:
    """An update that names the last update time wins once; the same one again is refused."""
    claim = documents.collection("claims").document("r1")
    claim.create({"holder": "a"})
    seen = documents.write_option(last_update_time=claim.get().update_time)
    claim.update({"holder": "b"}, option=seen)
    with pytest.raises(exceptions.FailedPrecondition):
        claim.update({"holder": "c"}, option=seen)
    assert claim.get().to_dict() == {"holder": "b"}


def test_firestore_projects_are_apart(documents: firestore.Client, firestore_emulator: Emulator) -> None:
    """What one project holds is not in another."""
    documents.collection("claims").document("r1").create({})
    other = firestore.Client(project=firestore_emulator.new_project())
    assert not other.collection("claims").document("r1").get().exists


@pytest.mark.filterwarnings("ignore:The return_immediately flag")
def test_pubsub_dead_letters_after_the_declared_attempts(
    pubsub_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message given back five times arrives on the dead-letter subscription, saying where it came from.

    The emulator moves it when it is asked a sixth time.
    """
    for name, value in pubsub_emulator.environment.items():
        monkeypatch.setenv(name, value)
    publisher, subscriber = pubsub_v1.PublisherClient(), pubsub_v1.SubscriberClient()
    project = f"projects/{pubsub_emulator.new_project()}"
    topic, dead_topic = (publisher.create_topic(name=f"{project}/topics/{name}").name for name in ("work", "dead"))
    policy = {"dead_letter_topic": dead_topic, "max_delivery_attempts": 5}
    work, dead = f"{project}/subscriptions/work", f"{project}/subscriptions/dead"
    subscriber.create_subscription(request={"name": dead, "topic": dead_topic})
    subscriber.create_subscription(request={"name": work, "topic": topic, "dead_letter_policy": policy})
    assert subscriber.get_subscription(subscription=work).dead_letter_policy.max_delivery_attempts == 5
    publisher.publish(topic, b"x").result(10)
    for _ in range(5):
        leased = subscriber.pull(subscription=work, max_messages=1, timeout=10).received_messages
        subscriber.modify_ack_deadline(subscription=work, ack_ids=[leased[0].ack_id], ack_deadline_seconds=0)
    sixth = subscriber.pull(request={"subscription": work, "max_messages": 1, "return_immediately": True}, timeout=10)
    assert not sixth.received_messages
    moved = subscriber.pull(subscription=dead, max_messages=1, timeout=10).received_messages[0].message
    assert (moved.data, moved.attributes["CloudPubSubDeadLetterSourceSubscription"]) == (b"x", "work")


def test_pubsub_says_what_is_missing(pubsub_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A subscription that nobody made is NotFound, not empty."""
    for name, value in pubsub_emulator.environment.items():
        monkeypatch.setenv(name, value)
    name = f"projects/{pubsub_emulator.new_project()}/subscriptions/absent"
    with pytest.raises(exceptions.NotFound):
        pubsub_v1.SubscriberClient().get_subscription(subscription=name)
