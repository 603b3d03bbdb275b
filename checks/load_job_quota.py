"""The quota of load jobs."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue
from validator.look import World
from validator.ssot.models.kinds import Span

SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class LoadJobQuota(Check):
    """How much of the load jobs that a table may have in a day have been used by the table with the most?"""

    unit = "% of the quota"
    warn = "> 80"
    fail = "> 95"
    judges_now = True
    remedy = "bq ls --jobs --all --max_results 50 --project_id $project"

    hours: Span = 24
    quota: int = 1500

    def measure(self, world: World) -> Iterator[Finding]:
        jobs = world.load_jobs(self.hours)
        if jobs is None:
            reason = "this warehouse knows no load jobs: there is no quota to use up"
            yield NotDue(subject="load jobs", reason=reason, lasting=True)
            return
        if not jobs:
            yield NotDue(
                subject="load jobs", reason=f"no load job of the last {self.hours} h: nothing is used of the quota"
            )
            return
        most = sorted(jobs.items(), key=lambda item: (-item[1], item[0]))
        table, count = most[0]
        yield Measurement(
            subject="load jobs",
            table=table,
            value=100 * count / self.quota,
            note=f"of {self.quota} a table, in {self.hours} h: "
            + ", ".join(f"{name} {jobs}" for name, jobs in most[:SHOWN]),
            expected=f"{self.quota} jobs at most",
            actual=f"{count} jobs",
            affected=count,
            facts={"jobs": dict(most[:50])},
        )
