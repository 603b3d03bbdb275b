"""Checks that have not judged anything for long."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from validator.check import Check, Finding, Measurement, NotDue
from validator.clock import day_of, days
from validator.look import World
from validator.world import Row

LASTING = '"lasting": true'
"""How a stored SKIP says that it may stay so for long: nobody need be told of it."""


@dataclass(frozen=True, kw_only=True)
class SkippedTooLong(Check):
    """For how many days with events has each check said nothing but SKIP, and why? A day without an event is none on which it could have judged."""

    unit = "days of SKIP only"
    warn = ">= 14"
    query_jobs = 2
    remedy = "python -m validator checks $subject"

    history_days: int = 60
    reason_days: int = 3

    def measure(self, world: World) -> Iterator[Finding]:
        calendar, now = world.pipeline.calendar, world.pipeline.now
        if not calendar.in_season(world.pipeline.today):
            yield NotDue(subject="checks", reason=f"no {calendar.spec.event} within ten days: most checks skip")
            return
        table = f"`{world.ssot.pipeline.project_id}.{world.ssot.results_dataset}.validation_check_results`"
        sql = (
            "SELECT check_name, MIN(check_timestamp) AS first, "
            f"MAX(IF(status = 'SKIP', IF(STRPOS(details, '{LASTING}') > 0, check_timestamp, NULL), check_timestamp)) AS judged "
            f"FROM {table} WHERE check_timestamp BETWEEN @first AND @last GROUP BY check_name ORDER BY check_name"
        )
        rows = world.query(sql, {"first": now - timedelta(days=self.history_days), "last": now})
        known = [row for row in rows if row["check_name"] in world.ssot.checks]
        if not known:
            yield NotDue(subject="checks", reason=f"no result is stored of the last {self.history_days} days")
            return
        reasons = self._reasons(world, table)
        for row in known:
            yield self._measurement(world, row, reasons.get(str(row["check_name"]), []))

    def _measurement(self, world: World, row: Row, reasons: list[str]) -> Measurement:
        judged = row["judged"]
        when = (
            f"last judged {world.pipeline.local(judged)}"
            if judged
            else f"never judged since {world.pipeline.local(row['first'])}"
        )
        why = f"; it says: {'; '.join(reasons[:3])}" if reasons else ""
        calendar, since = world.pipeline.calendar, day_of(judged or row["first"], world.pipeline.zone)
        return Measurement(
            subject=str(row["check_name"]),
            value=sum(bool(calendar.events(day)) for day in days(since + timedelta(days=1), world.pipeline.today)),
            note=when + why,
            facts={"reasons": reasons},
        )

    def _reasons(self, world: World, table: str) -> dict[str, list[str]]:
        """Why checks skipped lately, the commonest reason first."""
        sql = (
            f"SELECT check_name, message, COUNT(*) AS times FROM {table} "
            "WHERE check_timestamp BETWEEN @first AND @last AND status = 'SKIP' GROUP BY check_name, message ORDER BY times DESC, message"
        )
        now = world.pipeline.now
        found: dict[str, list[str]] = {}
        for row in world.query(sql, {"first": now - timedelta(days=self.reason_days), "last": now}):
            found.setdefault(str(row["check_name"]), []).append(str(row["message"]))
        return found
