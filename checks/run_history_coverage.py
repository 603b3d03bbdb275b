"""Run history coverage."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.evidence.coverage import Covered, covered
from validator.look import World
from validator.ssot.models.kinds import Span


@dataclass(frozen=True, kw_only=True)
class RunHistoryCoverage(Check):
    """On how many days did a processor's table get rows while no ledger has a run of it?"""

    unit = "days with rows and no run"
    warn = "> 0"
    query_jobs = 4
    remedy = "python -m validator checks run_history_coverage"

    days: Span = 7

    def measure(self, world: World) -> Iterator[Finding]:
        first, last = world.pipeline.look_back(self.days)
        any_found = False
        for one in covered(world, first, last):
            any_found = True
            if one.unknown:
                yield Unknown(subject=one.subject, reason=one.unknown, table=one.table)
            elif not one.filled:
                yield NotDue(subject=one.subject, reason=f"its table got no row for {first} to {last}", table=one.table)
            else:
                yield self._measurement(one)
        if not any_found:
            yield NotDue(subject="processors", reason="the source of truth declares no processor with a dated table")

    def _measurement(self, one: Covered) -> Measurement:
        days = ", ".join(map(str, one.silent))
        never = "it never logs: " if one.silent and one.runs == 0 else ""
        return Measurement(
            subject=one.subject,
            table=one.table,
            value=len(one.silent),
            note=f"{never}rows but no run for {days}"
            if one.silent
            else f"runs for each of the {len(one.filled)} days with rows",
            expected=f"runs for {len(one.filled)} days",
            actual=f"runs for {len(one.filled) - len(one.silent)} days",
            affected=len(one.silent) or None,
        )
