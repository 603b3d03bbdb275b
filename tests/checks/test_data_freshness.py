"""Data freshness: against the newest expected day, not against today."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Status

CHECK = "data_freshness"


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """A season, tables full up to the day."""
    laid = LaidWorld(tmp_path)
    laid.season()
    laid.full_box(DAY, days=20)
    laid.rows("raw.plays", DAY, 20, days=20)
    return laid


def box(world: LaidWorld) -> Result:
    """The result of one table."""
    return world.look(CHECK)["raw.box"]


def behind(world: LaidWorld, days: int) -> Result:
    """The table without its newest days."""
    world.sql("DELETE FROM raw.box WHERE game_date > ?", [DAY - timedelta(days=days)])
    return box(world)


@pytest.mark.parametrize(("days", "wanted"), [(0, Status.PASS), (1, Status.WARN), (2, Status.WARN), (3, Status.FAIL)])
def test_limits(world: LaidWorld, days: int, wanted: Status) -> None:
    """One expected day behind warns, three fail."""
    assert behind(world, days).status is wanted


def test_says_what_is_missing(world: LaidWorld) -> None:
    """A finding names newest and expected date, and the command for the days between."""
    result = behind(world, 3)
    assert (result.actual_value, result.expected_value) == ("2026-01-31", "2026-02-03")
    assert result.remedy == "python -m backfill box --start-date 2026-02-01 --end-date 2026-02-03"


def test_off_days_do_not_age_a_table(world: LaidWorld) -> None:
    """Days without games are not days behind."""
    world.sql("DELETE FROM raw.schedule WHERE game_date > '2026-01-31'")
    world.sql("DELETE FROM raw.box WHERE game_date > '2026-01-31'")
    world.games(DAY + timedelta(days=3), status=1)
    assert box(world).status is Status.PASS


def test_fp8_a_calendar_that_stopped_is_an_error(world: LaidWorld) -> None:
    """FP-8: in season, a calendar without any later game is no evidence of days off: nothing is judged by it."""
    world.sql("DELETE FROM raw.schedule WHERE game_date > '2026-01-31'")
    (result,) = world.run(CHECK).results
    assert result.status is Status.ERROR
    assert "the calendar raw.schedule ends on 2026-01-31" in result.message


def test_fp3_empty_table_in_season_fails(world: LaidWorld) -> None:
    """FP-3: a table without any row is the worst case, not one to leave out."""
    world.sql("DELETE FROM raw.box")
    result = box(world)
    assert result.status is Status.FAIL
    assert "none since 2026-01-05" in result.message


def test_fp3_everything_empty_in_season_fails(world: LaidWorld) -> None:
    """FP-3: when every source is dead, every source fails."""
    world.sql("DELETE FROM raw.box; DELETE FROM raw.plays")
    assert {result.status for result in world.look(CHECK).values()} == {Status.FAIL}


def test_out_of_season_is_skipped(world: LaidWorld) -> None:
    """Out of season nothing is expected: SKIP with the reason."""
    day = DAY + timedelta(days=90)
    results = world.look(CHECK, day=day, now=et(day + timedelta(days=1), "06:05"))
    assert {result.status for result in results.values()} == {Status.SKIP}


def test_fa20_evening_utc_is_not_tomorrow(world: LaidWorld) -> None:
    """FA-20: at 21:00 ET it is tomorrow in UTC; nothing more is due for that."""
    result = world.look(CHECK, now=et(DAY + timedelta(days=1), "21:00"))["raw.box"]
    assert result.status is Status.PASS


def test_late_source_is_not_stale_in_the_morning(world: LaidWorld) -> None:
    """A source due at 13:00 is judged by the day before until then."""
    world.sql("DELETE FROM raw.plays WHERE game_date = ?", [DAY])
    for at, wanted in (("12:59", Status.PASS), ("13:00", Status.WARN)):
        assert world.look(CHECK, now=et(DAY + timedelta(days=1), at))["raw.plays"].status is wanted


def test_rows_from_the_future_do_not_make_it_fresh(world: LaidWorld) -> None:
    """A row dated next year does not hide that the newest days are missing."""
    world.sql("DELETE FROM raw.box WHERE game_date > '2026-01-31'")
    world.rows("raw.box", DAY + timedelta(days=300), team="BOS")
    assert box(world).status is Status.FAIL


def test_missing_table_is_an_error(world: LaidWorld) -> None:
    """A table that is not there can't be fresh or stale; the others are still judged."""
    world.sql("DROP TABLE raw.box")
    results = world.look(CHECK)
    assert results["raw.box"].status is Status.ERROR
    assert results["raw.plays"].status is Status.PASS
