"""`/runs` and `/runs/RUN_ID`: what is stored can be read again."""

from datetime import date, timedelta

import pytest

from tests.http.asking import FIRED, NOW, Asker, fired, problem_of, strict_json
from tests.http.test_body import RUN_KEYS
from tests.http.test_retries import same, without_tables
from tests.http.worlds import copied
from tests.worlds.laid import LaidWorld

LISTED = [key for key in RUN_KEYS if key not in ("replayed", "results", "delivery")]


@pytest.fixture(scope="module")
def history(template: LaidWorld, tmp_path_factory: pytest.TempPathFactory) -> Asker:
    """Four days of runs: post_overnight and phase_triggers each day."""
    world = copied(template, tmp_path_factory.mktemp("history") / "world")
    for days in range(4):
        at = FIRED + timedelta(days=days)
        for schedule, late in (("post_overnight", 0), ("phase_triggers", 8)):
            Asker(world, at + timedelta(hours=late)).run(f"schedule={schedule}", fired(at + timedelta(hours=late)))
    return Asker(world, NOW + timedelta(days=4))


def found(ask: Asker, query: str = "") -> list[dict[str, str]]:
    """The listed runs."""
    answer = ask(f"/runs{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    listed: list[dict[str, str]] = strict_json(answer)["runs"]
    return listed


def test_all_runs(history: Asker) -> None:
    """`/runs` lists the newest first, each as in its own answer but without results and delivery."""
    listed = found(history)
    assert [list(run) for run in listed] == [LISTED] * 8
    times = [run["run_timestamp"] for run in listed]
    assert times == sorted(times, reverse=True)
    assert listed[-1]["run_timestamp"] == "2026-02-04T11:00:00Z"


def test_by_schedule(history: Asker) -> None:
    """`schedule` keeps the runs of one schedule."""
    assert [run["schedule_name"] for run in found(history, "?schedule=phase_triggers")] == ["phase_triggers"] * 4
    assert found(history, "?schedule=evening") == []


def test_by_date(history: Asker) -> None:
    """`date` keeps the runs for one target date."""
    listed = found(history, "?date=2026-02-04")
    assert {(run["schedule_name"], run["target_date"]) for run in listed} == {
        ("post_overnight", "2026-02-04"),
        ("phase_triggers", "2026-02-04"),
    }


def test_by_status(history: Asker) -> None:
    """`status` keeps the runs of one status."""
    assert {run["schedule_name"] for run in found(history, "?status=CRITICAL")} == {"post_overnight"}
    assert {run["schedule_name"] for run in found(history, "?status=OK")} == {"phase_triggers"}
    assert found(history, "?status=WARNING") == []


def test_together(history: Asker) -> None:
    """Filters hold together."""
    assert len(found(history, "?schedule=post_overnight&date=2026-02-05&status=CRITICAL&limit=10")) == 1


@pytest.mark.parametrize(("limit", "count"), [("1", 1), ("3", 3), ("08", 8), ("500", 8)])
def test_the_limit(history: Asker, limit: str, count: int) -> None:
    """`limit` is how many at most, from 1 to 500."""
    assert len(found(history, f"?limit={limit}")) == count


def test_fifty_by_default(ask: Asker) -> None:
    """Without a limit there are 50."""
    ask.world.sql(
        "INSERT INTO ops.validation_runs (run_id, run_timestamp, check_type, status)"
        " SELECT CAST(uuid() AS VARCHAR), TIMESTAMPTZ '2026-02-04 00:00:00Z' + INTERVAL (n) SECOND, 'evening', 'OK' FROM range(60) t(n)"
    )
    assert len(found(ask)) == 50
    assert len(found(ask, "?limit=500")) == 60


BAD = {
    "schedule=nope": 404,
    "schedule=": 404,
    "date=2026-2-4": 400,
    "date=": 400,
    "status=ok": 400,
    "status=PASS": 400,
    "limit=0": 400,
    "limit=501": 400,
    "limit=-1": 400,
    "limit=": 400,
    "limit=1e2": 400,
    "limit=%D9%A3": 400,
    "limit=0005000": 400,
    "limit=000050" + "9" * 5_000: 400,
    "limit=1&limit=1": 400,
    "check=dlq_depth": 400,
    "format=text": 400,
}


@pytest.mark.parametrize("query", BAD, ids=lambda query: query[:20])
def test_a_bad_filter(history: Asker, query: str) -> None:
    """A bad, repeated or unknown filter is refused as everywhere."""
    problem_of(history(f"/runs?{query}"), BAD[query])


def test_one_run(ask: Asker) -> None:
    """A stored run is shown as it was answered: results, remedies, evidence, whom it was told to."""
    body = ask.run(headers=fired())
    shown = strict_json(ask(f"/runs/{body['run_id']}"))
    assert same(shown) == same(body)
    assert strict_json(ask(f"/runs/{body['run_id'].upper()}"))["run_id"] == body["run_id"]


def test_one_run_as_text(ask: Asker) -> None:
    """A stored run can be read as text, by `format` or by `Accept`."""
    run_id = ask.run()["run_id"]
    by_format, by_header = ask(f"/runs/{run_id}?format=text"), ask(f"/runs/{run_id}", headers={"Accept": "text/plain"})
    assert by_format.get_data() == by_header.get_data()
    assert by_format.get_data(as_text=True).startswith("CRITICAL post_overnight 2026-02-03")
    assert by_format.headers["X-Validation-Status"] == "CRITICAL"


@pytest.mark.parametrize(
    "run_id",
    [
        "",
        "x",
        "11111111-1111-4111-8111-111111111111",
        "11111111111141118111111111111111",
        "{1111111-1111-4111-8111-111111111111}",
        "g" * 36,
    ],
)
def test_no_such_run(ask: Asker, run_id: str) -> None:
    """An id that is stored nowhere, or is none, is a 404."""
    assert problem_of(ask(f"/runs/{run_id}"), 404)["type"].endswith(":unknown-run")


@pytest.mark.parametrize("query", ["x=1", "format=xml", "format=text&format=text", "date=2026-02-04"])
def test_a_bad_parameter_of_one_run(ask: Asker, query: str) -> None:
    """One run takes `format` and nothing else."""
    problem_of(ask(f"/runs/{ask.run()['run_id']}?{query}"), 400)


def test_a_dry_run_is_not_listed(ask: Asker) -> None:
    """What was a dry run is not stored: it is neither listed nor found."""
    run_id = ask.run("schedule=post_overnight&dry_run=true")["run_id"]
    assert found(ask) == []
    problem_of(ask(f"/runs/{run_id}"), 404)


def test_without_result_tables(ask: Asker) -> None:
    """Without result tables the answer is a 500 that says which is missing."""
    without_tables(ask.world)
    assert "validation_runs does not exist" in problem_of(ask("/runs"), 500)["detail"]


def test_results_that_someone_deleted(ask: Asker) -> None:
    """A stored run whose result rows are not all there any more says so, and shows those that are."""
    run_id = ask.run("schedule=post_overnight")["run_id"]
    ask.world.sql("DELETE FROM ops.validation_check_results WHERE check_name = 'dlq_depth'")
    body = strict_json(ask(f"/runs/{run_id}"))
    assert body["delivery"]["problems"] == [
        "validation_check_results has 13 of the 15 results of this run: someone changed it"
    ]
    assert len(body["results"]) == 13


def test_a_run_of_the_old_runner(ask: Asker) -> None:
    """A row that has only the columns of the old runner is listed and shown."""
    run_id = "22222222-2222-4222-8222-222222222222"
    ask.world.sql(
        f"INSERT INTO ops.validation_runs (run_id, run_timestamp, check_type, status) VALUES ('{run_id}', TIMESTAMPTZ '2026-02-04 08:00:00Z', 'old', 'ok?')"
    )
    body = strict_json(ask(f"/runs/{run_id}"))
    assert (body["schedule_name"], body["status"], body["target_date"]) == (
        "old",
        "ERROR",
        date(2026, 2, 4).isoformat(),
    )
    assert [run["run_id"] for run in found(ask)] == [run_id]
