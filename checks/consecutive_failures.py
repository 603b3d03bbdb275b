"""Consecutive failures."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.evidence.ledgers import Streak, streaks
from validator.evidence.silence import nothing_logged
from validator.look import World
from validator.ssot.models.kinds import Span
from validator.ssot.models.ledgers import LedgerSpec


@dataclass(frozen=True, kw_only=True)
class ConsecutiveFailures(Check):
    """How many runs in a row has each processor and scraper failed, since when, and what did it say last?"""

    unit = "failures in a row"
    warn = ">= 5"
    fail = ">= 10"
    query_jobs = 3
    judges_now = True
    remedy = "gcloud logging read $filter --project $project --freshness 2d --limit 20"

    days: Span = 14
    attempts: int = 10
    silent_days: Span = 3

    def measure(self, world: World) -> Iterator[Finding]:
        named: set[str] = set()
        all_spoke = True
        for ledger in world.ssot.pipeline.ledgers:
            found = list(streaks(world, ledger, self.days)) if ledger.table in world.catalog() else None
            if not found:
                all_spoke = False
                yield self._silent(world, ledger, exists=found is not None)
            for streak in found or ():
                subject = streak.subject if streak.subject not in named else f"{streak.subject} ({ledger.name})"
                named.add(subject)
                yield self._measurement(world, ledger, streak, subject)
        for name in sorted(set(world.ssot.processors) - named) if all_spoke else ():
            yield NotDue(subject=name, reason=f"logged no run in {self.days} days: nothing to count")

    def _measurement(self, world: World, ledger: LedgerSpec, streak: Streak, subject: str) -> Measurement:
        success = (
            f"last success {world.pipeline.local(streak.last_success)}"
            if streak.last_success
            else f"no success in {self.days} days"
        )
        since = f" since {world.pipeline.local(streak.since)}" if streak.since else ""
        error = f"; last error: {streak.last_error}" if streak.length and streak.last_error else ""
        never = streak.successes == 0 and streak.attempts >= self.attempts
        flaws = [f"0 successes in {streak.attempts} attempts"] if never else []
        if len(streak.unheard) >= self.silent_days:
            flaws.append(f"no run for {len(streak.unheard)} days that were due, {streak.unheard[0]} the first")
        return Measurement(
            subject=subject,
            value=streak.length,
            note=f"{streak.length} failures in a row{since}; {success}; {streak.attempts} runs in {self.days} days{error}",
            flaw="; ".join(flaws),
            table=ledger.table,
            affected=streak.length or None,
            fill={"filter": f'severity>=ERROR AND "{streak.subject}"'},
        )

    def _silent(self, world: World, ledger: LedgerSpec, *, exists: bool) -> Finding:
        if not exists:
            return Unknown(subject=ledger.table, reason=f"the table {ledger.table} does not exist", table=ledger.table)
        return nothing_logged(
            world, ledger.table, f"{ledger.table} logged no run in {self.days} days", table=ledger.table
        )
