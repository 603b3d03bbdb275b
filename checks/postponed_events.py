"""Postponed events that the calendar doesn't call so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from validator.check import Check, Finding, Measurement, NotDue
from validator.clock import days
from validator.look import World
from validator.pipeline.calendar import Event
from validator.ssot.models.kinds import Count, Span

SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class PostponedEvents(Check):
    """Which events look postponed though the calendar doesn't say so: over without an outcome, or the same event on several dates?"""

    unit = "events that look postponed"
    warn = "> 0"
    query_jobs = 0
    remedy = "python -m validator completeness --days $days"

    days: Span = 14
    ahead: Count = 30

    def measure(self, world: World) -> Iterator[Finding]:
        calendar = world.pipeline.calendar
        spec = calendar.spec
        subject = spec.table or "calendar"
        first, last = world.pipeline.look_back(self.days)
        span = list(days(first, last + timedelta(days=self.ahead)))
        held = [event for day in span for event in calendar.events(day)]
        suspects = [event for day in days(first, last) for event in calendar.suspects(day)]
        if spec.kind != "events" or not held + suspects:
            yield NotDue(subject=subject, reason=f"no {spec.event} from {first} to {span[-1]}", table=spec.table)
            return
        twice = _on_several_dates(held, spec.key.index(spec.date) if spec.date in spec.key else None)
        found = [f"{event.label} of {event.day} is over without an outcome" for event in suspects]
        found += [f"{events[0].label} is on {' and '.join(str(event.day) for event in events)}" for events in twice]
        shown = "; ".join(found[:SHOWN]) + (f" and {len(found) - SHOWN} more" if len(found) > SHOWN else "")
        yield Measurement(
            subject=subject,
            table=spec.table,
            value=len(found),
            note=shown or f"none of {len(held)} {spec.event}s from {first} to {span[-1]} looks postponed",
            affected=len(found) or None,
            fill={"days": str(self.days)},
            facts={"found": found},
        )


def _on_several_dates(events: list[Event], date_at: int | None) -> list[list[Event]]:
    """The events whose key but for its date is that of another; where the key holds no date, each is one event anyway."""
    if date_at is None:
        return []
    same: dict[tuple[str, ...], list[Event]] = {}
    for event in events:
        same.setdefault((*event.key[:date_at], *event.key[date_at + 1 :]), []).append(event)
    return [found for key, found in same.items() if key and len(found) > 1]
