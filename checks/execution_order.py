"""Execution order."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.evidence.order import Turn, turns
from validator.look import World


@dataclass(frozen=True, kw_only=True)
class ExecutionOrder(Check):
    """How many minutes before what it depends on had finished did a processor begin the run that counts?"""

    unit = "minutes too early"
    fail = "> 0"
    remedy = "python -m validator failures"

    def measure(self, world: World) -> Iterator[Finding]:
        ledger = world.ssot.ledger("runs")
        if ledger is None or ledger.ended is None:
            reason = "the source of truth declares no ledger 'runs' with the column in which a run's end stands"
            yield NotDue(subject="execution order", reason=reason)
            return
        if ledger.table not in world.catalog():
            yield Unknown(subject=ledger.table, reason=f"the table {ledger.table} does not exist", table=ledger.table)
            return
        judged = list(turns(world, ledger))
        for turn in judged:
            yield (
                NotDue(subject=turn.subject, reason=turn.reason)
                if turn.reason
                else self._measurement(turn, ledger.table)
            )
        if not judged:
            yield NotDue(subject="execution order", reason="no processor depends on another one")

    def _measurement(self, turn: Turn, table: str) -> Measurement:
        return Measurement(
            subject=turn.subject,
            table=table,
            value=turn.minutes,
            note=turn.note,
            expected="after what it depends on",
            actual=f"{turn.minutes:.0f} minutes before" if turn.minutes else "after it",
            facts={"waited_for": list(turn.judged), "not_judged": list(turn.unjudged)},
        )
