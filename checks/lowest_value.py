"""The lowest value of each column."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from validator.check import Check, Deadline, Finding, Measurement, Unknown
from validator.evidence.asking import EMPTY, LOOK, Answered, Asked, ask_due, each_column
from validator.evidence.conditions import Bound, Conditions, columns_of, undeclared
from validator.evidence.deadlines import table_deadlines
from validator.look import World
from validator.ssot.models.kinds import FullTable, Identifier
from validator.ssot.source import Ssot


@dataclass(frozen=True, kw_only=True)
class LowestValue(Check):
    """What is the lowest value of each column among the date's rows? An average over rows or over columns would hide the bad one."""

    unit = "at the lowest"
    fail = (EMPTY,)
    remedy = LOOK
    seasonal = True

    table: FullTable
    columns: tuple[Identifier, ...]
    where: Conditions = ()

    def measure(self, world: World) -> Iterator[Finding]:
        for column, (answered, nothing) in zip(self.columns, ask_due(world, self._asked), strict=True):
            yield nothing or self._measurement(column, answered)

    def _asked(self, _: Bound) -> Sequence[Asked]:
        values = {
            "filled": "COUNT({})",
            "lowest": "CAST(MIN({}) AS FLOAT64)",
            "mean": "CAST(AVG({}) AS FLOAT64)",
        }
        return each_column(self.table, self.columns, self.where, values)

    def _measurement(self, column: str, answered: Answered) -> Finding:
        row = answered.rows[0]
        rows, filled = int(row["row_count"]), int(row["filled"])
        if not filled:
            return Measurement(
                **answered.fields(), value=EMPTY, note=f"{rows} rows{answered.such}, and none has a {column}"
            )
        if rows > filled:
            return Unknown(
                subject=answered.asked.subject,
                table=self.table,
                reason=f"{rows - filled} of {rows} rows{answered.such} have no {column}",
            )
        note = f"lowest {row['lowest']:.4g}, mean {row['mean']:.4g} of {rows} rows{answered.such}"
        return Measurement(**answered.fields(), value=float(row["lowest"]), note=note, actual=f"{row['lowest']:.4g}")

    def problems(self, ssot: Ssot) -> Iterator[str]:
        yield from undeclared(ssot, self.table, [*self.columns, *columns_of(self.where)])

    def deadlines(self, ssot: Ssot) -> Iterator[Deadline]:
        yield from table_deadlines(ssot, [self.table])
