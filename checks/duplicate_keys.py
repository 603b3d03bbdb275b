"""Duplicate keys."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from validator.check import Check, Day, Finding, Measurement
from validator.evidence.asking import EMPTY, LOOK, Answered, Asked, ask, judged_days, nothing_to_judge
from validator.evidence.conditions import Bound, Conditions, columns_of, text_of, undeclared
from validator.look import World
from validator.ssot.models.kinds import FullTable, Identifier, Span
from validator.ssot.source import Ssot


@dataclass(frozen=True, kw_only=True)
class KeyedTable:
    """A table and the columns that, together with the date, one row must have for itself among those that fulfil `where`."""

    table: FullTable
    key: tuple[Identifier, ...]
    where: Conditions = ()


@dataclass(frozen=True, kw_only=True)
class DuplicateKeys(Check):
    """How many rows of the last days say again what another row of the same key says?"""

    unit = "% more rows than keys"
    warn = "> 5"
    fail = ("> 10", EMPTY)
    remedy = LOOK

    tables: tuple[KeyedTable, ...]
    days: Span = 1

    def measure(self, world: World) -> Iterator[Finding]:
        first, last = world.pipeline.look_back(self.days)
        for keyed, answered in zip(self.tables, ask(world, first, last, self._asked), strict=True):
            yield nothing_to_judge(answered, first, last) or self._measurement(keyed, answered)

    def _asked(self, _: Bound) -> Sequence[Asked]:
        return [
            Asked(
                subject=one.table,
                table=one.table,
                columns=one.key,
                where=one.where,
                values={"key_count": f"COUNT(DISTINCT {text_of(one.key)})"},
            )
            for one in self.tables
        ]

    def _measurement(self, keyed: KeyedTable, answered: Answered) -> Measurement:
        keys = sum(int(row["key_count"]) for row in answered.rows)
        more = answered.row_count - keys
        return Measurement(
            **answered.fields(),
            value=100 * more / keys,
            days={
                row["day"]: Day(value=100 * int(row["row_count"]) / int(row["key_count"]) - 100)
                for row in answered.rows
            },
            note=f"{more} rows too many for one per {', '.join(keyed.key)} in {judged_days(answered)}",
            expected=f"{keys} rows",
            actual=f"{answered.row_count} rows",
            affected=more or None,
        )

    def problems(self, ssot: Ssot) -> Iterator[str]:
        for one in self.tables:
            yield from undeclared(ssot, one.table, [*one.key, *columns_of(one.where)])
