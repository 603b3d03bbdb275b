"""The calendar's own tables: events with the rows they got on the way, and the days on which part of the pipeline stood still."""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from validator.clock import days
from validator.demo.plan import Plan
from validator.demo.season import DAYS_BACK, MadeEvent
from validator.demo.sheet import Sheet
from validator.ssot.models.calendar import CalendarSpec, StatusColumn
from validator.ssot.source import Table

ID_DIGITS = 10


def fill_calendar(sheet: Sheet, plan: Plan) -> None:
    """Fill the table of events and the table of halts, where the calendar declares them."""
    spec = plan.ssot.pipeline.calendar
    if spec.kind == "events" and spec.table and spec.status:
        sheet.insert(spec.table, list(_event_rows(plan, spec, spec.status, plan.ssot.tables[spec.table])))
    if spec.halt:
        sheet.insert(spec.halt.table, list(_halt_rows(plan, spec)))


def calendar_tables(spec: CalendarSpec) -> set[str]:
    """The tables that are filled here."""
    return {name for name in (spec.table, spec.halt.table if spec.halt else None) if name}


def _event_rows(plan: Plan, spec: CalendarSpec, status: StatusColumn, table: Table) -> Iterator[Mapping[str, Any]]:
    dice = random.Random(f"calendar {plan.seed} {plan.day}")  # noqa: S311 - made-up data
    for index, event in enumerate(plan.season.events):
        common = {**_samples(table, index), **_identity(spec, table, event), **spec.count_where}
        outcome = {name: dice.randint(85, 130) for name in spec.final_needs}
        yield from _versions(plan, spec, status, event, common, outcome, dice)
    yield from _uncounted(plan, spec, status, table)


def _versions(
    plan: Plan,
    spec: CalendarSpec,
    status: StatusColumn,
    event: MadeEvent,
    common: Mapping[str, Any],
    outcome: Mapping[str, Any],
    dice: random.Random,
) -> Iterator[Mapping[str, Any]]:
    """The rows of one event, the oldest first: many an event was written more than once."""
    older = dice.random()
    early = min(plan.clock.before(event.day, 0), plan.clock.midnight(plan.day)) - timedelta(days=2)
    if event.stage != "final" or older < 0.35:
        yield {**common, status.column: status.scheduled[0], **_written(spec, early)}
    if event.stage == "final":
        if older < 0.15 and status.running:
            yield {
                **common,
                status.column: status.running[0],
                **_written(spec, min(plan.clock.at(event.day, "21:00"), plan.clock.midnight(plan.day))),
            }
        yield {**common, **outcome, status.column: status.final[0], **_written(spec, plan.clock.after(event.day, 0))}
    if event.stage == "postponed" and status.postponed:
        yield {**common, status.column: status.postponed[0], **_written(spec, plan.clock.before(event.day, 1))}


def _written(spec: CalendarSpec, at: datetime) -> dict[str, Any]:
    return {spec.version: at} if spec.version else {}


def _identity(spec: CalendarSpec, table: Table, event: MadeEvent) -> dict[str, Any]:
    named: dict[str, Any] = {
        name: f"{event.number:0{ID_DIGITS}d}" if table.spec.columns.get(name) == "STRING" else event.number
        for name in spec.key
    }
    named.update(zip(spec.participants, event.participants, strict=False))
    return {**named, spec.date or "": event.day}


def _samples(table: Table, index: int) -> dict[str, Any]:
    return {name: values[index % len(values)] for name, values in table.spec.samples.items() if values}


def _uncounted(plan: Plan, spec: CalendarSpec, status: StatusColumn, table: Table) -> Iterator[Mapping[str, Any]]:
    """One finished event of a kind that does not count, in the middle of the long break."""
    switches = {name: not wanted for name, wanted in spec.count_where.items() if isinstance(wanted, bool)}
    if not switches or not plan.season.pause:
        return
    day = plan.season.pause[len(plan.season.pause) // 2]
    event = MadeEvent(
        day=day, number=len(plan.season.events) + 1, participants=plan.season.events[0].participants, stage="final"
    )
    row = {
        **_samples(table, 0),
        **_identity(spec, table, event),
        **spec.count_where,
        **switches,
        **dict.fromkeys(spec.final_needs, 100),
    }
    yield {**row, status.column: status.final[0], **_written(spec, plan.clock.after(day, 0))}


def _halt_rows(plan: Plan, spec: CalendarSpec) -> Iterator[Mapping[str, Any]]:
    """A row a day: halted during the long break, else not."""
    halt = spec.halt
    if halt is None:
        return
    columns = plan.ssot.tables[halt.table].spec.columns
    for day in days(plan.day - timedelta(days=DAYS_BACK), plan.day):
        halted = day in plan.season.pause
        stamps = {name: plan.clock.midnight(day) for name, kind in columns.items() if kind == "TIMESTAMP"}
        yield {
            **halt.where,
            **stamps,
            halt.date: day,
            halt.active: halted,
            halt.reason: f"no {spec.event}s" if halted else None,
        }
