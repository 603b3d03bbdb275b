"""Dependencies that were not there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from validator.check import Check, Finding, Measurement, NotDue
from validator.look import World
from validator.ssot.models.kinds import Span

LOG = "dependency_check_log"
HISTORY = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class DependencyFailures(Check):
    """How often in the last hours did each processor find something missing that it needs, with nothing to fall back on?"""

    unit = "failed looks"
    warn = "> 0"
    fail = ">= 10"
    remedy = "python -m validator completeness --days 14"

    hours: Span = 24

    def measure(self, world: World) -> Iterator[Finding]:
        table = f"{world.ssot.results_dataset}.{LOG}"
        sql = (
            "SELECT processor_name, required_table, COUNTIF(check_time > @since) AS looks, "
            "COUNTIF(check_time > @since AND check_result = 'FAIL' AND COALESCE(fallback_used, FALSE) = FALSE) AS failed "
            f"FROM `{world.ssot.pipeline.project_id}.{table}` WHERE check_time BETWEEN @first AND @last GROUP BY processor_name, required_table"
        )
        now = world.pipeline.now
        span = {"first": now - HISTORY, "since": now - timedelta(hours=self.hours), "last": now}
        rows = sorted(world.query(sql, span), key=lambda row: (str(row["processor_name"]), str(row["required_table"])))
        if not rows:
            yield NotDue(subject=LOG, reason=f"not in use: {table} has no row of the last 30 days", table=table)
        for name in dict.fromkeys(str(row["processor_name"]) for row in rows):
            own = [row for row in rows if row["processor_name"] == name]
            looks, failed = (sum(int(row[key]) for row in own) for key in ("looks", "failed"))
            if not looks:
                yield NotDue(subject=name, reason=f"it looked for nothing in {self.hours} h", table=table)
                continue
            missing = ", ".join(f"{row['required_table']} ({row['failed']})" for row in own if row["failed"])
            yield Measurement(
                subject=name,
                table=table,
                value=failed,
                note=f"{failed} of {looks} looks in {self.hours} h failed" + (f": {missing}" if missing else ""),
                affected=failed or None,
            )
