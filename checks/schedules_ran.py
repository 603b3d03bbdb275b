"""Schedules ran."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from validator.check import Check, Finding, Measurement, NotDue
from validator.config.jobs import own_job_name
from validator.evidence.own_runs import Fires, fires, scheduled_runs
from validator.look import World
from validator.ssot.models.kinds import Count, Span


@dataclass(frozen=True, kw_only=True)
class SchedulesRan(Check):
    """How many scheduled runs of this service left no row: the runner watches itself."""

    unit = "missed runs"
    fail = "> 0"
    remedy = "gcloud logging read $filter --project $project --freshness 2d --limit 10"
    judges_now = True

    hours: Span = 26
    grace_minutes: Count = 60
    history_days: Span = 30

    def measure(self, world: World) -> Iterator[Finding]:
        runs = scheduled_runs(world, self.history_days)
        if not runs:
            reason = f"no scheduled run is stored of the last {self.history_days} days: the scheduler has not called this service yet"
            yield NotDue(subject="schedules", reason=reason)
            return
        for one in fires(world, runs, self.hours, timedelta(minutes=self.grace_minutes)):
            if not one.due:
                yield NotDue(subject=one.schedule, reason=f"nothing of it was due in the last {self.hours} h")
            else:
                yield self._measurement(world, one)

    def _measurement(self, world: World, one: Fires) -> Measurement:
        missed = ", ".join(map(world.pipeline.local, one.missed))
        newest = f"newest scheduled run {world.pipeline.local(one.newest)}" if one.newest else "no scheduled run stored"
        return Measurement(
            subject=one.schedule,
            value=len(one.missed),
            note=f"no row for {missed}; {newest}" if missed else newest,
            expected=f"{len(one.due)} due",
            actual=f"{len(one.due) - len(one.missed)} stored",
            affected=len(one.missed) or None,
            fill={
                "filter": f'resource.type="cloud_scheduler_job" AND resource.labels.job_id="{own_job_name(one.schedule)}"'
            },
        )
