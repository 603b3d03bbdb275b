"""Progress of a phase: of what is due by now, and of nothing else."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Status

NIGHT = et(DAY + timedelta(days=1), "02:00")
MORNING = et(DAY + timedelta(days=1), "06:05")


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """Progress of phases 2 and 3."""
    laid = LaidWorld(tmp_path)
    laid.season()
    for phase in (2, 3):
        laid.edit(
            "checks.yaml",
            {"checks": {f"phase{phase}_progress": {"class": "PhaseProgress", "parameters": {"phase": phase}}}},
        )
    return laid


def phase2(world: LaidWorld, at: object = MORNING) -> Result:
    """The result of phase 2."""
    return world.look("phase2_progress", now=at)["phase2"]  # type: ignore[arg-type]


def completed(world: LaidWorld, *names: str) -> None:
    """Phase 2's document with these processors."""
    world.document("phase2_completion", {name: {"status": "success", "record_count": 5} for name in names})


def test_l80_at_night_only_what_is_due_counts(world: LaidWorld) -> None:
    """L-80: at 02:00 the odds were due, the box scores are not."""
    completed(world, "odds")
    result = phase2(world, NIGHT)
    assert result.status is Status.PASS
    assert result.message.startswith("1 of 1 due by now have completed")


def test_l56_not_due_is_no_progress_to_judge(world: LaidWorld) -> None:
    """L-56: nothing of phase 3 is due at night: SKIP with when it is."""
    result = world.look("phase3_progress", now=NIGHT)["phase3"]
    assert result.status is Status.SKIP
    assert "none of it is due before 2026-02-04 06:00 EST" in result.message


@pytest.mark.parametrize(
    ("names", "wanted", "missing"),
    [
        (("odds", "box", "rosters"), Status.PASS, ""),
        (("odds", "rosters"), Status.WARN, "missing: box"),
        (("rosters",), Status.FAIL, "missing: box, odds"),
    ],
)
def test_fp1_what_is_missing_is_named(world: LaidWorld, names: tuple[str, ...], wanted: Status, missing: str) -> None:
    """FP-1: a real count; optional processors do not enter it, nor those that are due later."""
    completed(world, *names)
    result = phase2(world)
    assert result.status is wanted
    assert missing in result.message


def test_nothing_at_all(world: LaidWorld) -> None:
    """No document, no run, no row: nothing has completed, which is FAIL."""
    assert phase2(world).status is Status.FAIL


def test_fa2_a_day_off(world: LaidWorld) -> None:
    """FA-2: nothing is expected on a day without games."""
    world.sql("DELETE FROM raw.schedule WHERE game_date = ?", [DAY])
    world.games(DAY + timedelta(days=2))
    result = phase2(world)
    assert result.status is Status.SKIP
    assert "no game on" in result.message


@pytest.mark.parametrize(("status", "wanted"), [("success", Status.PASS), ("failed", Status.WARN)])
def test_what_failed_has_not_completed(world: LaidWorld, status: str, wanted: Status) -> None:
    """An entry of the document, or without one a run in the ledger, that says `failed` is no completion."""
    entries = {"odds": {"status": "success"}, "box": {"status": status}}
    world.document("phase2_completion", entries)
    assert phase2(world).status is wanted
    world.run_rows("summary", "r1", "success", at=MORNING - timedelta(hours=1))
    world.run_rows("context", "r2", status, at=MORNING - timedelta(hours=1))
    assert world.look("phase3_progress", now=MORNING)["phase3"].status is wanted


def test_a_phase_that_is_known_by_its_rows(world: LaidWorld) -> None:
    """Without document and run a processor has completed whose table has rows for the date."""
    for phase, first, second in ((2, "raw.odds", "raw.box"), (3, "analytics.summary", "analytics.context")):
        for table, wanted in ((first, Status.WARN), (second, Status.PASS)):
            world.rows(table)
            assert world.look(f"phase{phase}_progress", now=MORNING)[f"phase{phase}"].status is wanted
