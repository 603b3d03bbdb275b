"""Columns that say the same in every row, or nothing."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from tests.worlds.tables import PER_GAME, add_check, declare
from validator.errors import ConfigurationError
from validator.results import Result
from validator.status import Status

CHECK, TABLE = "constant_or_null_columns", "predictions.features"


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """Seven days of rows in which every column varies."""
    laid = LaidWorld(tmp_path)
    laid.season()
    declare(laid, TABLE, {"spread": "FLOAT64", "is_home": "BOOL", "name": "STRING"}, expect=PER_GAME)
    columns = {"table": TABLE, "columns": ["spread", "is_home", "name"]}
    add_check(laid, CHECK, "ConstantColumn", {"days": 7, "tables": [columns]})
    laid.sql(
        f"INSERT INTO {TABLE} SELECT DATE '2026-02-03' - CAST(i % 7 AS INTEGER), i % 9 / 2, i % 2 = 0, 'n' || i FROM range(70) AS r(i)"
    )
    return laid


def look(world: LaidWorld) -> dict[str, Result]:
    """The results by column."""
    return {subject.rpartition(".")[2]: result for subject, result in world.look(CHECK).items()}


def test_columns_that_vary(world: LaidWorld) -> None:
    """PASS for numbers, flags and texts alike, saying what was looked at."""
    results = look(world)
    assert {name: result.status for name, result in results.items()} == dict.fromkeys(
        ("spread", "is_home", "name"), Status.PASS
    )
    assert "different values in 70 rows of 2026-01-28 … 2026-02-03; 70 of them filled" in results["spread"].message


def test_l35_zeros_for_months(world: LaidWorld) -> None:
    """L-35: a feature of zeros is a FAIL that says the value, whatever the other columns do; NULLs among them change nothing."""
    world.sql(f"UPDATE {TABLE} SET spread = 0")
    world.sql(f"UPDATE {TABLE} SET spread = NULL WHERE name < 'n4'")
    results = look(world)
    assert (results["spread"].status, results["name"].status) == (Status.FAIL, Status.PASS)
    assert results["spread"].actual_value == "constant"
    assert "always 0" in results["spread"].message


def test_l52_always_null_and_always_false(world: LaidWorld) -> None:
    """L-52: never filled, and FALSE everywhere."""
    world.sql(f"UPDATE {TABLE} SET name = NULL, is_home = FALSE")
    results = look(world)
    assert (results["name"].status, results["name"].actual_value) == (Status.FAIL, "never_filled")
    assert (results["is_home"].status, results["is_home"].actual_value) == (Status.FAIL, "constant")


def test_constant_by_day_only(world: LaidWorld) -> None:
    """One value a day and another the next is no constant."""
    world.sql(f"UPDATE {TABLE} SET spread = day(game_date)")
    assert look(world)["spread"].status is Status.PASS


def test_too_few_rows_to_tell(world: LaidWorld) -> None:
    """Nine equal rows prove nothing: SKIP saying so."""
    world.sql(f"DELETE FROM {TABLE}")
    world.rows(TABLE, DAY - timedelta(days=1), 9, spread=0, is_home=True, name="n")
    assert {result.status for result in look(world).values()} == {Status.SKIP}
    world.rows(TABLE, DAY - timedelta(days=2), 1, spread=0, is_home=True, name="n")
    assert {result.status for result in look(world).values()} == {Status.FAIL}


def test_no_row_where_rows_are_due(world: LaidWorld) -> None:
    """FP-8: an empty table doesn't pass."""
    world.sql(f"DELETE FROM {TABLE}")
    assert {result.actual_value for result in look(world).values()} == {"empty"}


def test_no_row_before_rows_are_due(world: LaidWorld) -> None:
    """A minute before the first deadline, in the pipeline's own zone, an empty table is SKIP; a minute after it a finding (a WARN, on the first day after a break)."""
    world.sql(f"DELETE FROM {TABLE}")
    world.sql("DELETE FROM raw.schedule WHERE game_date BETWEEN '2026-01-28' AND '2026-02-02'")
    for at, wanted in (("11:59", Status.SKIP), ("12:01", Status.WARN)):
        assert {result.status for result in world.look(CHECK, now=et(DAY, at)).values()} == {wanted}


def test_a_column_that_is_gone(world: LaidWorld) -> None:
    """ERROR of that column; the others are judged by the same job."""
    world.sql(f"ALTER TABLE {TABLE} DROP is_home")
    results = look(world)
    assert (results["is_home"].status, results["spread"].status) == (Status.ERROR, Status.PASS)


def test_unknown_columns_are_refused(world: LaidWorld) -> None:
    """A column that nobody declared is a mistake in the entry."""
    add_check(world, CHECK, "ConstantColumn", {"tables": [{"table": TABLE, "columns": ["spred"]}]})
    with pytest.raises(ConfigurationError, match="declares no column 'spred'"):
        world.service()
