"""Groups that have stopped coming, such as a model that predicts nothing while others do."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from tests.worlds.tables import PER_GAME, add_check, declare
from validator.errors import ConfigurationError
from validator.results import Result
from validator.status import Status

CHECK, TABLE = "silent_models", "predictions.picks"
EVENING = et(DAY, "18:05")
PARAMETERS = {"table": TABLE, "by": "model", "where": [{"column": "is_active", "equals": True}]}


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """A week in which two models predicted every day, and a third on one."""
    laid = LaidWorld(tmp_path)
    laid.season()
    declare(laid, TABLE, {"model": "STRING", "is_active": "BOOL"}, expect=PER_GAME)
    add_check(laid, CHECK, "MissingGroups", PARAMETERS, limits={"warn": "> 0"})
    for offset in range(1, 8):
        for model in ("a", "b", *(["trial"] if offset == 3 else [])):
            laid.rows(TABLE, DAY - timedelta(days=offset), 5, model=model, is_active=True)
    return laid


def today(world: LaidWorld, *models: str) -> Result:
    """The result where these models have rows today."""
    for model in models:
        world.rows(TABLE, DAY, 5, model=model, is_active=True)
    return world.look(CHECK, now=EVENING)[TABLE]


@pytest.mark.parametrize(
    ("models", "wanted"), [(("a", "b"), Status.PASS), (("a",), Status.WARN), (("a", "new"), Status.WARN), ((), Status.WARN)]
)  # fmt: skip
def test_l12_a_model_that_fell_silent(world: LaidWorld, models: tuple[str, ...], wanted: Status) -> None:
    """L-12: who predicted on most days before must predict today, whatever others do; one that came once is not missed."""
    result = today(world, *models)
    assert result.status is wanted
    assert ("b, which had some on most of 7 days before" in result.message) is (wanted is Status.WARN)
    assert "trial" not in result.message


def test_only_the_last_days_are_compared_with(world: LaidWorld) -> None:
    """What came before the days that are looked back over counts for nothing."""
    for offset in (8, 9):
        world.rows(TABLE, DAY - timedelta(days=offset), 5, model="b", is_active=True)
    assert "most of 7 days before" in today(world, "a").message


def test_l12_only_rows_that_count(world: LaidWorld) -> None:
    """Rows that are no longer valid are none."""
    world.rows(TABLE, DAY, 5, model="b", is_active=False)
    result = today(world, "a")
    assert (result.status, result.affected_records) == (Status.WARN, 1)


def test_l12_on_the_second_day_too(world: LaidWorld) -> None:
    """It is missed for as long as most of the days before had it; then it is forgotten, as one that was retired."""
    world.sql(f"DELETE FROM {TABLE} WHERE model = 'b' AND game_date >= ?", [DAY - timedelta(days=3)])
    assert today(world, "a").status is Status.WARN
    world.sql(f"DELETE FROM {TABLE} WHERE model = 'b' AND game_date >= ?", [DAY - timedelta(days=4)])
    assert world.look(CHECK, now=EVENING)[TABLE].status is Status.PASS


def test_not_due_or_nothing_to_compare_with(world: LaidWorld) -> None:
    """Before the deadline nobody is missed, nor where hardly a day came before: SKIP with the reason."""
    early = world.look(CHECK, now=et(DAY, "08:05"))[TABLE]
    assert (early.status, "not due before" in early.message) == (Status.SKIP, True)
    world.sql(f"DELETE FROM {TABLE} WHERE game_date < ?", [DAY - timedelta(days=2)])
    late = today(world, "a")
    assert (late.status, late.message) == (Status.SKIP, "2 days to compare with, fewer than 3")
    world.sql(f"DELETE FROM {TABLE}")
    empty = world.look(CHECK, now=EVENING)[TABLE]
    assert (empty.status, empty.message) == (Status.SKIP, "0 days to compare with, fewer than 3")


def test_what_cannot_be_asked(world: LaidWorld) -> None:
    """A column that is not there is ERROR; one that is not declared is refused."""
    world.sql(f"ALTER TABLE {TABLE} DROP COLUMN model")
    assert world.look(CHECK, now=EVENING)[TABLE].status is Status.ERROR
    add_check(world, CHECK, "MissingGroups", {**PARAMETERS, "by": "modell"}, limits={"warn": "> 0"})
    with pytest.raises(ConfigurationError, match="declares no column 'modell'"):
        world.service()
