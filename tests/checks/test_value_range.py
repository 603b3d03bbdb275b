"""Values that cannot be, and doubtful ones, day by day."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.worlds.counting import counted_queries
from tests.worlds.laid import DAY, LaidWorld, et
from tests.worlds.tables import PER_GAME, add_check, declare
from validator.errors import ConfigurationError
from validator.results import Result
from validator.status import Status

CHECK, CONFIDENCE, TABLE, PICKS = (
    "impossible_values",
    "confidence_distribution",
    "analytics.players",
    "predictions.picks",
)
RATE = {"table": TABLE, "column": "usage_rate", "possible": {"low": 0, "high": 100}, "usual": {"low": 0, "high": 50}}
POINTS = {"table": TABLE, "column": "points", "possible": {"low": 0}}


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """Twenty good rows on each of the last three days."""
    laid = LaidWorld(tmp_path)
    laid.season()
    backfill = "python -m players --from $start --to $end"
    late = {**PER_GAME, "due": "07:00", "due_days": 1}
    declare(laid, TABLE, {"usage_rate": "NUMERIC", "points": "INT64"}, expect=late, backfill=backfill)
    declare(laid, PICKS, {"confidence": "NUMERIC", "is_active": "BOOL"}, expect=PER_GAME)
    add_check(laid, CHECK, "ValueRange", {"days": 3, "columns": [RATE, POINTS]})
    confidence = {
        "table": PICKS,
        "column": "confidence",
        "possible": {"low": 0, "high": 100},
        "usual": {"low": 1.01, "high": 100},
        "where": [{"column": "is_active", "equals": True}],
    }
    add_check(laid, CONFIDENCE, "ValueRange", {"columns": [confidence]})
    laid.rows(TABLE, DAY, 20, days=3, usage_rate=24.5, points=10)
    return laid


def rate(world: LaidWorld) -> Result:
    """The result of the usage rate, at six the next morning."""
    return world.look(CHECK)[f"{TABLE}.usage_rate"]


def test_what_can_be(world: LaidWorld) -> None:
    """PASS says what was looked at."""
    world.rows(TABLE, DAY, 5, usage_rate=None, points=0)
    result = rate(world)
    assert (result.status, result.expected_value, result.actual_value) == (Status.PASS, "0 to 100", "24.5 to 24.5")
    assert "65 rows of 2026-02-01 … 2026-02-03" in result.message
    assert world.look(CHECK)[f"{TABLE}.points"].expected_value == "0 to …"


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(0, Status.PASS), (50, Status.PASS), (50.1, Status.WARN), (100, Status.WARN), (100.1, Status.FAIL), (1228.49, Status.FAIL), (-0.1, Status.FAIL)],
)  # fmt: skip
def test_l31_usage_rate(world: LaidWorld, value: float, wanted: Status) -> None:
    """L-31: above 50 is doubtful, above 100 cannot be, and one such row is enough."""
    world.rows(TABLE, DAY, 1, usage_rate=value, points=10)
    assert rate(world).status is wanted


def test_l31_names_the_days_and_the_command(world: LaidWorld) -> None:
    """The days that hold such rows fold into one range with its backfill; how many rows is said."""
    world.sql(f"UPDATE {TABLE} SET usage_rate = 1275 WHERE game_date >= '2026-02-02'")
    result = rate(world)
    assert result.remedy == "python -m players --from 2026-02-02 --to 2026-02-03"
    assert (result.affected_records, result.actual_value) == (40, "24.5 to 1275")


def test_what_is_there_is_judged_before_it_is_due(world: LaidWorld) -> None:
    """At six the rows are not due before seven; an impossible value is impossible all the same."""
    world.sql(f"DELETE FROM {TABLE} WHERE game_date < '2026-02-03'")
    world.sql(f"UPDATE {TABLE} SET usage_rate = 600")
    assert rate(world).status is Status.FAIL


def test_a_day_without_rows_is_named(world: LaidWorld) -> None:
    """A PASS over two of three days says so: its absence is completeness's finding."""
    world.sql(f"DELETE FROM {TABLE} WHERE game_date = '2026-02-02'")
    result = rate(world)
    assert (result.status, "; no row for 2026-02-02" in result.message) == (Status.PASS, True)


def test_nothing_to_judge(world: LaidWorld) -> None:
    """FP-8: no row at all, or none with a value, is a FAIL where rows are due, and SKIP where none is."""
    world.sql(f"UPDATE {TABLE} SET usage_rate = NULL")
    assert (rate(world).status, rate(world).actual_value) == (Status.FAIL, "empty")
    world.sql(f"DELETE FROM {TABLE}")
    assert (rate(world).status, rate(world).actual_value) == (Status.FAIL, "empty")
    world.sql("DELETE FROM raw.schedule WHERE game_date BETWEEN '2026-02-01' AND '2026-02-03'")
    world.games(DAY + timedelta(days=1), status=1)
    assert rate(world).status is Status.SKIP


def test_l54_nothing_yet_after_a_break(world: LaidWorld) -> None:
    """L-53, L-54: that nothing is there yet is a WARN on a day of which little is expected; an impossible value is a FAIL on any day."""
    world.sql("DELETE FROM raw.schedule WHERE game_date BETWEEN '2026-01-28' AND '2026-02-02'")
    world.sql(f"DELETE FROM {TABLE} WHERE game_date < '2026-02-03'")
    world.sql(f"UPDATE {TABLE} SET usage_rate = 600")
    assert rate(world).status is Status.FAIL
    world.sql(f"DELETE FROM {TABLE}")
    result = world.look(CHECK, now=et(DAY + timedelta(days=1), "08:00"))[f"{TABLE}.usage_rate"]
    assert (result.status, result.actual_value) == (Status.WARN, "empty")
    assert "WARN only: first day after 6 days without games" in result.message


def test_not_due_yet(world: LaidWorld) -> None:
    """A minute before the deadline, in the pipeline's own zone, no row is missed; a minute after it is."""
    results = [world.look(CONFIDENCE, now=et(DAY, at))[f"{PICKS}.confidence"] for at in ("11:59", "12:01")]
    assert [result.status for result in results] == [Status.SKIP, Status.FAIL]
    assert results[0].message == "not due before 2026-02-03 12:00 EST"


@pytest.mark.parametrize(
    ("value", "wanted"), [(61.5, Status.PASS), (100, Status.PASS), (9200, Status.FAIL), (0.92, Status.WARN)]
)
def test_l50_confidence_in_the_wrong_unit(world: LaidWorld, value: float, wanted: Status) -> None:
    """L-50: a percentage taken for a share is 9200; a share taken for a percentage is doubtful."""
    world.rows(PICKS, DAY, 20, confidence=value, is_active=True)
    world.rows(PICKS, DAY, 1, confidence=5000, is_active=False)
    result = world.look(CONFIDENCE, now=et(DAY, "18:05"))[f"{PICKS}.confidence"]
    assert result.status is wanted


def test_one_job_for_all_columns(world: LaidWorld) -> None:
    """The calendar, the columns, the values."""
    assert counted_queries(world, CHECK) == 3


def test_wrong_entries_are_refused(world: LaidWorld) -> None:
    """A bound is a number, a column is declared."""
    wrong = [{**RATE, "column": "usage"}, {**POINTS, "possible": {"low": "0 OR TRUE"}}]
    for one, wanted in zip(wrong, ("declares no column 'usage'", "a number"), strict=True):
        add_check(world, CHECK, "ValueRange", {"columns": [one]})
        with pytest.raises(ConfigurationError, match=wanted):
            world.service()
