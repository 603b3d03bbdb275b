"""The Python call: `run_schedule` returns the run that HTTP and the command line print."""

from datetime import UTC, date, datetime

import pytest

import validator
from tests.http.worlds import traces
from tests.worlds.laid import LaidWorld
from validator import run_schedule
from validator.clock import zone
from validator.errors import BadRequest, ConfigurationError, NotFound
from validator.status import RunStatus, Severity, Status


def test_a_run(world: LaidWorld, yesterday: date) -> None:
    """A run has an id, a status, and results with check, subject, status, severity and message; it is stored and told."""
    run = run_schedule("post_overnight")
    assert (run.status, run.target_date, run.trigger_source) == (RunStatus.CRITICAL, yesterday, "manual")
    assert {result.status for result in run.results} <= set(Status)
    assert all(
        result.check_name and result.subject and result.message and isinstance(result.severity, Severity)
        for result in run.results
    )
    assert traces(world) == (1, len(run.results), 1, 1)
    assert world.sql("SELECT run_id FROM ops.validation_runs") == [(run.run_id,)]


def test_date_now_and_trigger(world: LaidWorld) -> None:
    """`date` is the target date, `now` the run's clock, `trigger_source` what is stored."""
    now = datetime(2026, 1, 21, 4, 30, tzinfo=UTC)
    assert run_schedule("post_overnight", now=now).target_date == date(2026, 1, 19)
    run = run_schedule("post_overnight", date=date(2026, 1, 5), now=now, trigger_source="cli")
    assert (run.target_date, run.run_timestamp, run.trigger_source) == (date(2026, 1, 5), now, "cli")
    assert traces(world)[0] == 2


def test_a_zone_of_ones_own(world: LaidWorld) -> None:
    """`now` may be in any zone."""
    run = run_schedule("phase_triggers", now=datetime(2026, 1, 21, 8, tzinfo=zone("Asia/Tokyo")))
    assert run.target_date == date(2026, 1, 20)


def test_what_cannot_be_asked(world: LaidWorld) -> None:
    """An unknown schedule, a naive clock and a missing world are errors of their own kinds; nothing is run."""
    with pytest.raises(NotFound, match="known: evening, phase_triggers, post_overnight"):
        run_schedule("nope")
    with pytest.raises(BadRequest, match="aware"):
        run_schedule("post_overnight", now=datetime(2026, 1, 21))
    assert traces(world) == (0, 0, 0, 0)
    world.path.unlink()
    with pytest.raises(ConfigurationError, match="demo"):
        run_schedule("post_overnight")


def test_the_signature() -> None:
    """Everything but the name is given by keyword."""
    with pytest.raises(TypeError):
        run_schedule("post_overnight", date(2026, 1, 5))  # type: ignore[call-arg]
    assert validator.__all__ == ["run_schedule"]


def test_the_clock_is_the_real_one(world: LaidWorld) -> None:
    """Without `now` it is the real clock."""
    before = datetime.now(UTC)
    at = run_schedule("phase_triggers").run_timestamp
    assert before <= at <= datetime.now(UTC)
