"""Events that should be over: four hours after their start, or by the time at which every outcome should be known."""

from datetime import timedelta
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
