"""Rows held against what was owed: per table and day a percentage, and the events that brought no row at all."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from validator.check import Day, Measurement
from validator.clock import days
from validator.evidence.rows import DayRows, TableRows
from validator.look import World
from validator.pipeline.calendar import Event
from validator.pipeline.owed import Owed, TablePlan

NAMED_EVENTS = 5


def table_completeness(plan: TablePlan, counted: TableRows) -> dict[str, Any]:
    """The fields of a measurement: the percentage over all expected days, and each day's own."""
    found = {day: counted.days.get(day, DayRows()) for day in plan.owed}
    owed = sum(day.rows for day in plan.owed.values())
    got = sum(min(found[day].rows, plan.owed[day].rows) for day in plan.owed)
    value = 100 * got / owed
    empty = sum(1 for day in found.values() if day.rows == 0)
    note = counted.problem or f"{value:.0f} % of the rows expected of {len(found)} days" + (
        f"; {empty} of them without a row" if empty else ""
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
    return missing_events(owed.events, found.participants)


def missing_events(events: Sequence[Event], seen: Collection[str]) -> str:
    """The events of which no participant was seen, as a phrase; empty where there is none."""
    missing = [event for event in events if event.participants and not set(seen) & set(event.participants)]
    return f"missing {len(missing)} of {len(events)}: {_labels(missing)}" if missing else ""


def _labels(events: Sequence[Event]) -> str:
    labels = sorted(event.label for event in events)
    more = f" and {len(labels) - NAMED_EVENTS} more" if len(labels) > NAMED_EVENTS else ""
    return ", ".join(labels[:NAMED_EVENTS]) + more


def calendar_itself(world: World, counted: Mapping[str, TableRows], first: date, last: date) -> Iterator[Measurement]:
    """The calendar as a subject: events whose day is over and whose outcome is still unknown owe nothing, so they must be named (L-40).

    So must days that it does not name and for which data came all the same: it has lost them, and nothing is judged there (FP-3).
    """
    pipeline = world.pipeline
    spec = pipeline.calendar.spec
    over = [day for day in days(first, last) if pipeline.due(day, spec.settled_by, 1) <= pipeline.now]
    held = {day: pipeline.calendar.events(day) for day in over}
    total = sum(len(events) for events in held.values())
    if spec.kind != "events" or not total:
        return
    lost = _days_with_rows(world, counted, [day for day in over if day not in pipeline.calendar.named])
    waiting = {day: pipeline.calendar.open(day) for day in over}
    count = sum(len(events) for events in waiting.values())
    yield Measurement(
        subject=f"{spec.table} (calendar)",
        table=spec.table,
        value=100 * (total - count) / total,
        note=f"{total - count} of {total} {spec.event}s of the last {len(over)} days are over with a known outcome",
        flaw="; ".join(_calendar_flaws(world, [event for events in waiting.values() for event in events], lost)),
        expected=f"{total} settled",
        actual=f"{total - count} settled",
        affected=count or None,
        facts={"rows_on_other_days": lost}
        | {"open": {str(day): [event.label for event in events] for day, events in waiting.items() if events}},
    )


def _days_with_rows(world: World, counted: Mapping[str, TableRows], days_: Sequence[date]) -> dict[str, int]:
    """Of these days those for which most tables that are filled after an event have rows, and how many of them."""
    after = [
        counted[table.name].days
        for table in world.ssot.tables.values()
        if table.spec.expect
        and table.spec.expect.per == "event"
        and table.spec.expect.due_days
        and table.name in counted
    ]
    filled = {day: sum(day in found for found in after) for day in days_}
    return {str(day): count for day, count in filled.items() if after and count > len(after) / 2}


def _calendar_flaws(world: World, waiting: Sequence[Event], lost: Mapping[str, int]) -> Iterator[str]:
    if waiting:
        yield f"still open: {_labels(waiting)}"
    if lost:
        named = ", ".join(f"{day} ({count} tables)" for day, count in list(lost.items())[:NAMED_EVENTS])
        yield f"it has no {world.ssot.pipeline.calendar.event} on days for which data came: {named}"
