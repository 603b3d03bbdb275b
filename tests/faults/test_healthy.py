"""With every service in order: the run is done, stored column for column, told once, and a retry changes nothing."""

import json

import pytest

from tests.faults.league import League
from tests.faults.places import NOW, Answer, scheduled_run, stored_run

pytestmark = pytest.mark.xdist_group("faults")  # one worker lays the league out, once

ALIKE = ("check_name", "subject", "status", "message", "severity", "remedy", "expected_value", "actual_value")


def test_the_answer(healthy: Answer) -> None:
    """Every check of the schedule found something, the one thing that is wrong is the only finding: 200, stored and told."""
    assert healthy.status == 200
    assert healthy.run["delivery"] == {"stored": True, "sent": ["email", "slack"], "problems": []}
    assert healthy.run["trigger_source"] == "scheduler"
    found = {(result["check_name"], result["subject"]): result["status"] for result in healthy.run["results"]}
    assert found.pop(("dlq_depth", "lost-dlq")) == "FAIL"
    assert found.pop(("deployment_drift", "bare")) == "SKIP"
    assert set(found.values()) == {"PASS"}
    assert {result["check_name"] for result in healthy.run["results"]} == {
        *("phase2_completion", "phase3_completion", "phase5_completion", "historical_completeness"),
        *("data_freshness", "consecutive_failures", "dlq_depth", "deployment_drift"),
        *("scheduler_jobs", "recent_errors", "service_health"),
    }


def test_the_run_is_stored_column_for_column(everything: League, healthy: Answer) -> None:
    """The run's row in BigQuery says what the answer said."""
    (row,) = everything.rows("validation_runs", healthy.run["run_id"])
    details = json.loads(row.pop("details"))
    assert (row.pop("run_timestamp"), str(row.pop("target_date"))) == (NOW, healthy.run["target_date"])
    assert row == {name: healthy.run[name] for name in row}
    assert (details["backend"], details["project"]) == ("gcp", everything.warehouse.project)
    assert details["revision"] == "validation-runner-00007-abc"


def test_the_results_are_stored_column_for_column(everything: League, healthy: Answer) -> None:
    """Each result is one row in BigQuery, which says what the answer said."""
    rows = {row["result_id"]: row for row in everything.rows("validation_check_results", healthy.run["run_id"])}
    assert len(rows) == len(healthy.run["results"])
    for result in healthy.run["results"]:
        row = rows[result["result_id"]]
        assert json.loads(row.pop("details")) == result["details"]
        assert (row.pop("run_id"), row.pop("check_timestamp")) == (healthy.run["run_id"], NOW)
        assert str(row.pop("target_date")) == result["target_date"]
        assert len(row.pop("fingerprint")) == 16
        assert row.pop("bytes_billed") >= 0
        assert row == {name: result[name] for name in row}


def test_people_are_told_once(everything: League, healthy: Answer) -> None:
    """One mail and one Slack message, and a row of `validation_alerts` for each."""
    run_id = healthy.run["run_id"]
    (mail,) = everything.mails(run_id)
    assert mail["subject"] == "WARNING post_overnight 2026-02-03: 1 new"
    assert mail["personalizations"][0]["to"] == [{"email": "on-call@example.com"}]
    (message,) = everything.messages(run_id)
    assert message["text"] == mail["subject"]
    alerts = {row["channel"]: row["status"] for row in everything.told(run_id)}
    assert alerts == {"email": "sent", "slack": "sent"}


def test_a_retry_is_a_replay(everything: League, healthy: Answer) -> None:
    """The scheduler's retry gets the stored run; nothing is run, stored or sent again."""
    again = scheduled_run(everything.places, everything.schemas["whole"], "healthy")
    assert (again.status, again.run["replayed"]) == (200, True)
    assert again.run["run_id"] == healthy.run["run_id"]
    assert again.run["delivery"] == healthy.run["delivery"]
    assert _alike(again) == _alike(healthy)
    assert len(everything.rows("validation_runs", healthy.run["run_id"])) == 1
    assert len(everything.told(healthy.run["run_id"])) == 2
    assert len(everything.mails(healthy.run["run_id"])) == len(everything.messages(healthy.run["run_id"])) == 1


def test_the_stored_run_can_be_read(everything: League, healthy: Answer) -> None:
    """`GET /runs/RUN_ID` gives the run that was answered."""
    found = stored_run(everything.places, everything.schemas["whole"], healthy.run["run_id"])
    assert found.status == 200
    assert _alike(found) == _alike(healthy)


def _alike(answer: Answer) -> list[list[str]]:
    return sorted([str(result[name]) for name in ALIKE] for result in answer.run["results"])
