"""Rows for the date."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from validator.check import Check, Deadline, Finding, Measurement, NotDue, Unknown
from validator.evidence.asking import LOOK, Answered, Asked, ask
from validator.evidence.completeness import missing_events
from validator.evidence.conditions import Conditions, never_owed, text_of, undeclared
from validator.evidence.deadlines import table_deadlines
from validator.look import World
from validator.pipeline.calendar import Event
from validator.ssot.models.kinds import FullTable, Identifier
from validator.ssot.source import Ssot


@dataclass(frozen=True, kw_only=True)
class CountedTable:
    """A table whose rows for the date are counted: those that fulfil `where`. `participants` are the columns that name an event's
    participants, the source of truth's own unless they are given; `separator` is what stands between them where one column holds several.
    """

    table: FullTable
    where: Conditions = ()
    participants: tuple[Identifier, ...] = ()
    separator: str = "|"


@dataclass(frozen=True, kw_only=True)
class RowCount(Check):
    """Are the rows for the date there, as many as its events owe, and some for every event?"""

    unit = "% of the rows owed"
    warn = "< 80"
    fail = "< 50"
    remedy = LOOK
    seasonal = True

    tables: tuple[CountedTable, ...]

    def measure(self, world: World) -> Iterator[Finding]:
        day = world.target
        for counted, answered in zip(self.tables, ask(world, day, day, lambda _: self._asked(world)), strict=True):
            name = counted.table
            if answered.reason:
                so_far = f"; {answered.row_count} rows so far" if answered.row_count else ""
                yield NotDue(subject=name, reason=answered.reason + so_far, table=name)
            elif answered.problem and name in world.catalog():
                yield Unknown(subject=name, reason=answered.problem, table=name)
            else:
                yield self._measurement(world, counted, answered)

    def _asked(self, world: World) -> Sequence[Asked]:
        return [_asked(world.ssot, counted) for counted in self.tables]

    def _measurement(self, world: World, counted: CountedTable, answered: Answered) -> Measurement:
        assert answered.plan is not None
        owed = answered.plan.owed[world.target]
        event = world.pipeline.calendar.spec.event
        events = f"{len(owed.events)} {event}" + ("" if len(owed.events) == 1 else "s")
        note = f"{answered.row_count} rows{answered.such} for {events} of {world.target}"
        missing = _missing(counted, answered, owed.events) if _participants(world.ssot, counted) else ""
        return Measurement(
            **answered.fields(),
            value=100 * answered.row_count / owed.rows,
            note=answered.problem or note,
            flaw="; ".join(filter(None, [owed.flaw, missing])),
            expected=f"{owed.rows:.0f} rows",
            actual=f"{answered.row_count} rows",
            affected=max(0, round(owed.rows) - answered.row_count) or None,
        )

    def problems(self, ssot: Ssot) -> Iterator[str]:
        for counted in self.tables:
            yield from undeclared(ssot, counted.table, [*counted.participants, *(one.column for one in counted.where)])
            yield from never_owed(ssot, counted.table)

    def deadlines(self, ssot: Ssot) -> Iterator[Deadline]:
        yield from table_deadlines(ssot, (counted.table for counted in self.tables))


def _asked(ssot: Ssot, counted: CountedTable) -> Asked:
    columns = _participants(ssot, counted)
    return Asked(
        subject=counted.table,
        table=counted.table,
        columns=columns,
        where=counted.where,
        by={"named": text_of(columns)} if columns else {},
        values={} if columns else {"named": "''"},
    )


def _participants(ssot: Ssot, counted: CountedTable) -> tuple[str, ...]:
    expect = ssot.tables[counted.table].spec.expect
    return counted.participants or (expect.participants if expect else ())


def _missing(counted: CountedTable, answered: Answered, events: Sequence[Event]) -> str:
    """The events without a row. Where no row names a participant of any event, that is what is wrong, not every event (L-42)."""
    if not answered.row_count:
        return ""
    seen = {part for row in answered.rows for text in row["named"].split("|") for part in text.split(counted.separator)}
    if not seen & {participant for event in events for participant in event.participants}:
        return f"no row names a participant of the date, such as {min(seen) or 'nothing'}"
    return missing_events(events, seen)
