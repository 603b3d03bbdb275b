"""The made-up season: which events take place on which days.

The same source of truth, day and seed give the same season. For calendars of weekdays or days, each expected day is one event.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from validator.clock import days
from validator.ssot.models.calendar import CalendarSpec
from validator.ssot.source import Ssot

DAYS_BACK = 120
DAYS_AHEAD = 10
BREAK_DAYS = 6
MOST_EVENTS = 13
"""More are played on few real days; a re-dated event may come on top."""
BUSY_DAYS = 14
"""The last days, in which incidents lie, have at least four events each."""
POSTPONED = (7, 15, 26)
"""How many event days ago an event was postponed; the first of them has a new date."""
NEW_DATE_DAYS = 5

Stage = Literal["scheduled", "final", "postponed"]


@dataclass(frozen=True, kw_only=True)
class MadeEvent:
    """One event. `number` names it; an event with a new date keeps its number."""

    day: date
    number: int
    participants: tuple[str, ...]
    stage: Stage


@dataclass(frozen=True, kw_only=True)
class Season:
    """All events around `day`, in order, and the days of the long break."""

    day: date
    events: tuple[MadeEvent, ...]
    pause: tuple[date, ...] = ()

    @cached_property
    def held(self) -> Mapping[date, Sequence[MadeEvent]]:
        """The events that take place, by day."""
        found: dict[date, list[MadeEvent]] = {}
        for event in self.events:
            if event.stage != "postponed":
                found.setdefault(event.day, []).append(event)
        return found

    def past(self) -> list[date]:
        """The days before `day` on which events took place, oldest first."""
        return sorted(held for held in self.held if held < self.day)


def make_season(ssot: Ssot, day: date, seed: int) -> Season:
    """The season around a day; that day and the one before are event days in a calendar of events."""
    spec = ssot.pipeline.calendar
    if spec.kind != "events":
        return Season(day=day, events=tuple(_plain_events(spec, day)))
    dice = random.Random(f"season {seed} {day}")  # noqa: S311 - made-up data
    pause_start = day - timedelta(days=dice.randint(48, 60))
    pause = tuple(days(pause_start, pause_start + timedelta(days=BREAK_DAYS - 1)))
    teams = _teams(ssot, spec)
    events: list[MadeEvent] = []
    for held in _event_days(day, pause, dice):
        for participants in _pairings(held, day, len(spec.participants), teams, dice):
            stage: Stage = "final" if held < day else "scheduled"
            events.append(MadeEvent(day=held, number=len(events) + 1, participants=participants, stage=stage))
    if spec.status and spec.status.postponed:
        events = _with_postponed(events, day, again=spec.date in spec.key)
    return Season(day=day, events=tuple(events), pause=pause)


def _plain_events(spec: CalendarSpec, day: date) -> list[MadeEvent]:
    span = days(day - timedelta(days=DAYS_BACK), day + timedelta(days=DAYS_AHEAD))
    expected = [held for held in span if spec.kind == "daily" or held.isoweekday() <= 5]
    return [
        MadeEvent(day=held, number=number, participants=(), stage="final" if held < day else "scheduled")
        for number, held in enumerate(expected, start=1)
    ]


def _event_days(day: date, pause: Sequence[date], dice: random.Random) -> list[date]:
    """About one day in eight is off, never two in a row outside the long break."""
    chosen: list[date] = []
    always = (day - timedelta(days=1), day)
    for candidate in days(day - timedelta(days=DAYS_BACK), day + timedelta(days=DAYS_AHEAD)):
        rested = not chosen or chosen[-1] != candidate - timedelta(days=1)
        off = dice.random() < 0.14 and not rested
        if candidate in always or not (off or candidate in pause):
            chosen.append(candidate)
    return chosen


def _teams(ssot: Ssot, spec: CalendarSpec) -> list[str]:
    """The participants: the calendar table's sample values where it has any, else made-up codes."""
    table = ssot.tables.get(spec.table or "")
    samples = table.spec.samples.get(spec.participants[0], ()) if table and spec.participants else ()
    return [str(value) for value in samples if value is not None] or [f"T{number:02d}" for number in range(1, 31)]


def _pairings(held: date, day: date, size: int, teams: Sequence[str], dice: random.Random) -> list[tuple[str, ...]]:
    """The participants of each event of a day; nobody takes part twice."""
    most = min(MOST_EVENTS, len(teams) // size) if size else 6
    least = min(4 if timedelta(0) <= day - held <= timedelta(days=BUSY_DAYS) else 2, most)
    count = dice.randint(least, most)
    drawn = dice.sample(teams, count * size)
    return [tuple(drawn[index * size : (index + 1) * size]) for index in range(count)]


def _with_postponed(events: Sequence[MadeEvent], day: date, *, again: bool) -> list[MadeEvent]:
    """Mark the last event of some days as postponed; where the date is part of an event's key, the newest of them takes place later."""
    held = sorted({event.day for event in events if event.day < day})
    chosen = {
        held[-back]: max(e.number for e in events if e.day == held[-back]) for back in POSTPONED if back <= len(held)
    }
    marked = [replace(event, stage="postponed") if chosen.get(event.day) == event.number else event for event in events]
    if again and chosen:
        moved = next(event for event in events if event.number == chosen[max(chosen)])
        marked.append(replace(moved, day=day + timedelta(days=NEW_DATE_DAYS), stage="scheduled"))
    return sorted(marked, key=lambda event: event.day)
