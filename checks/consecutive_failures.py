"""Consecutive failures."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.evidence.ledgers import Streak, streaks
from validator.look import World
from validator.ssot.models import LedgerSpec


@dataclass(frozen=True, kw_only=True)
class ConsecutiveFailures(Check):
    """How many runs in a row has each processor and scraper failed, since when, and what did it say last?"""

    unit = "failures in a row"
    warn = ">= 5"
    fail = ">= 10"
    remedy = "gcloud logging read $filter --project $project --freshness 2d --limit 20"

    days: int = 14
    attempts: int = 10

    def measure(self, world: World) -> Iterator[Finding]:
        named: set[str] = set()
        for ledger in world.ssot.pipeline.ledgers:
            found = list(streaks(world, ledger, self.days)) if ledger.table in world.catalog() else None
            if not found:
                yield self._silent(world, ledger, exists=found is not None)
            for streak in found or ():
                subject = streak.subject if streak.subject not in named else f"{streak.subject} ({ledger.name})"
                named.add(subject)
                yield self._measurement(world, ledger, streak, subject)

    def _measurement(self, world: World, ledger: LedgerSpec, streak: Streak, subject: str) -> Measurement:
        success = (
            f"last success {world.pipeline.local(streak.last_success)}"
            if streak.last_success
            else f"no success in {self.days} days"
        )
        since = f" since {world.pipeline.local(streak.since)}" if streak.since else ""
        error = f"; last error: {streak.last_error}" if streak.length and streak.last_error else ""
        never = streak.successes == 0 and streak.attempts >= self.attempts
        return Measurement(
            subject=subject,
            value=streak.length,
            note=f"{streak.length} failures in a row{since}; {success}; {streak.attempts} runs in {self.days} days{error}",
            flaw=f"0 successes in {streak.attempts} attempts" if never else "",
            table=ledger.table,
            affected=streak.length or None,
            fill={"filter": f'severity>=ERROR AND "{streak.subject}"'},
        )

    def _silent(self, world: World, ledger: LedgerSpec, *, exists: bool) -> Finding:
        if not exists:
            return Unknown(subject=ledger.table, reason=f"the table {ledger.table} does not exist", table=ledger.table)
        if world.pipeline.calendar.in_season(world.pipeline.today):
            return Unknown(
                subject=ledger.table, reason=f"{ledger.table} logged no run in {self.days} days", table=ledger.table
            )
        return NotDue(
            subject=ledger.table,
            reason=f"no {world.pipeline.calendar.spec.event} within ten days, and no run logged",
            table=ledger.table,
        )
