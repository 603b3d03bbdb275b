"""Share of rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from validator.check import Check, Deadline, Finding, Measurement, NotDue
from validator.evidence.asking import EMPTY, LOOK, Answered, Asked, ask_due
from validator.evidence.conditions import Bound, Conditions, columns_of, described, text_of, undeclared
from validator.evidence.deadlines import table_deadlines
from validator.look import World
from validator.ssot.models.kinds import Count, FullTable, Identifier, Name
from validator.ssot.source import Ssot
from validator.world import Row


@dataclass(frozen=True, kw_only=True)
class Share(Check):
    """Of the date's rows that fulfil `among`, how many percent fulfil each of `shares`, in each group of rows with the same `by`?"""

    unit = "% of the rows"
    fail = (EMPTY,)
    remedy = LOOK
    seasonal = True

    table: FullTable
    among: Conditions = ()
    shares: Mapping[Name, Conditions]
    by: Identifier | None = None
    at_least: Count = 1

    def measure(self, world: World) -> Iterator[Finding]:
        for answered, nothing in ask_due(world, self._asked):
            if nothing:
                yield nothing
            else:
                for row in sorted(answered.rows, key=_group_of):
                    yield from self._group(answered, row)

    def _asked(self, bound: Bound) -> Sequence[Asked]:
        values = {f"share_{index}": f"COUNTIF({bound.all(of)})" for index, of in enumerate(self.shares.values())}
        return [
            Asked(
                subject=self.table,
                table=self.table,
                columns=self._columns(),
                where=self.among,
                by={"of_group": text_of([self.by])} if self.by else {},
                values=values,
            )
        ]

    def _group(self, answered: Answered, row: Row) -> Iterator[Finding]:
        rows, group = int(row["row_count"]), _group_of(row)
        named = f"{group or 'nothing'}: " if self.by else ""
        for index, (name, of) in enumerate(self.shares.items()):
            subject = f"{self.table} {named}{name}"
            if rows < self.at_least:
                reason = f"{rows} rows, too few to judge a share of fewer than {self.at_least}"
                yield NotDue(subject=subject, reason=reason, table=self.table, lasting=rows > 0)
                continue
            count = int(row[f"share_{index}"])
            fields = {**answered.fields(), "subject": subject, "remedy": ""}
            yield Measurement(
                **fields,
                value=100 * count / rows,
                note=f"{count} of {rows} rows{answered.such} have {described(of)}",
                actual=f"{count} of {rows} rows",
            )

    def _columns(self) -> tuple[str, ...]:
        of = [column for conditions in self.shares.values() for column in columns_of(conditions)]
        return tuple(dict.fromkeys([*columns_of(self.among), *of, *filter(None, [self.by])]))

    def problems(self, ssot: Ssot) -> Iterator[str]:
        yield from undeclared(ssot, self.table, self._columns())

    def deadlines(self, ssot: Ssot) -> Iterator[Deadline]:
        yield from table_deadlines(ssot, [self.table])


def _group_of(row: Row) -> str:
    return str(row.get("of_group", ""))
