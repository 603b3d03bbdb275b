"""Changes against the days before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from validator.check import Check, Deadline, Finding, Measurement, NotDue, Unknown
from validator.evidence.asking import EMPTY, LOOK, Answered, Asked, ask_due, each_column
from validator.evidence.conditions import Bound, Conditions, columns_of, never_owed, undeclared
from validator.evidence.deadlines import table_deadlines
from validator.look import World
from validator.ssot.models.kinds import Count, FullTable, Identifier, Span
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
    days: Span = 14
    at_least: Count = 3

    def measure(self, world: World) -> Iterator[Finding]:
        for column, (answered, nothing) in zip(self.columns, ask_due(world, self._asked, self.days + 1), strict=True):
            yield nothing or self._finding(world, column, answered)

    def _asked(self, _: Bound) -> Sequence[Asked]:
        return each_column(self.table, self.columns, self.where, {"mean": "CAST(AVG({}) AS FLOAT64)"})

    def _finding(self, world: World, column: str, answered: Answered) -> Finding:
        assert answered.plan is not None
        subject, day = answered.asked.subject, world.target
        means = {row["day"]: float(row["mean"]) for row in answered.rows if row["mean"] is not None}
        if day not in means:
            return Measurement(**answered.fields(), value=EMPTY, note=f"no {column} for {day} in rows{answered.such}")
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
        yield from never_owed(ssot, self.table)

    def deadlines(self, ssot: Ssot) -> Iterator[Deadline]:
        yield from table_deadlines(ssot, [self.table])
