"""With every service in order: the run is done, stored column for column, told once, and a retry changes nothing."""

import json

import pytest

from tests.faults.league import League
from tests.faults.places import NOW, Answer, scheduled_run, stored_run

pytestmark = pytest.mark.xdist_group("faults")  # one worker lays the league out, once

JOB = "validation-healthy"
ALIKE = ("check_name", "subject", "status", "message", "severity", "remedy", "expected_value", "actual_value")


@pytest.fixture(scope="module")
def answer(everything: League) -> Answer:
    """The whole schedule, once."""
    return scheduled_run(everything.places, everything.whole, JOB)


def test_the_answer(answer: Answer) -> None:
    """Every check of the schedule found something, the one thing that is wrong is the only finding: 200, stored and told."""
    assert answer.status == 200
    assert answer.run["delivery"] == {"stored": True, "sent": ["email", "slack"], "problems": []}
    assert answer.run["trigger_source"] == "scheduler"
    found = {result["subject"]: result["status"] for result in answer.run["results"]}
    assert found.pop("lost-dlq") == "FAIL"
    assert found.pop("bare") == "SKIP"
    assert set(found.values()) == {"PASS"}
    assert {result["check_name"] for result in answer.run["results"]} == {
        *("phase2_completion", "phase3_completion", "phase5_completion", "historical_completeness"),
        *("data_freshness", "consecutive_failures", "dlq_depth", "deployment_drift"),
    }


def test_the_run_is_stored_column_for_column(everything: League, answer: Answer) -> None:
    """The run's row in BigQuery says what the answer said."""
    (row,) = everything.rows("validation_runs", answer.run["run_id"])
    details = json.loads(row.pop("details"))
    assert (row.pop("run_timestamp"), str(row.pop("target_date"))) == (NOW, answer.run["target_date"])
    assert row == {name: answer.run[name] for name in row}
    assert (details["backend"], details["project"]) == ("gcp", everything.warehouse.project)
    assert details["revision"] == "validation-runner-00007-abc"


def test_the_results_are_stored_column_for_column(everything: League, answer: Answer) -> None:
    """Each result is one row in BigQuery, which says what the answer said."""
    rows = {row["result_id"]: row for row in everything.rows("validation_check_results", answer.run["run_id"])}
    assert len(rows) == len(answer.run["results"])
    for result in answer.run["results"]:
        row = rows[result["result_id"]]
        assert json.loads(row.pop("details")) == result["details"]
        assert (row.pop("run_id"), row.pop("check_timestamp")) == (answer.run["run_id"], NOW)
        assert str(row.pop("target_date")) == result["target_date"]
        assert len(row.pop("fingerprint")) == 16
        assert row.pop("bytes_billed") >= 0
        assert row == {name: result[name] for name in row}


def test_people_are_told_once(everything: League, answer: Answer) -> None:
    """One mail and one Slack message, and a row of `validation_alerts` for each."""
    run_id = answer.run["run_id"]
    (mail,) = everything.mails(run_id)
    assert mail["subject"] == "WARNING post_overnight 2026-02-03: 1 failed"
    assert mail["personalizations"][0]["to"] == [{"email": "on-call@example.com"}]
    (message,) = everything.messages(run_id)
    assert message["text"] == mail["subject"]
    alerts = {row["channel"]: row["status"] for row in everything.rows("validation_alerts", run_id)}
    assert alerts == {"email": "sent", "slack": "sent"}


def test_a_retry_is_a_replay(everything: League, answer: Answer) -> None:
    """The scheduler's retry gets the stored run; nothing is run, stored or sent again."""
    again = scheduled_run(everything.places, everything.whole, JOB)
    assert (again.status, again.run["replayed"]) == (200, True)
    assert again.run["run_id"] == answer.run["run_id"]
    assert again.run["delivery"] == answer.run["delivery"]
    assert _alike(again) == _alike(answer)
    for table, count in (("validation_runs", 1), ("validation_alerts", 2)):
        assert len(everything.rows(table, answer.run["run_id"])) == count
    assert len(everything.mails(answer.run["run_id"])) == len(everything.messages(answer.run["run_id"])) == 1


def test_the_stored_run_can_be_read(everything: League, answer: Answer) -> None:
    """`GET /runs/RUN_ID` gives the run that was answered."""
    found = stored_run(everything.places, everything.whole, answer.run["run_id"])
    assert found.status == 200
    assert _alike(found) == _alike(answer)


def _alike(answer: Answer) -> list[list[str]]:
    return sorted([str(result[name]) for name in ALIKE] for result in answer.run["results"])
