"""Events that are over and not marked so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from validator.check import Check, Finding, Measurement, NotDue
from validator.look import World
from validator.pipeline.calendar import Event
from validator.ssot.models.kinds import Count


@dataclass(frozen=True, kw_only=True)
class EventsOver(Check):
    """How many events of the date should be over by now, and the calendar still calls them open?"""

    unit = "open events"
    fail = "> 0"
    query_jobs = 0
    remedy = "gcloud logging read $filter --project $project --freshness 1d --limit 20"

    hours: Count = 4

    def measure(self, world: World) -> Iterator[Finding]:
        calendar = world.pipeline.calendar
        subject = f"{calendar.spec.event}s of the date"
        if calendar.spec.kind != "events":
            yield NotDue(subject=subject, reason=f"the calendar is {calendar.spec.kind}: it names no events")
            return
        events = calendar.events(world.target)
        due = [event for event in events if self._over(world, event)]
        if not due:
            settled = world.pipeline.local(world.pipeline.due(world.target, calendar.spec.settled_by, 1))
            reason = f"no outcome of the {len(events)} {calendar.spec.event}s is due yet; the last is due {settled}"
            yield NotDue(subject=subject, reason=reason if events else f"no {calendar.spec.event} on {world.target}")
            return
        stuck = [event for event in due if not event.settled]
        yield Measurement(
            subject=subject,
            table=calendar.spec.table,
            value=len(stuck),
            note=f"still open: {', '.join(event.label for event in stuck)}"
            if stuck
            else f"all {len(due)} that should be over have an outcome",
            expected=f"{len(due)} over",
            actual=f"{len(due) - len(stuck)} over",
            affected=len(stuck) or None,
            fill={"filter": f'severity>=WARNING AND "{(calendar.spec.table or "").rpartition(".")[2]}"'},
        )

    def _over(self, world: World, event: Event) -> bool:
        """So many hours after its start; where the calendar tells no start, by the time at which every outcome should be known."""
        settled_by = world.pipeline.due(world.target, world.pipeline.calendar.spec.settled_by, 1)
        return (event.starts + timedelta(hours=self.hours) if event.starts else settled_by) <= world.pipeline.now
