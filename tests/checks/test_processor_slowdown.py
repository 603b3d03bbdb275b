"""Slow processors: the longest successful run against the estimate."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Status

CHECK = "processor_slowdown"
NOON = et(DAY, "12:00")


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """`box` should take five minutes."""
    laid = LaidWorld(tmp_path)
    laid.season()
    laid.edit("checks.yaml", {"checks": {CHECK: {"class": "ProcessorSlowdown"}}})
    laid.sql("ALTER TABLE ref.runs ADD COLUMN processed_at TIMESTAMPTZ")
    pipeline, phase = laid.schemas / "pipeline.yaml", laid.schemas / "processors/phase2.yaml"
    pipeline.write_text(
        pipeline.read_text().replace("    started: started_at\n", "    started: started_at\n    ended: processed_at\n")
    )
    phase.write_text(phase.read_text().replace("{name: box,", "{name: box, estimated_runtime_minutes: 5,"))
    return laid


def took(world: LaidWorld, minutes: float, status: str = "success", hours_ago: int = 2) -> None:
    """A run of `box` that took so long."""
    began = NOON - timedelta(hours=hours_ago)
    values = [
        "box",
        f"{minutes} {hours_ago}",
        status,
        DAY - timedelta(days=1),
        began,
        began + timedelta(minutes=minutes),
    ]
    world.sql(
        "INSERT INTO ref.runs (processor_name, run_id, status, data_date, started_at, processed_at) VALUES (?, ?, ?, ?, ?, ?)",
        values,
    )


def box(world: LaidWorld) -> Result:
    """The processor's result."""
    return world.look(CHECK, now=NOON)["box"]


@pytest.mark.parametrize(
    ("minutes", "wanted"), [(10, Status.PASS), (11, Status.WARN), (15, Status.WARN), (16, Status.FAIL)]
)
def test_two_and_three_times_the_estimate(world: LaidWorld, minutes: float, wanted: Status) -> None:
    """L-62: what gets slower ends at the time-out."""
    took(world, 4, hours_ago=5)
    took(world, minutes)
    result = box(world)
    assert result.status is wanted
    assert (
        f"the longest of 2 successful runs, 2026-02-03 10:00 EST, took {minutes}.0 minutes; estimated 5"
        in result.message
    )


def test_failed_and_old_runs_are_no_measure(world: LaidWorld) -> None:
    """How long a failure took, or a run of last week, says nothing of today."""
    took(world, 4)
    took(world, 60, status="failed")
    took(world, 60, hours_ago=25)
    assert box(world).status is Status.PASS


def test_nothing_to_measure(world: LaidWorld) -> None:
    """No successful run of a processor with an estimate: SKIP; no ledger: ERROR."""
    assert world.look(CHECK, now=NOON)["durations"].status is Status.SKIP
    world.sql("DROP TABLE ref.runs")
    assert world.look(CHECK, now=NOON)["ref.runs"].status is Status.ERROR


def test_runs_in_the_evening_for_a_date_a_fortnight_ago(world: LaidWorld) -> None:
    """FA-20: the reach into the past is counted from the pipeline's own today, not from tomorrow's UTC."""
    took(world, 11)
    world.sql("UPDATE ref.runs SET data_date = ?", [DAY - timedelta(days=14)])
    assert world.look(CHECK, now=et(DAY, "21:00"))["box"].status is Status.WARN
