"""Rows held against what was owed: per table and day a percentage, and the events that brought no row at all."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from validator.check import Day, Measurement
from validator.clock import days
from validator.evidence.rows import DayRows, TableRows
from validator.look import World
from validator.pipeline.calendar import Event
from validator.pipeline.model import Owed, TablePlan

NAMED_EVENTS = 5


def table_completeness(plan: TablePlan, counted: TableRows) -> dict[str, Any]:
    """The fields of a measurement: the percentage over all expected days, and each day's own."""
    found = {day: counted.days.get(day, DayRows()) for day in plan.owed}
    owed = sum(day.rows for day in plan.owed.values())
    got = sum(min(found[day].rows, plan.owed[day].rows) for day in plan.owed)
    value = 100 * got / owed
    empty = sum(1 for day in found.values() if day.rows == 0)
    note = counted.problem or f"{value:.0f} % of the rows expected of {len(found)} days" + (
        f"; {empty} days without a row" if empty else ""
    )
    return {
        "subject": plan.table.name,
        "table": plan.table.name,
        "value": value,
        "note": note,
        "days": {day: _day(plan, day, found[day]) for day in plan.owed},
        "expected": f"{owed:.0f} rows",
        "actual": f"{sum(day.rows for day in found.values())} rows",
        "affected": max(0, round(owed - got)) or None,
        "remedy": plan.table.spec.backfill,
        "query": counted.query,
        "facts": {"gap_map": {str(day): f"{found[day].rows}/{plan.owed[day].rows:.0f}" for day in plan.owed}},
    }


def _day(plan: TablePlan, day: date, found: DayRows) -> Day:
    owed = plan.owed[day]
    flaws = [text for text in (owed.flaw, _missing_events(plan, owed, found)) if text]
    return Day(value=100 * found.rows / owed.rows, flaw="; ".join(flaws))


def _missing_events(plan: TablePlan, owed: Owed, found: DayRows) -> str:
    """`missing 1 of 8: NORTH@SOUTH`, known by participants and date, never by an event's id (L-42)."""
    expect = plan.table.spec.expect
    if expect is None or not expect.participants or not found.rows:
        return ""
    missing = [
        event for event in owed.events if event.participants and not found.participants & set(event.participants)
    ]
    return f"missing {len(missing)} of {len(owed.events)}: {_labels(missing)}" if missing else ""


def _labels(events: Sequence[Event]) -> str:
    labels = sorted(event.label for event in events)
    more = f" and {len(labels) - NAMED_EVENTS} more" if len(labels) > NAMED_EVENTS else ""
    return ", ".join(labels[:NAMED_EVENTS]) + more


def open_events(world: World, first: date, last: date) -> Iterator[Measurement]:
    """The calendar itself as a subject: events whose day is over and whose outcome is still unknown owe nothing, so they must be named (L-40)."""
    pipeline = world.pipeline
    spec = pipeline.calendar.spec
    over = [day for day in days(first, last) if pipeline.due(day, spec.settled_by, 1) <= pipeline.now]
    held = {day: pipeline.calendar.events(day) for day in over}
    total = sum(len(events) for events in held.values())
    if spec.kind != "events" or not total:
        return
    waiting = {day: pipeline.calendar.open(day) for day in over}
    count = sum(len(events) for events in waiting.values())
    yield Measurement(
        subject=f"{spec.table} (calendar)",
        table=spec.table,
        value=100 * (total - count) / total,
        note=f"{total - count} of {total} {spec.event}s of the last {len(over)} days are over with a known outcome",
        flaw=f"still open: {_labels([event for events in waiting.values() for event in events])}" if count else "",
        expected=f"{total} settled",
        actual=f"{total - count} settled",
        affected=count or None,
        facts={"open": {str(day): [event.label for event in events] for day, events in waiting.items() if events}},
    )
