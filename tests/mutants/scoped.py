"""Whose query the warehouse is being asked: the class of the check on this thread, and whether it is the calendar's."""

import threading
from collections.abc import Callable
from typing import Any

from validator.check import Check
from validator.look import World

CALENDAR_OF = ("HistoricalCompleteness", "EventsOver", "PostponedEvents")
"""The calendar is read alike for every check that asks what is due: its columns are broken for those that judge the calendar itself."""


def queries_of(kind: type[Check]) -> Callable[[], bool]:
    """Follow every world's queries from now on; the answer says whether what this thread asks is asked by the class."""
    held: Any = World
    thread = threading.local()
    query, calendar = held.query, held._calendar

    def asks(world: World) -> bool:
        if getattr(thread, "calendar", False):
            return kind.__name__ in CALENDAR_OF
        spec = world.ssot.checks.get(world.check)
        return spec is None or spec.class_ == kind.__name__

    def queried(world: World, *args: Any) -> Any:
        thread.asking = asks(world)
        try:
            return query(world, *args)
        finally:
            thread.asking = False

    def read_calendar(world: World) -> Any:
        thread.calendar = True
        try:
            return calendar(world)
        finally:
            thread.calendar = False

    held.query, held._calendar = queried, read_calendar
    return lambda: bool(getattr(thread, "asking", False))
