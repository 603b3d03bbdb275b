"""Failed runs."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.evidence.recent_runs import Recent, recent_runs
from validator.evidence.silence import nothing_logged
from validator.look import World
from validator.ssot.models.kinds import Span
from validator.ssot.models.ledgers import LedgerSpec


@dataclass(frozen=True, kw_only=True)
class FailedRuns(Check):
    """How many runs of each processor and scraper have failed in the last hours, counted by run and without phantoms?"""

    unit = "failed runs"
    warn = ">= 3"
    fail = ">= 10"
    query_jobs = 3
    remedy = "gcloud logging read $filter --project $project --freshness 1d --limit 20"

    hours: Span = 24

    def measure(self, world: World) -> Iterator[Finding]:
        named: set[str] = set()
        for ledger in world.ssot.pipeline.ledgers:
            found = recent_runs(world, ledger, self.hours) if ledger.table in world.catalog() else None
            if not found:
                yield self._silent(world, ledger, exists=found is not None)
            for recent in found or ():
                subject = recent.subject if recent.subject not in named else f"{recent.subject} ({ledger.name})"
                named.add(subject)
                yield self._measurement(world, ledger, recent, subject)
        if not world.ssot.pipeline.ledgers:
            yield NotDue(subject="ledgers", reason="the source of truth declares no ledger of runs")

    def _measurement(self, world: World, ledger: LedgerSpec, recent: Recent, subject: str) -> Measurement:
        last = f", the last {world.pipeline.local(recent.last_failed)}" if recent.last_failed else ""
        error = f": {recent.last_error}" if recent.failures and recent.last_error else ""
        return Measurement(
            subject=subject,
            value=recent.failures,
            note=f"{recent.failures} of {recent.attempts} runs failed in {self.hours} h{last}{error}; {recent.successes} succeeded",
            table=ledger.table,
            affected=recent.failures or None,
            fill={"filter": f'severity>=ERROR AND "{recent.subject}"'},
        )

    def _silent(self, world: World, ledger: LedgerSpec, *, exists: bool) -> Finding:
        if not exists:
            return Unknown(subject=ledger.table, reason=f"the table {ledger.table} does not exist", table=ledger.table)
        return nothing_logged(
            world, ledger.table, f"{ledger.table} logged no run in {self.hours} h", table=ledger.table
        )
