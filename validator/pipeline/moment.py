"""One target date, seen at one instant: the calendar, local deadlines, and how people there name days and instants."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Literal

from validator.clock import day_of, local_instant, parse_time_of_day, zone
from validator.pipeline.calendar import Calendar
from validator.pipeline.planned import Planned
from validator.ssot.source import Ssot

Mode = Literal["overnight", "same_day", "tomorrow"]


class Moment:
    """The target date seen at `now`. The calendar is read when it is first needed; `planned` reads what the pipeline itself planned."""

    def __init__(
        self,
        ssot: Ssot,
        calendar: Callable[[], Calendar],
        now: datetime,
        target: date,
        planned: Callable[[], Planned] = dict,
    ) -> None:
        self.ssot = ssot
        self._calendar = calendar
        self.planned = planned
        self.now = now
        self.target = target
        self.zone = zone(ssot.pipeline.time_zone)
        self.today = day_of(now, self.zone)

    @cached_property
    def calendar(self) -> Calendar:
        """On which days something is expected. Raises ServiceError or Unmeasurable when it can't be known."""
        return self._calendar()

    @property
    def mode(self) -> Mode:
        """A date's mode follows from today alone, whatever a document says (L-30)."""
        if self.target < self.today:
            return "overnight"
        return "same_day" if self.target == self.today else "tomorrow"

    def due(self, day: date, at: str, after_days: int) -> datetime:
        """The instant of a local deadline for a day."""
        time = parse_time_of_day(at)
        if time is None:
            raise ValueError(f"{at!r} is no time of day")
        return local_instant(day + timedelta(days=after_days), time, self.zone)

    def local(self, instant: datetime) -> str:
        """An instant as people there read it: `2026-02-03 06:00 EST`."""
        return instant.astimezone(self.zone).strftime("%Y-%m-%d %H:%M %Z")

    def eased(self, day: date) -> str:
        """Why a FAIL of that day is only a WARN; empty when it isn't."""
        return self.calendar.eased(day)

    def look_back(self, count: int) -> tuple[date, date]:
        """The last `count` days, the target date included."""
        return self.target - timedelta(days=count - 1), self.target
