"""What is expected and what is due: the source of truth, the calendar and the clock, for one target date.

Only what is due can fail. A deadline is a local time of day, so many days after the date the data is for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Literal

from validator.clock import day_of, days, local_instant, parse_time_of_day, zone
from validator.pipeline.calendar import Calendar, Event
from validator.ssot.models import CompletionSpec, DueSpec, KnownGap, ModeSpec, PhaseSpec
from validator.ssot.source import Processor, Ssot, Table, processors_of

Mode = Literal["overnight", "same_day", "tomorrow"]


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


@dataclass(frozen=True, kw_only=True)
class PhasePlan:
    """What a phase owes for the target date. With a `reason`, nothing is due. `later` are processors due only after now, `off` those whose source is
    switched off on purpose (L-29).
    """

    phase: PhaseSpec
    mode: Mode
    due: datetime
    processors: tuple[Processor, ...] = ()
    later: tuple[Processor, ...] = ()
    off: tuple[Processor, ...] = ()
    reason: str = ""

    @property
    def required(self) -> tuple[Processor, ...]:
        """Those that must complete."""
        return tuple(processor for processor in self.processors if processor.required)


class Pipeline:
    """The pipeline as it should be, seen at `now` for the target date. The calendar is read when it is first needed."""

    def __init__(self, ssot: Ssot, calendar: Callable[[], Calendar], now: datetime, target: date) -> None:
        self.ssot = ssot
        self._calendar = calendar
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

    def tables(self, first: date, last: date) -> Iterator[TablePlan]:
        """What every table with a declared expectation owes from first to last."""
        for table in self.ssot.tables.values():
            if table.spec.expect:
                yield self._table_plan(table, first, last)

    def _table_plan(self, table: Table, first: date, last: date) -> TablePlan:
        if table.disabled and table.disabled.since <= first:
            return TablePlan(
                table=table, reason=f"source disabled since {table.disabled.since}: {table.disabled.disabled}"
            )
        candidates = {day: owed for day in days(first, last) if (owed := self._owed(table, day))}
        kept = {
            day: owed for day, owed in candidates.items() if self._is_due(table, day) and not self._gone(table, day)
        }
        open_days = {day: owed for day, owed in kept.items() if not self._accepted(table, day)}
        reason = "" if open_days else self._nothing_owed(table, candidates, kept, first, last)
        return TablePlan(table=table, owed=open_days, reason=reason)

    def _nothing_owed(
        self, table: Table, candidates: Mapping[date, Owed], kept: Mapping[date, Owed], first: date, last: date
    ) -> str:
        event = self.calendar.spec.event
        if kept:
            return f"accepted gap: {self._gap(table, max(kept)).reason}"  # type: ignore[union-attr]
        if candidates and not all(self._gone(table, day) for day in candidates):
            expect = table.spec.expect
            assert expect is not None
            return f"not due before {self.local(self.due(min(candidates), expect.due, expect.due_days))}"
        if candidates:
            return f"kept for {table.spec.retention_days} days only"
        halted = sorted(day for day in days(first, last) if day in self.calendar.halts)
        return (
            f"halted: {self.calendar.halts[halted[-1]]}"
            if halted and self._halted(table, halted[-1])
            else f"no finished {event} from {first} to {last}"
        )

    def _owed(self, table: Table, day: date) -> Owed | None:
        expect = table.spec.expect
        if expect is None or self._halted(table, day) or _switched_off(table, day):
            return None
        events = self.calendar.settled(day) if expect.due_days else self.calendar.events(day)
        if not events:
            return None
        gap = self._gap(table, day)
        flaw = f"the accepted gap ({gap.reason}) ended on {gap.until}" if gap and gap.until < self.today else ""
        return Owed(rows=expect.rows * (len(events) if expect.per == "event" else 1), events=events, flaw=flaw)

    def _is_due(self, table: Table, day: date) -> bool:
        expect = table.spec.expect
        return expect is not None and self.due(day, expect.due, expect.due_days) <= self.now

    def _gone(self, table: Table, day: date) -> bool:
        kept = table.spec.retention_days
        return kept is not None and day <= self.today - timedelta(days=kept)

    def _gap(self, table: Table, day: date) -> KnownGap | None:
        for gap in table.spec.known_gaps:
            if gap.from_ <= day <= gap.to:
                return gap
        return None

    def _accepted(self, table: Table, day: date) -> bool:
        gap = self._gap(table, day)
        return gap is not None and gap.until >= self.today

    def _halted(self, table: Table, day: date) -> bool:
        halt = self.calendar.spec.halt
        if halt is None or day not in self.calendar.halts:
            return False
        written_by = {processor.phase for processor in self.ssot.processors.values() if processor.table == table.name}
        return not halt.phases or (bool(written_by) and written_by <= set(halt.phases))

    def phase(self, number: int) -> PhasePlan:
        """What a phase owes for the target date. Raises KeyError when the source of truth has no such phase."""
        phase = self.ssot.phases[number]
        completion = phase.completion or CompletionSpec(source="rows")
        modes = completion.modes or {"overnight": ModeSpec()}
        mode = modes.get(self.mode, ModeSpec(expect=()))
        after = mode.due_days if mode.due_days is not None else (completion.due_days if self.mode == "overnight" else 0)
        due = self.due(self.target, mode.due or completion.due, after)
        wanted = (
            [p for p in processors_of(phase) if p.critical]
            if mode.expect == "all"
            else [p for p in processors_of(phase) if p.name in mode.expect]
        )
        tables = self.ssot.tables
        off = tuple(p for p in wanted if p.table in tables and _switched_off(tables[p.table], self.target))
        wanted = [p for p in wanted if p not in off]
        later = tuple(p for p in wanted if (at := self.processor_due(p, self.target)) and at > self.now)
        return PhasePlan(
            phase=phase,
            mode=self.mode,
            due=due,
            processors=tuple(p for p in wanted if p not in later),
            later=later,
            off=off,
            reason=self._phase_reason(phase, wanted, later, due),
        )

    def expected(self, number: int) -> PhasePlan:
        """The phase with all that is expected of it for the target date, due or not."""
        plan = self.phase(number)
        wanted = (*plan.processors, *plan.later)
        return replace(plan, processors=wanted, later=(), reason=self._unexpected(plan.phase, wanted))

    def due_by_now(self, number: int) -> PhasePlan:
        """The phase with those processors alone that are due by now, by their own deadline or the phase's."""
        plan = self.phase(number)
        due = tuple(p for p in plan.processors if plan.due <= self.now or self.processor_due(p, self.target))
        reason = self.expected(number).reason or ("" if due else f"none of it is due before {self.local(plan.due)}")
        return replace(plan, processors=due, reason=reason)

    def _phase_reason(
        self, phase: PhaseSpec, wanted: Sequence[Processor], later: Sequence[Processor], due: datetime
    ) -> str:
        if reason := self._unexpected(phase, wanted):
            return reason
        late = "every processor is due later" if len(later) == len(wanted) else ""
        return f"not due before {self.local(due)}" if due > self.now else late

    def _unexpected(self, phase: PhaseSpec, wanted: Sequence[Processor]) -> str:
        """Why nothing is expected of the phase for the target date at any time; empty where something is."""
        halt = self.calendar.spec.halt
        if not phase.monitoring.enable_completion_tracking:
            return "completion tracking is switched off in the source of truth"
        if halt and self.target in self.calendar.halts and (not halt.phases or phase.phase in halt.phases):
            return f"halted: {self.calendar.halts[self.target]}"
        if not self.calendar.events(self.target):
            return f"no {self.calendar.spec.event} on {self.target}"
        if not wanted:
            return f"nothing is expected of it {self.mode.replace('_', '-')}"
        return ""

    def processor_due(self, processor: Processor, day: date) -> datetime | None:
        """When the processor's data for a day is due, as its schedule declares; None where it declares nothing."""
        due = self.ssot.due_of(processor)
        return self.due(day, due.due, due.due_days) if due else None

    def owes_data(self, processor: Processor, day: date) -> bool:
        """Whether the processor's schedule expects data for that day, due by now, and neither its source nor its phase rests."""
        table = self.ssot.tables.get(processor.table)
        if table and (_switched_off(table, day) or self._halted(table, day)):
            return False
        due = self.ssot.due_of(processor) or DueSpec(due="00:00", due_days=1)
        expected = {
            "daily": True,
            "weekdays": day.isoweekday() <= 5,
            "events": bool(self.calendar.settled(day) if due.due_days else self.calendar.events(day)),
        }[due.days]
        return expected and self.due(day, due.due, due.due_days) <= self.now


def _switched_off(table: Table, day: date) -> bool:
    """Whether the table's source was switched off on purpose by that day; before it, data was owed as ever."""
    return table.disabled is not None and table.disabled.since <= day
