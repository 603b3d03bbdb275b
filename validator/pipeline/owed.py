"""What tables owe: so many rows per event or day, once they are due, and why nothing is owed where nothing is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from validator.clock import days
from validator.pipeline.calendar import Event
from validator.pipeline.moment import Moment
from validator.ssot.models.tables import KnownGap
from validator.ssot.source import Table


@dataclass(frozen=True, kw_only=True)
class Owed:
    """What a table owes for one day: how many rows at least, for which events; `flaw` where an accepted gap has run out."""

    rows: float
    events: Sequence[Event]
    flaw: str = ""


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """What a table owes over a span of days. With no day in `owed`, `reason` says why."""

    table: Table
    owed: Mapping[date, Owed] = field(default_factory=dict)
    reason: str = ""


def plan_tables(moment: Moment, first: date, last: date) -> Iterator[TablePlan]:
    """What every table with a declared expectation owes from first to last."""
    for table in moment.ssot.tables.values():
        if table.spec.expect:
            yield _table_plan(moment, table, first, last)


def _table_plan(moment: Moment, table: Table, first: date, last: date) -> TablePlan:
    if table.disabled and table.disabled.since <= first:
        return TablePlan(table=table, reason=f"source disabled since {table.disabled.since}: {table.disabled.disabled}")
    candidates = {day: owed for day in days(first, last) if (owed := _owed(moment, table, day))}
    kept = {
        day: owed for day, owed in candidates.items() if _is_due(moment, table, day) and not _gone(moment, table, day)
    }
    open_days = {day: owed for day, owed in kept.items() if not _accepted(moment, table, day)}
    reason = "" if open_days else _nothing_owed(moment, table, candidates, kept, first, last)
    return TablePlan(table=table, owed=open_days, reason=reason)


def _nothing_owed(
    moment: Moment, table: Table, candidates: Mapping[date, Owed], kept: Mapping[date, Owed], first: date, last: date
) -> str:
    event = moment.calendar.spec.event
    if kept:
        return f"accepted gap: {_gap(table, max(kept)).reason}"  # type: ignore[union-attr]
    if candidates and not all(_gone(moment, table, day) for day in candidates):
        expect = table.spec.expect
        assert expect is not None
        return f"not due before {moment.local(moment.due(min(candidates), expect.due, expect.due_days))}"
    if candidates:
        return f"kept for {table.spec.retention_days} days only"
    rested = sorted(day for day in days(first, last) if day in moment.calendar.halts)
    return (
        f"halted: {moment.calendar.halts[rested[-1]]}"
        if rested and halted(moment, table, rested[-1])
        else f"no finished {event} from {first} to {last}"
    )


def _owed(moment: Moment, table: Table, day: date) -> Owed | None:
    expect = table.spec.expect
    if expect is None or halted(moment, table, day) or switched_off(table, day):
        return None
    events = moment.calendar.settled(day) if expect.due_days else moment.calendar.events(day)
    if not events:
        return _planned_alone(moment, table, day)
    gap = _gap(table, day)
    flaw = f"the accepted gap ({gap.reason}) ended on {gap.until}" if gap and gap.until < moment.today else ""
    return Owed(rows=expect.rows * (len(events) if expect.per == "event" else 1), events=events, flaw=flaw)


def _planned_alone(moment: Moment, table: Table, day: date) -> Owed | None:
    """What is owed for a day that the calendar knows nothing of, because the pipeline itself planned it: as much as for one event."""
    assert table.spec.expect is not None
    if day in moment.calendar.named:
        return None
    due = moment.planned().get((day, table.spec.name))
    return Owed(rows=table.spec.expect.rows, events=()) if due and due <= moment.now else None


def _is_due(moment: Moment, table: Table, day: date) -> bool:
    expect = table.spec.expect
    return expect is not None and moment.due(day, expect.due, expect.due_days) <= moment.now


def _gone(moment: Moment, table: Table, day: date) -> bool:
    kept = table.spec.retention_days
    return kept is not None and day <= moment.today - timedelta(days=kept)


def _gap(table: Table, day: date) -> KnownGap | None:
    for gap in table.spec.known_gaps:
        if gap.from_ <= day <= gap.to:
            return gap
    return None


def _accepted(moment: Moment, table: Table, day: date) -> bool:
    gap = _gap(table, day)
    return gap is not None and gap.until >= moment.today


def halted(moment: Moment, table: Table, day: date) -> bool:
    """Whether what the table is for stands still on purpose that day."""
    halt = moment.calendar.spec.halt
    if halt is None or day not in moment.calendar.halts:
        return False
    written_by = {processor.phase for processor in moment.ssot.processors.values() if processor.table == table.name}
    return not halt.phases or (bool(written_by) and written_by <= set(halt.phases))


def switched_off(table: Table, day: date) -> bool:
    """Whether the table's source was switched off on purpose by that day; before it, data was owed as ever."""
    return table.disabled is not None and table.disabled.since <= day
