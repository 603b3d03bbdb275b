"""Changes against the median of the expected days before."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from tests.worlds.tables import PER_GAME, add_check, declare
from validator.errors import ConfigurationError
from validator.results import Result
from validator.status import Status

CHECK, TABLE = "feature_anomaly", "predictions.features"
EVENING = et(DAY, "18:05")
PARAMETERS = {"table": TABLE, "columns": ["quality", "points"], "days": 14}


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """Fourteen days of rows before today's, all alike."""
    laid = LaidWorld(tmp_path)
    laid.season()
    declare(laid, TABLE, {"quality": "NUMERIC", "points": "FLOAT64"}, expect=PER_GAME)
    add_check(laid, CHECK, "ChangeAgainstHistory", PARAMETERS, limits={"warn": "> 15", "fail": ["> 50", "empty"]})
    laid.rows(TABLE, DAY - timedelta(days=1), 10, days=14, quality=80, points=12.5)
    return laid


def today(world: LaidWorld, quality: float | None) -> Result:
    """The result of the one column, with this value in today's rows."""
    world.rows(TABLE, DAY, 10, quality=quality, points=12.5)
    return world.look(CHECK, now=EVENING)[f"{TABLE}.quality"]


@pytest.mark.parametrize(
    ("quality", "wanted"),
    [(80, Status.PASS), (68, Status.PASS), (67, Status.WARN), (93, Status.WARN), (40, Status.WARN), (39, Status.FAIL), (121, Status.FAIL)],
)  # fmt: skip
def test_l4_either_way(world: LaidWorld, quality: float, wanted: Status) -> None:
    """L-4: a fall is found, and so is a rise."""
    result = today(world, quality)
    assert (result.status, result.expected_value) == (wanted, "80")
    assert f"mean {quality}, median of 14 days before 80" in result.message


def test_one_bad_day_before_moves_nothing(world: LaidWorld) -> None:
    """The median is not drawn away by an outlier, as a mean would be."""
    world.sql(f"UPDATE {TABLE} SET quality = 8000 WHERE game_date = '2026-02-02'")
    assert today(world, 80).status is Status.PASS


def test_the_other_column_is_judged_by_itself(world: LaidWorld) -> None:
    """Each column is a subject."""
    today(world, 10)
    assert world.look(CHECK, now=EVENING)[f"{TABLE}.points"].status is Status.PASS


def test_days_that_owe_nothing_are_no_history(world: LaidWorld) -> None:
    """Rows of days without a game are not compared with; the window ends fourteen days back."""
    world.sql("DELETE FROM raw.schedule WHERE game_date BETWEEN '2026-01-26' AND '2026-01-28'")
    world.sql(f"UPDATE {TABLE} SET quality = 5 WHERE game_date BETWEEN '2026-01-26' AND '2026-01-28'")
    world.rows(TABLE, DAY - timedelta(days=15), 500, quality=5)
    assert "median of 11 days before 80" in today(world, 80).message


def test_nothing_today(world: LaidWorld) -> None:
    """No row today, or none with a value, is a FAIL however good the days before were; before it is due it is SKIP."""
    assert {result.status for result in world.look(CHECK, now=EVENING).values()} == {Status.FAIL}
    assert {result.status for result in world.look(CHECK, now=et(DAY, "08:05")).values()} == {Status.SKIP}
    assert today(world, None).status is Status.FAIL


def test_too_little_to_compare_with(world: LaidWorld) -> None:
    """Two days are no history, and from a median of 0 there is no percentage: SKIP and ERROR with the reason."""
    world.sql(f"UPDATE {TABLE} SET quality = 0")
    assert (today(world, 80).status, "median of 14 days is 0" in today(world, 80).message) == (Status.ERROR, True)
    world.sql(f"DELETE FROM {TABLE} WHERE game_date < '2026-02-01'")
    result = today(world, 80)
    assert (result.status, result.message) == (Status.SKIP, "2 days to compare with, fewer than 3")


def test_wrong_entries_are_refused(world: LaidWorld) -> None:
    """The column is declared, and the table owes rows."""
    add_check(world, CHECK, "ChangeAgainstHistory", {**PARAMETERS, "columns": ["qualty"]})
    with pytest.raises(ConfigurationError, match="declares no column 'qualty'"):
        world.service()
    add_check(world, CHECK, "ChangeAgainstHistory", {"table": "analytics.summary", "columns": ["points"]})
    with pytest.raises(ConfigurationError, match="declares no expectation"):
        world.service()
