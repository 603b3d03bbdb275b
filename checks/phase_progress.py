"""Phase progress."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue
from validator.evidence.completion import read_completion
from validator.evidence.conditions import undeclared_phase
from validator.look import World
from validator.ssot.source import Ssot


@dataclass(frozen=True, kw_only=True)
class PhaseProgress(Check):
    """Of the phase's processors that are due by now, how many have completed for the date?"""

    unit = "% of the processors due by now"
    warn = "< 100"
    fail = "< 50"
    query_jobs = 3
    remedy = "python -m validator failures"
    seasonal = True

    phase: int

    def measure(self, world: World) -> Iterator[Finding]:
        plan = world.pipeline.due_by_now(self.phase)
        subject = f"phase{self.phase}"
        if plan.reason:
            yield NotDue(subject=subject, reason=plan.reason)
            return
        if not plan.required:
            yield NotDue(subject=subject, reason="no processor that must complete is due by now")
            return
        completion = read_completion(world, plan)
        missing = [p.name for p in plan.required if p.name not in completion.records]
        done = len(plan.required) - len(missing)
        waiting = f"; missing: {', '.join(missing)}" if missing else ""
        yield Measurement(
            subject=subject,
            value=100 * done / len(plan.required),
            note=f"{done} of {len(plan.required)} due by now have completed{waiting}; from {completion.source}",
            expected=f"{len(plan.required)} completed",
            actual=f"{done} completed",
            affected=len(missing) or None,
            facts={"missing": missing, "source": completion.source},
        )

    def problems(self, ssot: Ssot) -> Iterator[str]:
        yield from undeclared_phase(ssot, self.phase)
