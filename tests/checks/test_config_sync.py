"""Config sync: declared tables and columns against the live warehouse."""

from pathlib import Path

import pytest

from tests.worlds.laid import LaidWorld
from validator.status import Status

CHECK = "config_sync"


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """The league as declared."""
    return LaidWorld(tmp_path)


def test_in_sync(world: LaidWorld) -> None:
    """Every declared table is there: one PASS a dataset."""
    results = world.look(CHECK)
    assert set(results) == {"raw", "analytics", "predictions", "ref", "ops"}
    assert {result.status for result in results.values()} == {Status.PASS}


def test_l29_a_missing_table_is_named(world: LaidWorld) -> None:
    """L-29: the table a config speaks of, and the warehouse does not have."""
    world.sql("DROP TABLE raw.rosters")
    result = world.look(CHECK)["raw"]
    assert result.status is Status.FAIL
    assert "rosters is missing" in result.message


def test_a_missing_date_column_is_named(world: LaidWorld) -> None:
    """L-39: the date column that every query needs."""
    world.sql("ALTER TABLE raw.box RENAME COLUMN game_date TO day")
    assert "box has no game_date" in world.look(CHECK)["raw"].message


def test_a_missing_dataset_is_a_failure(world: LaidWorld) -> None:
    """A dataset that is not there lacks every table."""
    world.sql("DROP SCHEMA predictions CASCADE")
    assert world.look(CHECK)["predictions"].status is Status.FAIL


def test_an_empty_dataset_is_skipped(world: LaidWorld) -> None:
    """A dataset without declared tables has nothing to compare."""
    world.edit("infrastructure/bigquery_tables.yaml", {"datasets": [{"name": "raw"}]})
    world.edit("pipeline.yaml", {"calendar": None, "ledgers": None})
    world.edit("pipeline.yaml", {"calendar": {"kind": "daily"}})
    for file in ("phase1", "phase2", "phase3", "phase5"):
        (world.schemas / "processors" / f"{file}.yaml").unlink()
    world.edit(
        "checks.yaml", {"checks": dict.fromkeys(("phase2_completion", "phase3_completion", "phase5_completion"))}
    )
    world.edit(
        "schedules.yaml",
        {"schedules": {"post_overnight": {"checks": [CHECK]}, "phase_triggers": None, "evening": None}},
    )
    result = world.look(CHECK)["raw"]
    assert result.status is Status.SKIP
