"""The lowest value of each column: no average hides the bad one."""

from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from tests.worlds.tables import PER_GAME, add_check, declare
from validator.errors import ConfigurationError
from validator.results import Result
from validator.status import Status

CHECK, TABLE = "feature_store_quality", "predictions.features"
EVENING = et(DAY, "18:05")
PARAMETERS = {
    "table": TABLE,
    "columns": ["history", "matchup"],
    "where": [{"column": "ready", "equals": True}],
}


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """Twenty good rows."""
    laid = LaidWorld(tmp_path)
    laid.season()
    columns = {"history": "FLOAT64", "matchup": "NUMERIC", "overall": "FLOAT64", "ready": "BOOL"}
    declare(laid, TABLE, columns, expect=PER_GAME, backfill="python -m features --from $start --to $end")
    add_check(laid, CHECK, "LowestValue", PARAMETERS, limits={"warn": "< 70", "fail": ["< 50", "empty"]})
    laid.rows(TABLE, DAY, 20, history=100, matchup=90, overall=95, ready=True)
    return laid


def matchup(world: LaidWorld) -> Result:
    """The result of the one group."""
    return world.look(CHECK, now=EVENING)[f"{TABLE}.matchup"]


def test_good_groups(world: LaidWorld) -> None:
    """Every group is a subject."""
    results = world.look(CHECK, now=EVENING)
    assert {subject: result.status for subject, result in results.items()} == {
        f"{TABLE}.history": Status.PASS,
        f"{TABLE}.matchup": Status.PASS,
    }
    assert "lowest 90, mean 90 of 20 rows with ready = true" in results[f"{TABLE}.matchup"].message


def test_l37_one_bad_group(world: LaidWorld) -> None:
    """L-37: an overall score of 72 looks fine while the matchups are 60 % filled and less."""
    world.sql(f"UPDATE {TABLE} SET matchup = 60, overall = 72")
    assert matchup(world).status is Status.WARN
    world.sql(f"UPDATE {TABLE} SET matchup = 40")
    result = matchup(world)
    assert (result.status, result.actual_value, result.threshold) == (Status.FAIL, "40", 50)
    assert result.remedy == "python -m features --from 2026-02-03 --to 2026-02-03"


@pytest.mark.parametrize(
    ("value", "wanted"), [(70, Status.PASS), (69.9, Status.WARN), (50, Status.WARN), (49.9, Status.FAIL)]
)
def test_limits(world: LaidWorld, value: float, wanted: Status) -> None:
    """A group at its limit is still within it."""
    world.sql(f"UPDATE {TABLE} SET matchup = ?", [value])
    assert matchup(world).status is wanted


def test_l37_one_bad_row(world: LaidWorld) -> None:
    """L-37: the lowest counts, not the mean: one row of 21 is enough."""
    world.rows(TABLE, DAY, 1, history=100, matchup=10, ready=True)
    result = matchup(world)
    assert result.status is Status.FAIL
    assert "lowest 10, mean 86.19 of 21 rows" in result.message


def test_rows_that_are_not_ready_get_no_prediction(world: LaidWorld) -> None:
    """A row that the table itself calls not ready spoils nothing."""
    world.rows(TABLE, DAY, 30, history=0, matchup=0, ready=False)
    assert matchup(world).status is Status.PASS


def test_fp5_no_ready_row(world: LaidWorld) -> None:
    """FP-5: nothing to judge where rows are due is a FAIL that says what is lacking."""
    world.sql(f"UPDATE {TABLE} SET ready = FALSE")
    results = world.look(CHECK, now=EVENING)
    assert {result.status for result in results.values()} == {Status.FAIL}
    assert all("no row for 2026-02-03 with ready = true" in result.message for result in results.values())


def test_a_column_without_values(world: LaidWorld) -> None:
    """No value at all is a FAIL; some missing leave the lowest unknown: ERROR, and the other column is judged."""
    world.sql(f"UPDATE {TABLE} SET matchup = NULL")
    assert (matchup(world).status, "none has a matchup" in matchup(world).message) == (Status.FAIL, True)
    world.rows(TABLE, DAY, 1, history=100, matchup=90, ready=True)
    results = world.look(CHECK, now=EVENING)
    assert results[f"{TABLE}.matchup"].status is Status.ERROR
    assert "20 of 21 rows with ready = true have no matchup" in results[f"{TABLE}.matchup"].message
    assert results[f"{TABLE}.history"].status is Status.PASS


def test_not_due_yet(world: LaidWorld) -> None:
    """Before the deadline half-made rows are no finding."""
    world.sql(f"UPDATE {TABLE} SET matchup = 0")
    assert {result.status for result in world.look(CHECK, now=et(DAY, "08:05")).values()} == {Status.SKIP}


def test_unknown_columns_are_refused(world: LaidWorld) -> None:
    """A column that the source of truth doesn't declare is a mistake in the entry."""
    add_check(world, CHECK, "LowestValue", {**PARAMETERS, "columns": ["matchups"]})
    with pytest.raises(ConfigurationError, match="declares no column 'matchups'"):
        world.service()
