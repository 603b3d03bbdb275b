"""Events that should be over: four hours after their start, or by the time at which every outcome should be known."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Status

CHECK = "games_final"
TOMORROW = DAY + timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """A settled season up to yesterday, and a calendar that tells when a game starts."""
    laid = LaidWorld(tmp_path)
    laid.season(DAY - timedelta(days=1))
    laid.edit("checks.yaml", {"checks": {CHECK: {"class": "EventsOver"}}})
    return laid


def starting(world: LaidWorld) -> None:
    """Every game starts at seven in the evening."""
    world.sql("ALTER TABLE raw.schedule ADD COLUMN starts_at TIMESTAMPTZ")
    world.sql("UPDATE raw.schedule SET starts_at = ? WHERE game_date = ?", [et(DAY, "19:00"), DAY])
    file = world.schemas / "pipeline.yaml"
    file.write_text(
        file.read_text().replace("  version: processed_at\n", "  version: processed_at\n  starts: starts_at\n")
    )


def look(world: LaidWorld, at: Any) -> Result:
    """The one result."""
    (result,) = world.look(CHECK, now=at).values()
    return result


def test_l40_stuck_games_are_named(world: LaidWorld) -> None:
    """L-40: four hours after its start a game that is still scheduled is stuck; the others are not named."""
    world.games(DAY, "BOS@LAL")
    world.games(DAY, "NYK@MIA", status=1)
    world.games(DAY, "GSW@DEN", status=2)
    starting(world)
    result = look(world, et(DAY, "23:00"))
    assert (result.status, result.affected_records) == (Status.FAIL, 2)
    assert result.message == "still open: NYK@MIA, GSW@DEN"


def test_before_four_hours_nothing_is_due(world: LaidWorld) -> None:
    """FA-5: a game that may still be played is not judged."""
    world.games(DAY, status=2)
    starting(world)
    result = look(world, et(DAY, "22:59"))
    assert result.status is Status.SKIP
    assert "no outcome of the 2 games is due yet" in result.message


def test_without_a_start_the_next_morning_decides(world: LaidWorld) -> None:
    """Where no start is told, every outcome is due by the calendar's own time."""
    world.games(DAY, "BOS@LAL", status=1)
    assert look(world, et(TOMORROW, "05:59")).status is Status.SKIP
    assert look(world, et(TOMORROW, "06:00")).status is Status.FAIL


def test_all_over(world: LaidWorld) -> None:
    """Every game has its outcome: PASS."""
    world.games(DAY)
    result = look(world, et(TOMORROW, "06:05"))
    assert (result.status, result.message) == (Status.PASS, "all 2 that should be over have an outcome")


def test_l41_a_postponed_game_is_not_stuck(world: LaidWorld) -> None:
    """L-41: postponed, or final without a score, is not open."""
    world.games(DAY, "BOS@LAL")
    world.games(DAY, "NYK@MIA", status=9)
    world.games(DAY, "GSW@DEN", scores=False)
    assert look(world, et(TOMORROW, "06:05")).status is Status.PASS


def test_a_day_off(world: LaidWorld) -> None:
    """No game: SKIP."""
    world.games(TOMORROW, status=1)
    assert look(world, et(DAY, "23:00")).message == "no game on 2026-02-03"


@pytest.mark.parametrize("score", ["home_score", "away_score"])
def test_l40_a_stale_status_with_an_outcome_is_over(world: LaidWorld, score: str) -> None:
    """L-40: a game still called scheduled whose scores are known the next day is over; with one of them it is not."""
    world.games(DAY, "BOS@LAL", status=1)
    world.sql("UPDATE raw.schedule SET home_score = 100, away_score = 90 WHERE game_date = ?", [DAY])
    assert look(world, et(TOMORROW, "06:05")).status is Status.PASS
    world.sql(f"UPDATE raw.schedule SET {score} = NULL WHERE game_date = ?", [DAY])
    assert look(world, et(TOMORROW, "06:05")).status is Status.FAIL


def test_two_open_games_of_one_team(world: LaidWorld) -> None:
    """Games are told apart by their key, not by who plays at home."""
    world.games(DAY, "BOS@LAL", "GSW@LAL", status=1)
    assert look(world, et(TOMORROW, "06:05")).message == "still open: BOS@LAL, GSW@LAL"


def test_what_the_calendar_leaves_out_is_not_judged(world: LaidWorld) -> None:
    """An all-star game without an outcome is nobody's concern."""
    world.games(DAY)
    world.games(DAY, "EST@WST", status=1)
    world.sql("UPDATE raw.schedule SET is_all_star = TRUE WHERE home = 'WST'")
    assert look(world, et(TOMORROW, "06:05")).status is Status.PASS


def test_the_newest_row_names_the_game(world: LaidWorld) -> None:
    """Of two rows of one game that are as far along the newer one counts."""
    world.games(DAY, "BOS@LAL", status=1)
    newer = datetime(DAY.year, DAY.month, DAY.day, 23, 30, tzinfo=UTC)
    change = "* REPLACE ('GSW' AS away, 'MIN' AS home, CAST(? AS TIMESTAMPTZ) AS processed_at)"
    world.sql(f"INSERT INTO raw.schedule SELECT {change} FROM raw.schedule WHERE game_date = ?", [newer, DAY])
    assert look(world, et(TOMORROW, "06:05")).message == "still open: GSW@MIN"
