"""The longest silence of a log that should never be silent for long."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from validator.check import Check, Finding, Measurement, Unknown
from validator.evidence.silence import silences
from validator.look import World
from validator.ssot.models.kinds import FullTable, Identifier, Span, TimeOfDay

HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class SilenceGap(Check):
    """How many active hours lay between two rows of a table, at most, in the last hours?"""

    unit = "active hours without a row"
    warn = "> 2"
    fail = "> 6"
    remedy = "python -m validator run $schedule --checks scheduler_jobs --dry-run"

    table: FullTable
    column: Identifier
    hours: Span = 48
    active_from: TimeOfDay = "00:00"
    active_to: TimeOfDay = "23:59"

    def measure(self, world: World) -> Iterator[Finding]:
        if self.table not in world.catalog():
            yield Unknown(subject=self.table, reason=f"the table {self.table} does not exist", table=self.table)
            return
        now = world.pipeline.now
        first = now - HOUR * self.hours
        sql = (
            f"SELECT `{self.column}` AS moment FROM `{world.ssot.pipeline.project_id}.{self.table}` "
            f"WHERE `{self.column}` BETWEEN @first AND @last GROUP BY moment ORDER BY moment"
        )
        rows = [row["moment"] for row in world.query(sql, {"first": first, "last": now})]
        longest = max(silences(world, rows, first, (self.active_from, self.active_to)))
        newest = (
            f"the newest row is of {world.pipeline.local(rows[-1])}" if rows else f"no row at all in {self.hours} h"
        )
        yield Measurement(
            subject=self.table,
            table=self.table,
            value=longest.active / HOUR,
            note=f"longest silence {world.pipeline.local(longest.start)} to {world.pipeline.local(longest.end)}; {newest}",
        )
