"""Processors that take longer than they should."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.evidence.pace import slowest_runs
from validator.look import World
from validator.ssot.models.kinds import Span


@dataclass(frozen=True, kw_only=True)
class ProcessorSlowdown(Check):
    """How many times its estimated time did each processor's longest successful run of the last hours take?"""

    unit = "times the estimate"
    warn = "> 2"
    fail = "> 3"
    remedy = "gcloud logging read $filter --project $project --freshness 1d --limit 20"

    hours: Span = 24

    def measure(self, world: World) -> Iterator[Finding]:
        ledger = world.ssot.ledger("runs")
        if ledger is None or ledger.ended is None:
            reason = "the source of truth declares no ledger 'runs' with the column in which a run's end stands"
            yield NotDue(subject="durations", reason=reason)
            return
        if ledger.table not in world.catalog():
            yield Unknown(subject=ledger.table, reason=f"the table {ledger.table} does not exist", table=ledger.table)
            return
        found = {one.subject: one for one in slowest_runs(world, ledger, self.hours)}
        for name, processor in world.ssot.processors.items():
            estimate, one = processor.spec.estimated_runtime_minutes, found.get(name)
            if estimate is None or one is None:
                continue
            yield Measurement(
                subject=name,
                table=ledger.table,
                value=one.minutes / estimate,
                note=f"the longest of {one.runs} successful runs, {world.pipeline.local(one.began)}, took {one.minutes:.1f} minutes; estimated {estimate:g}",
                expected=f"{estimate:g} minutes",
                actual=f"{one.minutes:.1f} minutes",
                fill={"filter": f'"{name}"'},
            )
        if not any(
            world.ssot.processors[name].spec.estimated_runtime_minutes
            for name in found
            if name in world.ssot.processors
        ):
            reason = f"no successful run of a processor with an estimate in {self.hours} h"
            yield NotDue(subject="durations", reason=reason, table=ledger.table)
