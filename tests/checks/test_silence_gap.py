"""Silence of a log: only active hours count."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Status

CHECK = "decision_gap"
NOON = et(DAY, "12:00")


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """A controller that decides every hour from 6 to 23."""
    laid = LaidWorld(tmp_path)
    laid.season()
    parameters = {"table": "ops.decisions", "column": "decided_at", "active_from": "06:00", "active_to": "23:00"}
    laid.edit("checks.yaml", {"checks": {CHECK: {"class": "SilenceGap", "parameters": parameters}}})
    laid.sql("CREATE TABLE ops.decisions(decided_at TIMESTAMPTZ)")
    laid.sql(
        "INSERT INTO ops.decisions SELECT CAST(? AS TIMESTAMPTZ) + to_hours(hour) - to_days(CAST(back AS INTEGER)) "
        "FROM range(6, 24) AS active(hour), range(3) AS earlier(back)",
        [et(DAY, "00:00")],
    )
    return laid


def silent(world: LaidWorld, first: datetime, last: datetime) -> None:
    """Nothing was decided between the two."""
    world.sql("DELETE FROM ops.decisions WHERE decided_at > ? AND decided_at < ?", [first, last])


def look(world: LaidWorld) -> Result:
    """The one result, at noon."""
    return world.look(CHECK, now=NOON)["ops.decisions"]


def test_the_night_is_no_silence(world: LaidWorld) -> None:
    """From 23 to 6 nobody has to decide."""
    result = look(world)
    assert (result.status, result.actual_value) == (Status.PASS, "1 active hours without a row")


@pytest.mark.parametrize(("hours", "wanted"), [(2, Status.PASS), (3, Status.WARN), (6, Status.WARN), (7, Status.FAIL)])
def test_l4_a_gap_up_to_now(world: LaidWorld, hours: int, wanted: Status) -> None:
    """L-4: the controller has stopped, and nothing else says so."""
    silent(world, NOON - timedelta(hours=hours), NOON + timedelta(hours=1))
    if hours == 7:
        silent(world, et(DAY - timedelta(days=1), "22:00"), NOON + timedelta(hours=1))
    assert look(world).status is wanted


def test_a_gap_that_is_over_is_still_told(world: LaidWorld) -> None:
    """Silence of yesterday that nobody saw, with when it was."""
    yesterday = DAY - timedelta(days=1)
    silent(world, et(yesterday, "10:00"), et(yesterday, "18:00"))
    result = look(world)
    assert result.status is Status.FAIL
    assert result.message.startswith(
        "longest silence 2026-02-02 10:00 EST to 2026-02-02 18:00 EST; the newest row is of 2026-02-03 12:00 EST"
    )


def test_no_row_is_the_longest_silence(world: LaidWorld) -> None:
    """Nothing at all is FAIL, a missing table ERROR."""
    world.sql("DELETE FROM ops.decisions")
    assert look(world).status is Status.FAIL
    world.sql("DROP TABLE ops.decisions")
    assert look(world).status is Status.ERROR


def test_silence_before_the_last_two_days_is_over(world: LaidWorld) -> None:
    """Of a silence that began earlier only what lies in the 48 hours counts: from noon to two, and not from nine."""
    before = DAY - timedelta(days=2)
    silent(world, et(before, "09:00"), et(before, "14:00"))
    result = look(world)
    assert (result.status, result.actual_value) == (Status.PASS, "2 active hours without a row")
