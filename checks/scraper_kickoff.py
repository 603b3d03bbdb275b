"""Kick-off of the work that waits for the events."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.evidence.kickoff import begun_since, first_over
from validator.look import World
from validator.ssot.models.kinds import Count, FullTable, Identifier


@dataclass(frozen=True, kw_only=True)
class ScraperKickoff(Check):
    """After the first event of the date was over, did a workflow begin whose name starts with a prefix?"""

    fail = "not_started"
    fine = ("started",)
    remedy = "gcloud logging read $filter --project $project --freshness 1d --limit 20"

    table: FullTable
    workflow: Identifier
    began: Identifier
    prefix: str
    grace_minutes: Count = 90

    def measure(self, world: World) -> Iterator[Finding]:
        subject = f"{self.prefix}*"
        if self.table not in world.catalog():
            yield Unknown(subject=subject, reason=f"the table {self.table} does not exist", table=self.table)
            return
        over = first_over(world)
        if isinstance(over, str):
            yield NotDue(subject=subject, reason=over)
            return
        runs = begun_since(world, self.table, self.workflow, self.began, self.prefix, over)
        said = f"the first {world.pipeline.calendar.spec.event} was over {world.pipeline.local(over)}"
        if not runs and world.pipeline.now - over < timedelta(minutes=self.grace_minutes):
            yield NotDue(subject=subject, reason=f"{said}, not {self.grace_minutes} minutes ago")
            return
        names = ", ".join(f"{name} {world.pipeline.local(at)}" for name, at in runs)
        yield Measurement(
            subject=subject,
            table=self.table,
            value="started" if runs else "not_started",
            note=f"{said}; {names}" if runs else f"{said}, and no workflow {subject} has begun since",
            expected="a run",
            actual=f"{len(runs)} workflows",
            fill={"filter": f'severity>=WARNING AND "{self.prefix}"'},
        )
