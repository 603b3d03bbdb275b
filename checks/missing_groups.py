"""Groups of rows that have stopped coming."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from validator.check import Check, Deadline, Finding, Measurement, NotDue, Unknown
from validator.evidence.asking import LOOK, Answered, Asked, ask_due
from validator.evidence.conditions import Bound, Conditions, columns_of, never_owed, text_of, undeclared
from validator.evidence.deadlines import table_deadlines
from validator.look import World
from validator.ssot.models.kinds import Count, FullTable, Identifier, Span
from validator.ssot.source import Ssot


@dataclass(frozen=True, kw_only=True)
class MissingGroups(Check):
    """How many groups of rows, those with the same `by`, had rows on most of the expected days before and have none for the date?"""

    unit = "groups without a row"
    warn = "> 0"
    remedy = LOOK
    seasonal = True

    table: FullTable
    by: Identifier
    where: Conditions = ()
    days: Span = 7
    at_least: Count = 3

    def measure(self, world: World) -> Iterator[Finding]:
        for answered, nothing in ask_due(world, self._asked, self.days + 1):
            if isinstance(nothing, NotDue | Unknown):
                yield nothing
            else:
                yield self._finding(world.target, answered)

    def _asked(self, _: Bound) -> Sequence[Asked]:
        return [
            Asked(
                subject=self.table,
                table=self.table,
                columns=(self.by,),
                where=self.where,
                by={"of_group": text_of([self.by])},
            )
        ]

    def _finding(self, day: date, answered: Answered) -> Finding:
        assert answered.plan is not None
        seen: dict[date, set[str]] = {}
        for row in answered.rows:
            seen.setdefault(row["day"], set()).add(str(row["of_group"]))
        before = {other: groups for other, groups in seen.items() if other in answered.plan.owed and other != day}
        if len(before) < self.at_least:
            reason = f"{len(before)} days to compare with, fewer than {self.at_least}"
            return NotDue(subject=self.table, reason=reason, table=self.table)
        usual, there = _usual(before), seen.get(day, set())
        missing = sorted(usual - there)
        return Measurement(
            **answered.fields(),
            value=len(missing),
            note=f"no row{answered.such} for {', '.join(missing)}, which had some on most of {len(before)} days before"
            if missing
            else f"each of the {len(usual)} that had rows{answered.such} on most of {len(before)} days before has some",
            expected=", ".join(sorted(usual)),
            actual=", ".join(sorted(there)) or "none",
            affected=len(missing) or None,
            facts={"missing": missing},
        )

    def problems(self, ssot: Ssot) -> Iterator[str]:
        yield from undeclared(ssot, self.table, [self.by, *columns_of(self.where)])
        yield from never_owed(ssot, self.table)

    def deadlines(self, ssot: Ssot) -> Iterator[Deadline]:
        yield from table_deadlines(ssot, [self.table])


def _usual(days: Mapping[date, set[str]]) -> set[str]:
    """The groups that most of the days have: one that comes now and then is not missed, one that was retired is soon forgotten."""
    names = set().union(*days.values())
    return {name for name in names if 2 * sum(name in groups for groups in days.values()) > len(days)}
