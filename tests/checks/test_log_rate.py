"""Errors in the logs: counted per service; silence is no health."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Status

CHECK = "recent_errors"
NOW = et(DAY, "12:00")


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """Three services that are heard of."""
    laid = LaidWorld(tmp_path)
    laid.season()
    laid.edit("checks.yaml", {"checks": {CHECK: {"class": "LogRate"}}})
    for name in ("scraper", "worker", "bare"):
        log(laid, name, "INFO", "alive")
    return laid


def log(world: LaidWorld, service: str, severity: str, message: str, at: datetime = NOW - timedelta(hours=1)) -> None:
    """A line in the logs."""
    world.sql("INSERT INTO logging.entries VALUES (?, ?, ?, ?)", [at, severity, service, message])


def storm(world: LaidWorld, count: int, severity: str, newest: datetime) -> None:
    """That many lines of the worker, a second apart; the newest says `trouble 0`."""
    world.sql(
        "INSERT INTO logging.entries SELECT CAST(? AS TIMESTAMPTZ) - to_seconds(range), ?, 'worker', 'trouble ' || range FROM range(?)",
        [newest, severity, count],
    )


def look(world: LaidWorld) -> dict[str, Result]:
    """What the check says at noon."""
    return world.look(CHECK, now=NOW)


@pytest.mark.parametrize(
    ("errors", "wanted"), [(0, Status.PASS), (5, Status.PASS), (6, Status.WARN), (100, Status.WARN), (101, Status.FAIL)]
)
def test_limits(world: LaidWorld, errors: int, wanted: Status) -> None:
    """FP-1: the number of errors decides."""
    storm(world, errors, "ERROR", NOW - timedelta(minutes=1))
    result = look(world)["worker"]
    assert result.status is wanted
    assert not errors or "the newest, 2026-02-03 11:59 EST: trouble 0" in result.message


def test_what_is_older_or_milder_does_not_count(world: LaidWorld) -> None:
    """Yesterday's storm and today's warnings are none."""
    storm(world, 200, "ERROR", NOW - timedelta(hours=25))
    storm(world, 200, "WARNING", NOW - timedelta(minutes=1))
    assert look(world)["worker"].message == "0 errors in 24 h"


def test_a_silent_service_does_not_pass(world: LaidWorld) -> None:
    """No entry at all says nothing: SKIP with the reason, while the others are judged."""
    world.sql("DELETE FROM logging.entries WHERE service = 'worker'")
    results = look(world)
    assert results["worker"].status is Status.SKIP
    assert "nothing at all" in results["worker"].message
    assert results["scraper"].status is Status.PASS


def test_logs_without_any_entry_are_lost(world: LaidWorld) -> None:
    """L-78: in season no service is silent all day: the question is wrong, or the logs are: ERROR."""
    world.sql("DELETE FROM logging.entries")
    result = look(world)["logs"]
    assert result.status is Status.ERROR
    assert "no service logged anything" in result.message


def test_fa14_silence_out_of_season(world: LaidWorld) -> None:
    """L-89: in summer there is nothing to do, and nothing to log: SKIP."""
    world.sql("DELETE FROM logging.entries")
    assert world.look(CHECK, day=DAY + timedelta(days=150))["logs"].status is Status.SKIP


def test_fa20_the_last_evening_in_season(world: LaidWorld) -> None:
    """FA-20: the tenth day after the last game is in season until midnight in the pipeline's own zone."""
    evening = et(DAY + timedelta(days=10), "21:00")
    world.games(DAY + timedelta(days=40), status=1)
    assert world.look(CHECK, day=DAY + timedelta(days=10), now=evening)["logs"].status is Status.ERROR
    later = evening + timedelta(hours=3)
    assert world.look(CHECK, day=DAY + timedelta(days=10), now=later)["logs"].status is Status.SKIP


def test_logs_that_cannot_be_read(world: LaidWorld) -> None:
    """FP-4: not being able to ask is ERROR."""
    world.sql("DROP TABLE logging.entries")
    assert look(world)[CHECK].status is Status.ERROR
