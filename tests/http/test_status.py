"""`/status`: how a day stands, from stored rows alone."""

from datetime import timedelta

import pytest

from tests.http.asking import NOW, Asker, problem_of, strict_json
from tests.http.test_retries import without_tables
from validator.clock import rfc3339

DAY = "2026-02-03"


def stands(ask: Asker, query: str = f"?date={DAY}") -> dict[str, object]:
    """The body."""
    answer = ask(f"/status{query}", "GET")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    body: dict[str, object] = strict_json(answer)
    return body


def open_of(body: dict[str, object], check: str) -> dict[str, dict[str, object]]:
    """The open findings of a check by subject."""
    findings = body["open"]
    assert isinstance(findings, list)
    return {one["subject"]: one for one in findings if one["check_name"] == check}


def test_nothing_stored_is_not_green(ask: Asker) -> None:
    """L-88: without a stored run the day is ERROR, says so, and names the command that runs the morning's schedule."""
    body = stands(ask)
    assert (body["status"], body["open"], body["runs"]) == ("ERROR", [], [])
    assert body["notes"] == [f"nothing is stored for {DAY}: the runner itself may not have run"]
    text = ask(f"/status?date={DAY}&format=text", "GET").get_data(as_text=True)
    assert f"python -m validator run post_overnight --date {DAY}" in text


def test_a_dry_run_says_nothing(ask: Asker) -> None:
    """What was not stored does not count."""
    ask.run("schedule=post_overnight&dry_run=true")
    assert stands(ask)["runs"] == []


def test_it_says_what_the_run_said(ask: Asker) -> None:
    """Status, findings and answers are those of the stored run; by default the day is yesterday."""
    run = ask.run("schedule=post_overnight")
    body = stands(ask, "")
    assert (body["date"], body["status"]) == (DAY, run["status"])
    wanted = {(r["check_name"], r["subject"]) for r in run["results"] if r["status"] in ("FAIL", "WARN", "ERROR")}
    assert {(one["check_name"], one["subject"]) for one in body["open"]} == wanted  # type: ignore[attr-defined]
    assert [one["schedule_name"] for one in body["runs"]] == ["post_overnight"]  # type: ignore[attr-defined]


def test_since_when_it_stands(ask: Asker) -> None:
    """A finding has stood since the first run that found it after the last that did not."""
    later = [Asker(ask.world, NOW + timedelta(hours=hours)) for hours in (1, 2, 3)]
    ask.run("schedule=post_overnight")
    first = open_of(stands(ask), "historical_completeness")["raw.plays"]["since"]
    assert first == rfc3339(NOW)
    ask.world.sql("INSERT INTO raw.plays SELECT game_date FROM raw.plays")
    later[0].run(f"schedule=post_overnight&date={DAY}")
    assert "raw.plays" not in open_of(stands(later[0]), "historical_completeness")
    ask.world.sql("DELETE FROM raw.plays WHERE game_date > '2026-01-31'")
    for asker in later[1:]:
        asker.run(f"schedule=post_overnight&date={DAY}")
    again = open_of(stands(later[2]), "historical_completeness")["raw.plays"]
    assert (again["status"], again["since"]) == ("FAIL", rfc3339(NOW + timedelta(hours=2)))


def test_the_same_day_run_does_not_hide_yesterday(ask: Asker) -> None:
    """What today's run says of today's phases is no answer to whether yesterday completed."""
    ask.run("schedule=post_overnight")
    before = stands(ask)["answers"]
    Asker(ask.world, NOW + timedelta(hours=8)).run("schedule=phase_triggers")
    assert stands(ask)["answers"] == before


def test_results_that_someone_deleted(ask: Asker) -> None:
    """A run whose result rows are gone is not taken for one without findings."""
    ask.run("schedule=post_overnight")
    ask.world.sql("DELETE FROM ops.validation_check_results")
    body = stands(ask)
    assert body["status"] == "ERROR"
    assert "results of post_overnight are gone" in str(body["notes"])


@pytest.mark.parametrize("query", ["?date=today", "?format=xml", "?x=1", f"?date={DAY}&date={DAY}"])
def test_bad_parameters(ask: Asker, query: str) -> None:
    """Every parameter is known, given once and of its form."""
    problem_of(ask(f"/status{query}", "GET"), 400)


def test_without_result_tables(ask: Asker) -> None:
    """Without result tables nothing can be said: 500, naming the table."""
    without_tables(ask.world)
    assert "validation_runs does not exist" in problem_of(ask("/status", "GET"), 500)["detail"]
