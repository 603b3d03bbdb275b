"""The season in order, where calendars deceive: nobody may complain. `make replay` replays all of it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.replay import clean
from tests.replay.clean import FIRST, LAST, Tally, pieces, turning_points
from tests.replay.faults import draw, kinds, run_trial
from tests.replay.games import BREAK, Season, at, game_dates
from tests.replay.worlds import on


@pytest.mark.parametrize("span", turning_points(), ids=lambda span: str(span[0]))
def test_nobody_complains_of_a_season_in_order(span: tuple[date, date]) -> None:
    """Every schedule of the days on which a season begins, breaks off, changes its clocks and ends: no WARN, no FAIL, no ERROR.

    And no message but the morning's summary.
    """
    tally, days = clean.replay(*span), (span[1] - span[0]).days + 1
    assert tally.findings == []
    assert tally.runs == 8 * days
    assert tally.messages == {"post_overnight": days}
    assert tally.judged


def test_most_checks_have_something_to_judge_on_an_ordinary_day() -> None:
    """Silence proves something only where there was something to see: nearly every declared check judges within two days."""
    tally = clean.replay(date(2026, 1, 13), date(2026, 1, 14))
    world = on(date(2026, 1, 13))
    resting = {"load_job_quota"}  # a local world knows no load jobs
    assert tally.findings == []
    assert set(world.work.ssot.checks) - set(tally.judged) == resting


def test_a_replay_can_find_something(tmp_path: Path) -> None:
    """What is counted as a complaint is one: rows taken away are in the tally."""
    world = on(date(2026, 1, 14)).copy(tmp_path / "world")
    world.sql("DELETE FROM nba_analytics.player_game_summary WHERE game_date = DATE '2026-01-12'")
    tally = Tally()
    for _, run in world.run_until(at(date(2026, 1, 14), "06:30")):
        tally.add(run)
    assert any("historical_completeness nba_analytics.player_game_summary" in line for line in tally.findings)


@pytest.mark.parametrize("kind", ["dead_letters", "rows_gone", "job_gone", "game_gone"])
def test_a_random_fault_is_found(kind: str, tmp_path: Path) -> None:
    """By a check that is named for it, and without a word about anything else."""
    trial = draw(kind, 0)
    outcome = run_trial(trial, on(trial.scenario.day).copy(tmp_path / "world"))
    assert outcome.found_by in trial.checks
    assert outcome.false_alarms == []


def test_a_fault_that_is_none_is_not_found(tmp_path: Path) -> None:
    """The measure itself can fail: where nothing was done, nothing is found."""
    trial = draw("service_down", 0)
    world = on(trial.scenario.day).copy(tmp_path / "world")
    quiet = replace(trial, scenario=replace(trial.scenario, once=(), always=()))
    assert run_trial(quiet, world).found_by == ""


def test_the_season_is_one() -> None:
    """231 game dates, a break of six days, six games put off and played on another day; the pieces cover every day once."""
    season = Season(1)
    assert len(game_dates()) == 231
    assert len(BREAK) == 6
    put_off = [game for game in season.games if game.put_off]
    assert len(put_off) == 6
    assert all(any(other.number == game.number and not other.put_off for other in season.games) for game in put_off)
    covered = [day for first, last in pieces(8) for day in (first, last)]
    assert (covered[0], covered[-1]) == (FIRST, LAST)
    assert set(kinds()) >= {"rows_gone", "dead_letters"}
