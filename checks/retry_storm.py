"""Retry storms."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.evidence.pace import rushes
from validator.look import World
from validator.ssot.models.kinds import Span


@dataclass(frozen=True, kw_only=True)
class RetryStorm(Check):
    """How many runs did each processor and scraper begin in its busiest hour?"""

    unit = "runs in an hour"
    warn = "> 50"
    fail = "> 200"
    query_jobs = 2
    remedy = "gcloud logging read $filter --project $project --freshness 1d --limit 20"

    hours: Span = 24

    def measure(self, world: World) -> Iterator[Finding]:
        for ledger in world.ssot.pipeline.ledgers:
            subject = ledger.table
            if ledger.table not in world.catalog():
                yield Unknown(subject=subject, reason=f"the table {ledger.table} does not exist", table=ledger.table)
                continue
            found = list(rushes(world, ledger, self.hours))
            if not found:
                yield NotDue(subject=subject, reason=f"no run logged in {self.hours} h", table=ledger.table)
                continue
            busiest = max(found, key=lambda rush: rush.runs)
            rest = sorted((rush for rush in found if rush is not busiest), key=lambda rush: -rush.runs)[:4]
            others = ", ".join(f"{rush.subject} {rush.runs}" for rush in rest)
            yield Measurement(
                subject=subject,
                table=ledger.table,
                value=busiest.runs,
                note=f"{busiest.subject} began {busiest.runs} runs in the hour from {world.pipeline.local(busiest.began)}"
                + (f"; then {others}" if others else ""),
                affected=busiest.runs,
                fill={"filter": f'severity>=WARNING AND "{busiest.subject}"'},
                facts={"busiest_hours": {rush.subject: rush.runs for rush in found}},
            )
        if not world.ssot.pipeline.ledgers:
            yield NotDue(subject="ledgers", reason="the source of truth declares no ledger of runs")
