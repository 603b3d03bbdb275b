"""Historical completeness."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.evidence.completeness import calendar_itself, table_completeness
from validator.evidence.rows import count_rows
from validator.look import World
from validator.ssot.models.kinds import Span


@dataclass(frozen=True, kw_only=True)
class HistoricalCompleteness(Check):
    """Are the rows there that each of the last days should have brought, for every table, day and event?"""

    unit = "% of expected rows"
    warn = "< 80"
    fail = "< 50"
    query_jobs = 3
    remedy = "python -m validator completeness --days $days"
    seasonal = True

    days: Span = 14

    def measure(self, world: World) -> Iterator[Finding]:
        first, last = world.pipeline.look_back(self.days)
        plans = list(world.pipeline.tables(first, last))
        counted = count_rows(world, [plan.table for plan in plans if plan.owed], first, last)
        yield from calendar_itself(world, counted, first, last)
        for plan in plans:
            name = plan.table.name
            if plan.reason:
                yield NotDue(subject=name, reason=plan.reason, table=name)
            elif counted[name].problem and not counted[name].missing:
                yield Unknown(subject=name, reason=counted[name].problem, table=name)
            else:
                yield Measurement(**table_completeness(plan, counted[name]), fill={"days": str(self.days)})
