"""Columns that always say the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue
from validator.evidence.asking import EMPTY, LOOK, Answered, Asked, ask, each_column, judged_days, nothing_to_judge
from validator.evidence.conditions import Bound, Conditions, columns_of, undeclared
from validator.look import World
from validator.ssot.models.kinds import Count, FullTable, Identifier, Span
from validator.ssot.source import Ssot


@dataclass(frozen=True, kw_only=True)
class VaryingColumns:
    """Columns of a table that must not say the same in every row that fulfils `where`, nor nothing at all."""

    table: FullTable
    columns: tuple[Identifier, ...]
    where: Conditions = ()


@dataclass(frozen=True, kw_only=True)
class ConstantColumn(Check):
    """Does each column say different things in the rows of the last days, or the same in all of them, or nothing?"""

    fail = ("constant", "never_filled", EMPTY)
    fine = ("varies",)
    query_jobs = 2
    remedy = LOOK

    tables: tuple[VaryingColumns, ...]
    days: Span = 7
    at_least: Count = 10

    def measure(self, world: World) -> Iterator[Finding]:
        first, last = world.pipeline.look_back(self.days)
        for answered in ask(world, first, last, self._asked):
            if nothing := nothing_to_judge(answered, first, last):
                yield nothing
            elif answered.row_count < self.at_least:
                reason = f"{answered.row_count} rows, too few to tell: fewer than {self.at_least}"
                yield NotDue(subject=answered.asked.subject, reason=reason, table=answered.table.name)
            else:
                yield self._measurement(answered)

    def _asked(self, _: Bound) -> Sequence[Asked]:
        values = {
            "filled": "COUNT({})",
            "lowest": "CAST(MIN({}) AS STRING)",
            "highest": "CAST(MAX({}) AS STRING)",
        }
        return [asked for one in self.tables for asked in each_column(one.table, one.columns, one.where, values)]

    def _measurement(self, answered: Answered) -> Measurement:
        filled = sum(int(row["filled"]) for row in answered.rows)
        ends = {row[end] for row in answered.rows for end in ("lowest", "highest") if row[end] is not None}
        value = "never_filled" if not filled else "constant" if len(ends) == 1 else "varies"
        said = {"never_filled": "no value", "constant": f"always {min(ends, default='')}", "varies": "different values"}
        return Measurement(
            **answered.fields(),
            value=value,
            note=f"{said[value]} in {judged_days(answered)}; {filled} of them filled",
            affected=answered.row_count,
        )

    def problems(self, ssot: Ssot) -> Iterator[str]:
        for one in self.tables:
            yield from undeclared(ssot, one.table, [*one.columns, *columns_of(one.where)])
