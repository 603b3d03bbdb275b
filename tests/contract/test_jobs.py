"""What every reader of scheduled jobs answers."""

from datetime import UTC, datetime

import pytest

from tests.contract.sides import JobsSide
from validator.errors import ServiceError
from validator.world import LiveJob

NIGHTLY = LiveJob(
    name="nightly",
    schedule="0 6 * * *",
    time_zone="America/New_York",
    state="ENABLED",
    uri="https://runner.example.com/?schedule=nightly",
    audience="https://runner.example.com/",
    token="OIDC",
    attempt_deadline_seconds=540,
    last_attempt=datetime(2026, 2, 3, 11, 0, 2, tzinfo=UTC),
    code=16,
)


def test_a_job_says_when_it_runs_and_how_it_went(jobs_side: JobsSide) -> None:
    """Cron, zone, state, target and the last attempt, as they are (L-69)."""
    jobs_side.job(NIGHTLY)
    assert list(jobs_side.jobs().live()) == [NIGHTLY]


def test_success_and_never_tried_are_two_answers(jobs_side: JobsSide) -> None:
    """Code 0 is a success; a job that was never tried has no code (FA-16)."""
    at = datetime(2026, 2, 3, 11, tzinfo=UTC)
    well = LiveJob(name="a", schedule="0 6 * * *", time_zone="UTC", state="ENABLED", last_attempt=at, code=0)
    new = LiveJob(name="b", schedule="0 7 * * *", time_zone="UTC", state="PAUSED")
    jobs_side.job(well)
    jobs_side.job(new)
    assert sorted(jobs_side.jobs().live(), key=lambda job: job.name) == [well, new]


def test_every_job_is_listed(jobs_side: JobsSide) -> None:
    """A listing of several pages is read to its end."""
    names = [f"job-{number}" for number in range(5)]
    for name in names:
        jobs_side.job(LiveJob(name=name, schedule="0 6 * * *", time_zone="UTC", state="ENABLED"))
    assert sorted(job.name for job in jobs_side.jobs().live()) == names


def test_no_job_is_an_answer(jobs_side: JobsSide) -> None:
    """A scheduler without jobs has none."""
    assert list(jobs_side.jobs().live()) == []


def test_a_scheduler_that_cannot_be_reached_is_an_error(jobs_side: JobsSide) -> None:
    """Not being able to ask is never an empty list (L-70)."""
    with pytest.raises(ServiceError) as caught:
        jobs_side.unreachable().live()
    assert caught.value.service == "Cloud Scheduler"
