"""Execution order: nobody begins before what it depends on has finished (L-31)."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Status

CHECK = "execution_order"
SIX = et(DAY + timedelta(days=1), "06:00")


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """The league, where `summary` depends on `box`, with a ledger that knows ends."""
    laid = LaidWorld(tmp_path)
    laid.season()
    laid.edit("checks.yaml", {"checks": {CHECK: {"class": "ExecutionOrder"}}})
    laid.sql("ALTER TABLE ref.runs ADD COLUMN processed_at TIMESTAMPTZ")
    file = laid.schemas / "pipeline.yaml"
    file.write_text(
        file.read_text().replace("    started: started_at\n", "    started: started_at\n    ended: processed_at\n")
    )
    return laid


def ran(world: LaidWorld, processor: str, began: datetime, ended: datetime | None, status: str = "success") -> None:
    """A run with its start row and its end row."""
    rows = [("running", None)] + ([(status, ended)] if ended else [])
    for word, end in rows:
        world.sql(
            "INSERT INTO ref.runs (processor_name, run_id, status, data_date, started_at, processed_at) VALUES (?, ?, ?, ?, ?, ?)",
            [processor, f"{processor} {began}", word, DAY, began, end],
        )


def look(world: LaidWorld) -> Result:
    """The result of `summary` at noon."""
    return world.look(CHECK, now=SIX + timedelta(hours=6))["summary"]


def test_in_order(world: LaidWorld) -> None:
    """Began when the other had finished."""
    ran(world, "box", SIX, SIX + timedelta(minutes=8))
    ran(world, "summary", SIX + timedelta(minutes=8), SIX + timedelta(minutes=20))
    result = look(world)
    assert result.status is Status.PASS
    assert result.message.endswith("after box had finished")


def test_l31_ninety_two_minutes_too_early(world: LaidWorld) -> None:
    """L-31: the dependent ran 92 minutes before what it depends on had finished."""
    ran(world, "summary", SIX, SIX + timedelta(minutes=5))
    ran(world, "box", SIX + timedelta(minutes=80), SIX + timedelta(minutes=92))
    result = look(world)
    assert result.status is Status.FAIL
    assert result.actual_value == "92 minutes before"
    assert "box finished 2026-02-04 07:32 EST" in result.message


def test_a_repeated_run_mends_it(world: LaidWorld) -> None:
    """The last run's rows stay: a run after it is in order again."""
    ran(world, "summary", SIX, SIX + timedelta(minutes=5))
    ran(world, "box", SIX + timedelta(minutes=80), SIX + timedelta(minutes=92))
    ran(world, "summary", SIX + timedelta(minutes=95), SIX + timedelta(minutes=99))
    assert look(world).status is Status.PASS


def test_what_was_repeated_later_spoils_nothing(world: LaidWorld) -> None:
    """Rows were there from the first success on."""
    ran(world, "box", SIX, SIX + timedelta(minutes=8))
    ran(world, "summary", SIX + timedelta(minutes=10), SIX + timedelta(minutes=20))
    ran(world, "box", SIX + timedelta(minutes=60), SIX + timedelta(minutes=68))
    assert look(world).status is Status.PASS


@pytest.mark.parametrize(("ended", "status"), [(None, "running"), (SIX + timedelta(minutes=8), "failed")])
def test_what_never_finished_was_not_waited_for(world: LaidWorld, ended: datetime | None, status: str) -> None:
    """The other began and did not succeed: the dependent ran without it."""
    ran(world, "box", SIX, ended, status)
    ran(world, "summary", SIX + timedelta(minutes=10), SIX + timedelta(minutes=20))
    result = look(world)
    assert result.status is Status.FAIL
    assert "box has not finished yet" in result.message


def test_nothing_logged_is_no_order(world: LaidWorld) -> None:
    """Without its run, or without any run of what it depends on, nothing can be said: SKIP with the reason."""
    assert "no successful run of it is logged" in look(world).message
    ran(world, "summary", SIX, SIX + timedelta(minutes=5))
    result = look(world)
    assert result.status is Status.SKIP
    assert "no run is logged of what it depends on: box" in result.message


def test_a_ledger_without_ends(world: LaidWorld) -> None:
    """Where the ends of runs stand nowhere the check has nothing to go by: SKIP; a missing ledger is ERROR."""
    world.sql("DROP TABLE ref.runs")
    assert world.look(CHECK)["ref.runs"].status is Status.ERROR
    file = world.schemas / "pipeline.yaml"
    file.write_text(file.read_text().replace("    ended: processed_at\n", ""))
    assert world.look(CHECK)["execution order"].status is Status.SKIP
