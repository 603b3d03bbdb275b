"""Phase completion."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Deadline, Finding, Measurement, NotDue
from validator.evidence.conditions import undeclared_phase
from validator.evidence.deadlines import phase_deadlines
from validator.evidence.phases import view_phase
from validator.look import World
from validator.ssot.source import Ssot


@dataclass(frozen=True, kw_only=True)
class PhaseCompletion(Check):
    """Did every processor of the phase complete for the date, was the next phase started, and did it really get rows?"""

    warn = ("degraded", "untriggered")
    fail = ("incomplete", "stuck", "empty", "absent")
    fine = ("complete", "optional_missing")
    query_jobs = 4
    remedy = "python -m validator failures; python -m validator run $schedule --date $date --checks $check --dry-run"
    seasonal = True

    phase: int

    def measure(self, world: World) -> Iterator[Finding]:
        plan = world.pipeline.phase(self.phase)
        if plan.reason:
            yield NotDue(subject=f"phase{self.phase}", reason=plan.reason)
            return
        view = view_phase(world, plan)
        yield Measurement(
            subject=f"phase{self.phase}",
            value=view.state,
            note=view.note,
            flaw=view.flaw,
            expected=f"{len(plan.processors)} of {len(plan.processors)}",
            actual=f"{view.completed} of {len(plan.processors)}",
            affected=len(view.missing) or None,
            facts=view.facts,
        )

    def problems(self, ssot: Ssot) -> Iterator[str]:
        yield from undeclared_phase(ssot, self.phase)

    def deadlines(self, ssot: Ssot) -> Iterator[Deadline]:
        yield from phase_deadlines(ssot, self.phase)
