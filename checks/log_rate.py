"""Errors in the logs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from validator.check import Check, Finding, Measurement, NotDue
from validator.evidence.silence import nothing_logged
from validator.look import World
from validator.ssot.models.kinds import Span
from validator.world import Logged


@dataclass(frozen=True, kw_only=True)
class LogRate(Check):
    """How many entries of severity ERROR or worse has each service logged in the last hours, and what does the newest say?"""

    unit = "errors"
    warn = "> 5"
    fail = "> 100"
    query_jobs = 0
    judges_now = True
    remedy = "gcloud logging read $filter --project $project --freshness 1d --limit 20"

    hours: Span = 24

    def measure(self, world: World) -> Iterator[Finding]:
        last = world.pipeline.now
        names = [service.name for service in world.ssot.services]
        logged = {name: world.logs.of_service(name, last - timedelta(hours=self.hours), last) for name in names}
        if not any(one.heard for one in logged.values()):
            yield self._silence(world)
            return
        for name, one in logged.items():
            if not one.heard:
                yield NotDue(subject=name, reason=f"it logged nothing at all in {self.hours} h: nothing to judge")
            else:
                yield self._measurement(world, name, one)

    def _measurement(self, world: World, name: str, logged: Logged) -> Measurement:
        at = logged.newest_at
        newest = f"; the newest, {world.pipeline.local(at)}: {logged.newest or 'without words'}" if at else ""
        least = "at least " if logged.cut else ""
        return Measurement(
            subject=name,
            value=logged.errors,
            note=f"{least}{logged.errors} errors in {self.hours} h{newest}",
            affected=logged.errors or None,
            fill={"filter": f'severity>=ERROR AND resource.labels.service_name="{name}"'},
        )

    def _silence(self, world: World) -> Finding:
        """Not a single entry of anybody: the logs are lost, unless there is nothing to do."""
        if not world.ssot.services:
            return NotDue(subject="services", reason="the source of truth declares no service")
        return nothing_logged(world, "logs", f"no service logged anything at all in {self.hours} h")
