"""When things happened in the demo world. Nothing lies later than the first minutes of its day, so that it is true at any hour."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from validator.clock import local_instant, parse_time_of_day

BEFORE = "10:00"
"""When work for a date starts that is due before its events."""
AFTER = "02:00"
"""When work starts, on the next day, that waits for the events."""
STEP = timedelta(minutes=40)
"""How far apart the phases are."""
LAST_STEP = timedelta(seconds=20)


class Clockwork:
    """Instants around the world's `day`, for the pipeline's zone."""

    def __init__(self, where: ZoneInfo, day: date) -> None:
        self.where = where
        self.day = day

    def at(self, day: date, time: str) -> datetime:
        """The instant of a local time of day."""
        parsed = parse_time_of_day(time)
        if parsed is None:
            raise ValueError(f"{time!r} is no time of day")
        return local_instant(day, parsed, self.where)

    def midnight(self, day: date) -> datetime:
        """The first instant of a day."""
        return self.at(day, "00:00")

    def before(self, day: date, rank: float) -> datetime:
        """When work that is due before the events of a day was done; on the world's own day it was done early."""
        return self._early(rank) if day >= self.day else self.at(day, BEFORE) + STEP * rank

    def after(self, day: date, rank: float) -> datetime:
        """When work that waits for the events of a day was done; the last night's is all done."""
        return (
            self._early(rank)
            if day >= self.day - timedelta(days=1)
            else self.at(day + timedelta(days=1), AFTER) + STEP * rank
        )

    def _early(self, rank: float) -> datetime:
        return self.midnight(self.day) + LAST_STEP * (rank + 1)
