"""Kick-off of the work that waits for the events."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.look import World
from validator.ssot.models.kinds import FullTable, Identifier


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
    grace_minutes: int = 90

    def measure(self, world: World) -> Iterator[Finding]:
        subject = f"{self.prefix}*"
        if self.table not in world.catalog():
            yield Unknown(subject=subject, reason=f"the table {self.table} does not exist", table=self.table)
            return
        settled = world.pipeline.calendar.settled(world.target)
        event = world.pipeline.calendar.spec.event
        if not settled:
            none = f"no {event} of {world.target} is over yet"
            yield NotDue(
                subject=subject,
                reason=none if world.pipeline.calendar.events(world.target) else f"no {event} on {world.target}",
            )
            return
        known = [one.final_since for one in settled if one.final_since]
        over = min(known) if known else world.pipeline.due(world.target, world.pipeline.calendar.spec.settled_by, 1)
        runs = self._runs(world, over)
        said = f"the first {event} was over {world.pipeline.local(over)}"
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

    def _runs(self, world: World, since: datetime) -> list[tuple[str, datetime]]:
        """Which of them have begun since, and when first; a wrong name finds nothing, and that is no success (FA-12)."""
        sql = (
            f"SELECT `{self.workflow}` AS workflow, MIN(`{self.began}`) AS began FROM `{world.ssot.pipeline.project_id}.{self.table}` "
            f"WHERE `{self.began}` BETWEEN @first AND @last AND STRPOS(`{self.workflow}`, @prefix) = 1 GROUP BY workflow ORDER BY began"
        )
        rows = world.query(sql, {"first": since, "last": world.pipeline.now, "prefix": self.prefix})
        return [(str(row["workflow"]), row["began"]) for row in rows]
