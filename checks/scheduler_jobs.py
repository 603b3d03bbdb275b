"""Scheduler jobs."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue
from validator.evidence.jobs import view_jobs
from validator.look import World


@dataclass(frozen=True, kw_only=True)
class SchedulerJobs(Check):
    """Is every declared job there and switched on, with the cron, zone, target and deadline that are declared, and did its last attempt go well?"""

    warn = "undeclared"
    fail = ("missing", "paused", "unlike_declared", "failing")
    fine = ("as_declared", "none_undeclared")
    query_jobs = 0
    judges_now = True
    remedy = "gcloud logging read $filter --project $project --freshness 2d --limit 5"

    def measure(self, world: World) -> Iterator[Finding]:
        scheduler = view_jobs(world)
        for job in scheduler.jobs:
            if job.state == "not_run":
                yield NotDue(subject=job.name, reason=f"it is there as declared; {job.note}")
                continue
            yield Measurement(
                subject=job.name,
                value=job.state,
                note=job.note,
                severity=job.severity,
                expected=job.wanted,
                actual=job.found,
                remedy=job.remedy,
                fill={"filter": f'resource.type="cloud_scheduler_job" AND resource.labels.job_id="{job.name}"'},
            )
        names = ", ".join(scheduler.undeclared)
        yield Measurement(
            subject="undeclared jobs",
            value="undeclared" if names else "none_undeclared",
            note=f"live, but declared nowhere: {names}"
            if names
            else f"each of the {scheduler.live} live jobs is declared",
            expected="0 undeclared",
            actual=f"{len(scheduler.undeclared)} undeclared",
            affected=len(scheduler.undeclared) or None,
            remedy="python -m validator config check",
        )
