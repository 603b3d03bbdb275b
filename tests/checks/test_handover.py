"""Hand-over: a phase that completed, and the next one that ran."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.clock import rfc3339
from validator.results import Result
from validator.status import Status

CHECK = "handover"
NOON = et(DAY + timedelta(days=1), "12:00")
DONE = et(DAY + timedelta(days=1), "05:00")


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """Phase 2 completed at five in the morning."""
    laid = LaidWorld(tmp_path)
    laid.season()
    laid.edit("checks.yaml", {"checks": {CHECK: {"class": "Handover"}}})
    complete(laid, 2, "box", "odds", "plays", "rosters")
    return laid


def complete(world: LaidWorld, phase: int, *names: str, **more: Any) -> None:
    """A phase's document."""
    done = {name: {"status": "success", "record_count": 5, "completed_at": rfc3339(DONE)} for name in names}
    world.sql("DELETE FROM firestore.documents WHERE collection = ?", [f"phase{phase}_completion"])
    world.document(f"phase{phase}_completion", {**done, **more})


def look(world: LaidWorld, at: Any = NOON) -> Result:
    """The hand-over from phase 2 to phase 3."""
    return world.look(CHECK, now=at)["phase2 to phase3"]


def test_the_next_phase_ran(world: LaidWorld) -> None:
    """A run of the next phase is there: PASS with when."""
    world.run_rows("summary", "r1", "running", "success", at=DONE + timedelta(minutes=5))
    result = look(world)
    assert result.status is Status.PASS
    assert result.message == "phase 2 completed 2026-02-04 05:00 EST; phase 3 first ran 2026-02-04 05:05 EST"


def test_l27_triggered_and_nothing_ran(world: LaidWorld) -> None:
    """L-25, L-27: whatever the document says of the trigger, no run and no row is FAIL."""
    complete(world, 2, "box", "odds", "plays", "rosters", _triggered=True)
    result = look(world)
    assert result.status is Status.FAIL
    assert "phase 3 has no run and no row for 2026-02-03" in result.message


def test_l26_rows_without_a_run_warn(world: LaidWorld) -> None:
    """L-26: where the next phase's rows came all the same it is at most WARN."""
    world.rows("analytics.summary")
    result = look(world)
    assert result.status is Status.WARN
    assert "rows came: summary" in result.message


def test_another_dates_run_does_not_help(world: LaidWorld) -> None:
    """L-84: the run must be for the same date."""
    world.run_rows("summary", "r1", "success", at=DONE + timedelta(minutes=5), day=DAY - timedelta(days=1))
    assert look(world).status is Status.FAIL


def test_what_another_mode_feeds_proves_nothing(world: LaidWorld) -> None:
    """L-30: `context` ran for the same day in the morning; that is no sign of the night's hand-over."""
    world.run_rows("context", "r1", "success", at=et(DAY, "11:00"))
    world.rows("analytics.context")
    assert look(world).status is Status.FAIL


def test_a_phase_that_timed_out_hands_over_too(world: LaidWorld) -> None:
    """Triggered with some missing, the next phase is due all the same."""
    complete(world, 2, "odds", "rosters", _triggered=True)
    assert look(world).status is Status.FAIL


def test_within_the_hour_nothing_is_judged(world: LaidWorld) -> None:
    """The next phase has an hour."""
    result = look(world, DONE + timedelta(minutes=59))
    assert result.status is Status.SKIP
    assert "not 60 minutes ago" in result.message
    assert look(world, DONE + timedelta(minutes=60)).status is Status.FAIL


def test_a_phase_that_is_not_ready_hands_nothing_over(world: LaidWorld) -> None:
    """L-25: an incomplete phase is its completion's business."""
    complete(world, 2, "odds")
    result = look(world)
    assert result.status is Status.SKIP
    assert "does not hand over yet" in result.message


@pytest.mark.parametrize(("status", "wanted"), [("failed", Status.SKIP), ("success", Status.FAIL)])
def test_what_failed_has_not_completed(world: LaidWorld, status: str, wanted: Status) -> None:
    """L-25: an entry, or a run, that says `failed` is no completion, so nothing is handed over yet."""
    entry = {"status": status, "completed_at": rfc3339(DONE)}
    complete(world, 2, "odds", "rosters", box=entry, plays=entry)
    assert look(world).status is wanted
    for name in ("summary", "context"):
        world.run_rows(name, "r1", status, at=DONE)
    assert world.look(CHECK, now=NOON)["phase3 to phase5"].status is wanted


def test_a_phase_that_is_known_by_its_rows(world: LaidWorld) -> None:
    """Without document and run, rows of every processor are its completion; of some they are not. Rows of the next phase are a WARN."""
    found = {"analytics.summary": Status.SKIP, "analytics.context": Status.FAIL, "predictions.props": Status.WARN}
    for table, wanted in found.items():
        world.rows(table)
        assert world.look(CHECK, now=NOON)["phase3 to phase5"].status is wanted


def test_fa11_each_hand_over_by_itself(world: LaidWorld) -> None:
    """FA-11: a phase without a writer of its document is judged by what is there; a day off by nothing."""
    assert set(world.look(CHECK, now=NOON)) == {"phase2 to phase3", "phase3 to phase5"}
    world.sql("DELETE FROM raw.schedule WHERE game_date = ?", [DAY])
    world.games(DAY + timedelta(days=2))
    assert {result.status for result in world.look(CHECK, now=NOON).values()} == {Status.SKIP}


def test_a_missing_ledger_is_an_error(world: LaidWorld) -> None:
    """FP-17: no table to look into is no hand-over that went well."""
    world.sql("DROP TABLE ref.runs")
    assert look(world).status is Status.ERROR
