"""Dates, instants, zones and cron: parsing them strictly, and naming days in the pipeline's zone.

Instants are aware datetimes in UTC. A zone is used only to name a date or to read a local deadline (L-38, FA-20).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from validator.errors import ConfigurationError

EARLIEST = date(2000, 1, 1)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})\Z"
)


def real_now() -> datetime:
    """The real clock, in UTC. Called at the edges only; everything inside is handed a value."""
    return datetime.now(UTC)


def parse_date(text: str) -> date | None:
    """`YYYY-MM-DD` exactly; None for anything else."""
    if not _DATE.match(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_instant(text: str) -> datetime | None:
    """An RFC 3339 instant with an offset, as UTC; None for anything else."""
    if not _INSTANT.match(text):
        return None
    fraction = re.sub(r"\.([0-9]{1,6})[0-9]*", lambda found: "." + found.group(1).ljust(6, "0"), text.upper())
    try:
        return datetime.fromisoformat(fraction).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=1024)
def parse_time_of_day(text: str) -> time | None:
    """`HH:MM` on a 24-hour clock; None for anything else."""
    found = _TIME_OF_DAY.match(text)
    return time(int(found.group(1)), int(found.group(2))) if found else None


def rfc3339(instant: datetime) -> str:
    """`2026-01-05T11:00:00Z`, with microseconds only where there are any."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def zone(name: str) -> ZoneInfo:
    """The zone of that name; a ConfigurationError where the machine has no data for it, never a silent UTC (L-38)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError([f"time zone {name!r} is unknown on this machine (is tzdata installed?)"]) from error


def day_of(instant: datetime, where: ZoneInfo) -> date:
    """The date that people in `where` call this instant's day."""
    return instant.astimezone(where).date()


@lru_cache(maxsize=4096)
def local_instant(day: date, at: time, where: ZoneInfo) -> datetime:
    """The instant of a local time of day. One that is skipped by a clock change means the next existing one; a doubled one the first."""
    wall = datetime.combine(day, at)
    for _ in range(24 * 60):
        instant = wall.replace(tzinfo=where).astimezone(UTC)
        if instant.astimezone(where).replace(tzinfo=None) == wall:
            return instant
        wall += timedelta(minutes=1)
    raise ValueError(f"no such local time: {day} {at}")


def days(first: date, last: date) -> Iterator[date]:
    """Every date from first to last, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


@dataclass(frozen=True)
class Cron:
    """A five-field cron expression (numbers, `*`, lists, ranges, steps), as Cloud Scheduler reads it."""

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    month_days: frozenset[int]
    months: frozenset[int]
    week_days: frozenset[int]
    either_day: bool

    @classmethod
    def parse(cls, text: str) -> "Cron":
        """Raises ValueError with a sentence when the text is no cron expression."""
        fields = text.split()
        if len(fields) != 5:
            raise ValueError(f"a cron expression has five fields, {text!r} has {len(fields)}")
        sets = [_field(part, low, high) for part, (low, high) in zip(fields, _RANGES, strict=True)]
        week_days = frozenset(day % 7 for day in sets[4])
        return cls(text, sets[0], sets[1], sets[2], sets[3], week_days, fields[2] != "*" and fields[4] != "*")

    def fires_on(self, day: date) -> bool:
        """Whether it fires at all on that local date."""
        by_month, by_week = day.day in self.month_days, day.isoweekday() % 7 in self.week_days
        return day.month in self.months and (by_month or by_week if self.either_day else by_month and by_week)

    def times(self) -> list[time]:
        """The local times of day it fires at, in order."""
        return [time(hour, minute) for hour in sorted(self.hours) for minute in sorted(self.minutes)]

    def next_after(self, instant: datetime, where: ZoneInfo) -> datetime:
        """The first instant it fires at strictly after `instant`; raises ValueError when there is none within four years."""
        first = day_of(instant, where) - timedelta(days=1)
        for day in days(first, first + timedelta(days=4 * 366)):
            if self.fires_on(day):
                for at in self.times():
                    if (fire := local_instant(day, at, where)) > instant:
                        return fire
        raise ValueError(f"{self.text!r} never fires")


_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def _field(text: str, low: int, high: int) -> frozenset[int]:
    values: set[int] = set()
    for part in text.split(","):
        found = re.fullmatch(r"(\*|([0-9]{1,2})(-([0-9]{1,2}))?)(/([0-9]{1,2}))?", part)
        if not found:
            raise ValueError(f"{part!r} is not a cron field")
        start = low if found[1] == "*" else int(found[2])
        end = high if found[1] == "*" or (found[6] and not found[4]) else int(found[4] or found[2])
        step = int(found[6] or 1)
        if not (low <= start <= end <= high) or step == 0:
            raise ValueError(f"{part!r} is outside {low}-{high}")
        values.update(range(start, end + 1, step))
    return frozenset(values)
