"""Silence: what it means where nothing at all was logged, and how long a log fell silent while it was due to speak."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from validator.check import NotDue, Unknown
from validator.clock import days
from validator.look import World


def nothing_logged(world: World, subject: str, what: str, table: str | None = None) -> NotDue | Unknown:
    """`what` says that nothing was logged: in season the log is lost, out of season there may be nothing to do."""
    calendar = world.pipeline.calendar
    if calendar.in_season(world.pipeline.today):
        return Unknown(subject=subject, reason=what, table=table)
    return NotDue(subject=subject, reason=f"no {calendar.spec.event} within ten days, and {what}", table=table)


@dataclass(frozen=True, kw_only=True, order=True)
class Silence:
    """A span without a row, and how much of it lies in the hours in which rows are due."""

    active: timedelta
    start: datetime
    end: datetime


def silences(world: World, moments: list[datetime], first: datetime, active: tuple[str, str]) -> Iterator[Silence]:
    """The spans between those moments, in order, from `first` to now. `active` is when rows are due: local times of day, from and to."""
    for start, end in pairwise([first, *moments, world.pipeline.now]):
        yield Silence(active=_active(world, start, end, *active), start=start, end=end)


def _active(world: World, start: datetime, end: datetime, opening: str, closing: str) -> timedelta:
    total = timedelta(0)
    first, last = (at.astimezone(world.pipeline.zone).date() for at in (start, end))
    for day in days(first, last):
        opens, closes = world.pipeline.due(day, opening, 0), world.pipeline.due(day, closing, 0)
        total += max(timedelta(0), min(end, closes) - max(start, opens))
    return total
