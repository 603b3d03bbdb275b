"""Data freshness."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.evidence.rows import evidence, newest_days
from validator.look import World
from validator.ssot.models.kinds import Span


@dataclass(frozen=True, kw_only=True)
class DataFreshness(Check):
    """How many expected days is each table behind: its newest date against the newest day that should have data."""

    unit = "expected days behind"
    warn = "> 0"
    fail = ("> 2", "empty")
    query_jobs = 3
    judges_now = True
    remedy = "python -m validator completeness --days 14"
    seasonal = True

    days: Span = 30

    def measure(self, world: World) -> Iterator[Finding]:
        first, last = world.pipeline.look_back(self.days)
        plans = list(world.pipeline.tables(first, last))
        newest = newest_days(world, [plan.table for plan in plans if plan.owed], first, last)
        for plan in plans:
            name = plan.table.name
            if plan.reason:
                yield NotDue(subject=name, reason=plan.reason, table=name)
                continue
            found = newest[name]
            if isinstance(found, str):
                yield Unknown(subject=name, reason=found, table=name)
                continue
            behind = [day for day in plan.owed if found is None or day > found]
            yield Measurement(
                subject=name,
                table=name,
                value="empty" if found is None else len(behind),
                note=f"newest date {found or f'none since {first}'}, newest expected {max(plan.owed)}",
                expected=str(max(plan.owed)),
                actual=str(found or "none"),
                remedy=plan.table.spec.backfill if behind else "",
                fill={"start": str(min(behind)), "end": str(max(behind))} if behind else {},
                query=evidence(world, plan.table, first, last),
            )
