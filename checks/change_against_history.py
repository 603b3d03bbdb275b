"""Changes against the days before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from validator.check import Check, Deadline, Finding, Measurement, NotDue, Unknown
from validator.evidence.asking import EMPTY, LOOK, Answered, Asked, ask, nothing_to_judge
from validator.evidence.conditions import Bound, Conditions, columns_of, described, undeclared
from validator.look import World
from validator.ssot.models.kinds import Count, FullTable, Identifier
from validator.ssot.source import Ssot


@dataclass(frozen=True, kw_only=True)
class ChangeAgainstHistory(Check):
    """How far is the mean of each column, over the date's rows, from the median of what it was on the expected days before?"""

    unit = "% off the median"
    fail = (EMPTY,)
    query_jobs = 2
    remedy = LOOK
    seasonal = True

    table: FullTable
    columns: tuple[Identifier, ...]
    where: Conditions = ()
    days: Count = 14
    at_least: Count = 3

    def measure(self, world: World) -> Iterator[Finding]:
        first, last = world.pipeline.look_back(self.days + 1)
        today = next(plan for plan in world.pipeline.tables(last, last) if plan.table.name == self.table)
        for column, answered in zip(self.columns, ask(world, first, last, self._asked), strict=True):
            if today.reason:
                yield NotDue(subject=answered.asked.subject, reason=today.reason, table=self.table)
            elif nothing := nothing_to_judge(answered, first, last):
                yield nothing
            else:
                yield self._finding(world, column, answered)

    def _asked(self, _: Bound) -> Sequence[Asked]:
        return [
            Asked(
                subject=f"{self.table}.{column}",
                table=self.table,
                columns=(column,),
                where=self.where,
                values={"mean": f"CAST(AVG(`{column}`) AS FLOAT64)"},
            )
            for column in self.columns
        ]

    def _finding(self, world: World, column: str, answered: Answered) -> Finding:
        assert answered.plan is not None
        subject, day = answered.asked.subject, world.target
        means = {row["day"]: float(row["mean"]) for row in answered.rows if row["mean"] is not None}
        such = f" with {described(self.where)}" if self.where else ""
        if day not in means:
            return Measurement(**answered.fields(), value=EMPTY, note=f"no {column} for {day} in rows{such}")
        before = [mean for other, mean in means.items() if other != day and other in answered.plan.owed]
        if len(before) < self.at_least:
            reason = f"{len(before)} days to compare with, fewer than {self.at_least}"
            return NotDue(subject=subject, reason=reason, table=self.table)
        usual = median(before)
        if not usual:
            return Unknown(subject=subject, reason=f"the median of {len(before)} days is 0", table=self.table)
        return Measurement(
            **answered.fields(),
            value=100 * abs(means[day] - usual) / abs(usual),
            note=f"mean {means[day]:.4g}, median of {len(before)} days before {usual:.4g}",
            expected=f"{usual:.4g}",
            actual=f"{means[day]:.4g}",
        )

    def problems(self, ssot: Ssot) -> Iterator[str]:
        yield from undeclared(ssot, self.table, [*self.columns, *columns_of(self.where)])
        if self.table in ssot.tables and ssot.tables[self.table].spec.expect is None:
            yield f"{self.table} declares no expectation, so no row is ever due"

    def deadlines(self, ssot: Ssot) -> Iterator[Deadline]:
        table = ssot.tables[self.table]
        if table.spec.expect and not table.disabled:
            yield Deadline(what=self.table, due=table.spec.expect.due, due_days=table.spec.expect.due_days)
