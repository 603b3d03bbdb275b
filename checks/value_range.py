"""Values that cannot be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from validator.check import Check, Day, Finding, Measurement
from validator.evidence.asking import EMPTY, LOOK, Answered, Asked, ask, judged_days, nothing_to_judge
from validator.evidence.conditions import Bound, Conditions, columns_of, undeclared
from validator.look import World
from validator.ssot.models.kinds import FullTable, Identifier, Span
from validator.ssot.source import Ssot


@dataclass(frozen=True, kw_only=True)
class Reach:
    """From where to where, both included; an end that is not given is open."""

    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        return f"{'…' if self.low is None else f'{self.low:g}'} to {'…' if self.high is None else f'{self.high:g}'}"


@dataclass(frozen=True, kw_only=True)
class ColumnReach:
    """A column, what its values can be at all, and, where it is known, what they usually are: beyond that they are doubtful."""

    table: FullTable
    column: Identifier
    possible: Reach
    usual: Reach | None = None
    where: Conditions = ()


@dataclass(frozen=True, kw_only=True)
class ValueRange(Check):
    """How many rows of the last days hold a value that cannot be, column by column, and how many a doubtful one?"""

    unit = "rows with an impossible value"
    fail = ("> 0", EMPTY)
    remedy = LOOK

    columns: tuple[ColumnReach, ...]
    days: Span = 1

    def measure(self, world: World) -> Iterator[Finding]:
        first, last = world.pipeline.look_back(self.days)
        for reach, answered in zip(self.columns, ask(world, first, last, self._asked), strict=True):
            yield nothing_to_judge(answered, first, last) or self._measurement(reach, answered)

    def _asked(self, bound: Bound) -> Sequence[Asked]:
        return [
            Asked(
                subject=f"{one.table}.{one.column}",
                table=one.table,
                columns=(one.column,),
                where=one.where,
                values={
                    "filled": f"COUNT(`{one.column}`)",
                    "beyond": f"COUNTIF({_outside(one.column, one.possible, bound)})",
                    "doubtful": f"COUNTIF({_outside(one.column, one.usual or one.possible, bound)})",
                    "lowest": f"CAST(MIN(`{one.column}`) AS FLOAT64)",
                    "highest": f"CAST(MAX(`{one.column}`) AS FLOAT64)",
                },
            )
            for one in self.columns
        ]

    def _measurement(self, reach: ColumnReach, answered: Answered) -> Measurement:
        filled = [row for row in answered.rows if row["filled"]]
        if not filled:
            return Measurement(**answered.fields(), value=EMPTY, note=f"no {reach.column} in {judged_days(answered)}")
        beyond = sum(int(row["beyond"]) for row in filled)
        lowest, highest = min(row["lowest"] for row in filled), max(row["highest"] for row in filled)
        return Measurement(
            **answered.fields(),
            value=beyond,
            days={
                row["day"]: Day(value=int(row["beyond"]), flaw=_doubt(reach, int(row["doubtful"]) - int(row["beyond"])))
                for row in filled
            },
            note=f"values from {lowest:.6g} to {highest:.6g} in {judged_days(answered)}",
            expected=str(reach.possible),
            actual=f"{lowest:.6g} to {highest:.6g}",
            affected=beyond or None,
        )

    def problems(self, ssot: Ssot) -> Iterator[str]:
        for one in self.columns:
            yield from undeclared(ssot, one.table, [one.column, *columns_of(one.where)])


def _outside(column: str, reach: Reach, bound: Bound) -> str:
    ends = ((reach.low, "<"), (reach.high, ">"))
    parts = [f"`{column}` {sign} {bound.name(end)}" for end, sign in ends if end is not None]
    return " OR ".join(parts) or "FALSE"


def _doubt(reach: ColumnReach, rows: int) -> str:
    return f"{rows} rows have a doubtful value, outside {reach.usual}" if rows > 0 else ""
