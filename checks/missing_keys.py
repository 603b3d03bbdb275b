"""Keys of one table that another lacks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from validator.check import Check, Deadline, Finding, Measurement, NotDue
from validator.evidence.asking import EMPTY, LOOK, Answered, Asked, ask, nothing_to_judge
from validator.evidence.conditions import Bound, Conditions, columns_of, text_of, undeclared
from validator.evidence.deadlines import table_deadlines
from validator.look import World
from validator.ssot.models.kinds import FullTable, Identifier
from validator.ssot.source import Ssot

SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The keys that a table has for the date: the different values of these columns in the rows that fulfil `where`."""

    table: FullTable
    key: tuple[Identifier, ...]
    where: Conditions = ()


@dataclass(frozen=True, kw_only=True)
class MissingKeys(Check):
    """How many percent of the keys that one table has for the date are in the other too, and which are not?"""

    unit = "% of the keys"
    warn = "< 95"
    fail = ("< 80", "unmatched", EMPTY)
    remedy = LOOK
    seasonal = True

    of: Keys
    within: Keys

    def measure(self, world: World) -> Iterator[Finding]:
        day = world.target
        of, within = ask(world, day, day, self._asked)
        for answered in (within, of):
            if answered.plan and answered.reason:
                yield NotDue(subject=self.within.table, reason=answered.reason, table=answered.table.name)
                return
        yield nothing_to_judge(of, day, day) or nothing_to_judge(within, day, day) or self._measurement(of, within)

    def _asked(self, _: Bound) -> Sequence[Asked]:
        return [
            Asked(
                subject=self.within.table,
                table=one.table,
                columns=one.key,
                where=one.where,
                by={"named": text_of(one.key)},
            )
            for one in (self.of, self.within)
        ]

    def _measurement(self, of: Answered, within: Answered) -> Measurement:
        wanted, there = ({str(row["named"]) for row in answered.rows} for answered in (of, within))
        missing = sorted(wanted - there)
        named = ", ".join(missing[:SHOWN]) + (f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else "")
        found = len(wanted) - len(missing)
        note = f"{found} of {len(wanted)} keys of {of.table.name} found"
        return Measurement(
            **within.fields(),
            value=100 * found / len(wanted) if found else "unmatched",
            note=note + (f"; missing: {named}" if missing else ""),
            expected=f"{len(wanted)} keys",
            actual=f"{found} keys",
            affected=len(missing) or None,
            facts={"missing": missing},
        )

    def problems(self, ssot: Ssot) -> Iterator[str]:
        for one in (self.of, self.within):
            yield from undeclared(ssot, one.table, [*one.key, *columns_of(one.where)])
        if len(self.of.key) != len(self.within.key):
            yield "the keys of both tables must have as many columns"

    def deadlines(self, ssot: Ssot) -> Iterator[Deadline]:
        yield from table_deadlines(ssot, (self.of.table, self.within.table))
