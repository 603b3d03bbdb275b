"""The lowest value of each column."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from validator.check import Check, Deadline, Finding, Measurement, NotDue, Unknown
from validator.evidence.asking import EMPTY, LOOK, Answered, Asked, ask, nothing_to_judge
from validator.evidence.conditions import Bound, Conditions, columns_of, described, undeclared
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
        day = world.target
        for column, answered in zip(self.columns, ask(world, day, day, self._asked), strict=True):
            if answered.plan and answered.reason:
                yield NotDue(subject=answered.asked.subject, reason=answered.reason, table=self.table)
            elif nothing := nothing_to_judge(answered, day, day):
                yield nothing
            else:
                yield self._measurement(column, answered)

    def _asked(self, _: Bound) -> Sequence[Asked]:
        return [
            Asked(
                subject=f"{self.table}.{column}",
                table=self.table,
                columns=(column,),
                where=self.where,
                values={
                    "filled": f"COUNT(`{column}`)",
                    "lowest": f"CAST(MIN(`{column}`) AS FLOAT64)",
                    "mean": f"CAST(AVG(`{column}`) AS FLOAT64)",
                },
            )
            for column in self.columns
        ]

    def _measurement(self, column: str, answered: Answered) -> Finding:
        row = answered.rows[0]
        rows, filled = int(row["row_count"]), int(row["filled"])
        such = f" with {described(self.where)}" if self.where else ""
        if not filled:
            return Measurement(**answered.fields(), value=EMPTY, note=f"{rows} rows{such}, and none has a {column}")
        if rows > filled:
            return Unknown(
                subject=answered.asked.subject,
                table=self.table,
                reason=f"{rows - filled} of {rows} rows{such} have no {column}",
            )
        note = f"lowest {row['lowest']:.4g}, mean {row['mean']:.4g} of {rows} rows{such}"
        return Measurement(**answered.fields(), value=float(row["lowest"]), note=note, actual=f"{row['lowest']:.4g}")

    def problems(self, ssot: Ssot) -> Iterator[str]:
        yield from undeclared(ssot, self.table, [*self.columns, *columns_of(self.where)])

    def deadlines(self, ssot: Ssot) -> Iterator[Deadline]:
        table = ssot.tables[self.table]
        if table.spec.expect and not table.disabled:
            yield Deadline(what=self.table, due=table.spec.expect.due, due_days=table.spec.expect.due_days)
