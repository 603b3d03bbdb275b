"""What is expected and what is due: the source of truth, the calendar and the clock, for one target date.

Only what is due can fail. A deadline is a local time of day, so many days after the date the data is for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from validator.pipeline.moment import Mode, Moment
from validator.pipeline.owed import TablePlan, halted, plan_tables, switched_off
from validator.ssot.models.processors import CompletionSpec, DueSpec, ModeSpec, PhaseSpec
from validator.ssot.source import Processor, processors_of


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


class Pipeline(Moment):
    """The pipeline as it should be, seen at `now` for the target date."""

    def tables(self, first: date, last: date) -> Iterator[TablePlan]:
        """What every table with a declared expectation owes from first to last."""
        return plan_tables(self, first, last)

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
        off = tuple(p for p in wanted if p.table in tables and switched_off(tables[p.table], self.target))
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
        if not phase.monitoring.enable_completion_tracking:
            return "completion tracking is switched off in the source of truth"
        if reason := self.halted(phase):
            return reason
        if not self.calendar.events(self.target):
            return f"no {self.calendar.spec.event} on {self.target}"
        if not wanted:
            return f"nothing is expected of it {self.mode.replace('_', '-')}"
        return ""

    def halted(self, phase: PhaseSpec) -> str:
        """Why the phase stands still on purpose on the target date; empty where it doesn't."""
        halt = self.calendar.spec.halt
        if halt and self.target in self.calendar.halts and (not halt.phases or phase.phase in halt.phases):
            return f"halted: {self.calendar.halts[self.target]}"
        return ""

    def processor_due(self, processor: Processor, day: date) -> datetime | None:
        """When the processor's data for a day is due, as its schedule declares; None where it declares nothing."""
        due = self.ssot.due_of(processor)
        return self.due(day, due.due, due.due_days) if due else None

    def owes_data(self, processor: Processor, day: date) -> bool:
        """Whether the processor's schedule expects data for that day, due by now, and neither its source nor its phase rests."""
        table = self.ssot.tables.get(processor.table)
        if table and (switched_off(table, day) or halted(self, table, day)):
            return False
        due = self.ssot.due_of(processor) or DueSpec(due="00:00", due_days=1)
        expected = {
            "daily": True,
            "weekdays": day.isoweekday() <= 5,
            "events": bool(self.calendar.settled(day) if due.due_days else self.calendar.events(day)),
        }[due.days]
        return expected and self.due(day, due.due, due.due_days) <= self.now
