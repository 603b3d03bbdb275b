"""What the demo world holds, worked out from the source of truth: which table has rows for which days, how many, and when they came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from validator.clock import days, zone
from validator.demo.clockwork import Clockwork
from validator.demo.incidents import FAILURES, Incidents, plan_incidents
from validator.demo.season import Season, make_season
from validator.ssot.source import Processor, Ssot, Table

FILLED_DAYS = 120
PLAIN_ROWS = 12
"""Rows a day of a table of which nothing is known."""
RETRIED_AFTER = timedelta(hours=3)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything the demo world is made from."""

    ssot: Ssot
    day: date
    seed: int
    season: Season
    incidents: Incidents
    clock: Clockwork

    def early(self, table: Table) -> bool:
        """Whether the table is filled before the events of a date: it has rows for the world's own day."""
        if table.spec.expect:
            return table.spec.expect.due_days == 0
        writers = self.writers(table)
        return bool(writers) and all(self.is_early(writer) for writer in writers)

    def is_early(self, processor: Processor) -> bool:
        """Whether the processor runs before the events of a date."""
        due = processor.spec.due or self.ssot.due_of(processor)
        if due:
            return due.due_days == 0
        expect = self.ssot.tables[processor.table].spec.expect
        if expect:
            return expect.due_days == 0
        completion = self.ssot.phases[processor.phase].completion
        return completion is not None and completion.due_days == 0

    def writers(self, table: Table) -> list[Processor]:
        """The processors that fill a table."""
        return [processor for processor in self.ssot.processors.values() if processor.table == table.name]

    def daily(self, table: Table) -> bool:
        """Whether the table is filled on days without events too."""
        planned = self.ssot.pipeline.calendar.planned
        if planned and table.name == planned.table:
            return False
        writers = self.writers(table)
        if any(self.runs_daily(writer) for writer in writers):
            return True
        return not writers and table.spec.expect is None

    def runs_daily(self, processor: Processor) -> bool:
        """Whether the processor runs on days without events too."""
        due = processor.spec.due or self.ssot.due_of(processor)
        return due is not None and due.days == "daily"

    def days_of(self, table: Table) -> list[date]:
        """The days for which a table has rows at all: within its retention, and not since its source was switched off."""
        kept = min(FILLED_DAYS, (table.spec.retention_days or FILLED_DAYS + 1) - 1)
        last = self.day if self.early(table) else self.day - timedelta(days=1)
        if table.disabled:
            last = min(last, table.disabled.since - timedelta(days=1))
        return [
            held
            for held in days(self.day - timedelta(days=kept), last)
            if self.daily(table) or held in self.season.held
        ]

    def stands_still(self, table: Table) -> Sequence[date]:
        """Days on which incidents left the table without any row."""
        found = list(self.incidents.days_of("gap", table.name))
        for processor in self.writers(table):
            found += self.incidents.days_of("failing_processor", processor.name)
            found += self.incidents.days_of("degraded_phase", processor.name)
        return found

    def runs_on(self, processor: Processor, day: date) -> bool:
        """Whether the processor runs for a day at all."""
        table = self.ssot.tables[processor.table]
        if (table.disabled and day >= table.disabled.since) or (day == self.day and not self.is_early(processor)):
            return False
        return self.runs_daily(processor) or day in self.season.held

    def failed_attempts(self) -> list[tuple[date, datetime]]:
        """The attempts of the failing processor: for which day, and when each ended, spread over the days of the streak."""
        failing = self.incidents.get("failing_processor")
        if failing is None:
            return []
        processor = self.ssot.processors[failing.subject]
        tried = [day for day in failing.days if day < self.day and self.runs_on(processor, day)]
        return [
            (
                tried[number % len(tried)],
                self.clock.at(tried[number % len(tried)], "09:00") + RETRIED_AFTER * (number // len(tried)),
            )
            for number in range(FAILURES)
        ]

    def rows_per_unit(self, table: Table) -> int:
        """Rows per event, or per day."""
        if table.spec.expect:
            return max(1, round(table.spec.expect.rows))
        return max((len(values) for values in table.spec.samples.values()), default=PLAIN_ROWS)

    def rows_on(self, table: Table, day: date) -> int:
        """Rows a healthy day brings."""
        per_event = table.spec.expect is not None and table.spec.expect.per == "event"
        return self.rows_per_unit(table) * (len(self.season.held.get(day, ())) if per_event else 1)

    def rank(self, processor: Processor) -> float:
        """Position of a processor's work within a date: its phase, then behind what it depends on."""
        phases = sorted(self.ssot.phases)
        return phases.index(processor.phase) + 0.4 * self._depth(processor, ())

    def _depth(self, processor: Processor, seen: tuple[str, ...]) -> int:
        same = [
            self.ssot.processors[name]
            for name in processor.spec.dependencies
            if name in self.ssot.processors and name not in seen
        ]
        within = [needed for needed in same if needed.phase == processor.phase]
        return max((1 + self._depth(needed, (*seen, processor.name)) for needed in within), default=0)

    def done_at(self, processor: Processor, day: date) -> datetime:
        """When the processor was done with a date."""
        rank = self.rank(processor)
        return self.clock.before(day, rank) if self.is_early(processor) else self.clock.after(day, rank)

    def filled_at(self, table: Table, day: date) -> datetime:
        """When the table got its rows for a date."""
        writers = self.writers(table)
        if writers:
            return max(self.done_at(writer, day) for writer in writers)
        return self.clock.before(day, 0) if self.early(table) else self.clock.after(day, 0)


def make_plan(ssot: Ssot, day: date, seed: int) -> Plan:
    """The plan of the world around a day."""
    season = make_season(ssot, day, seed)
    clock = Clockwork(zone(ssot.pipeline.time_zone), day)
    return Plan(ssot=ssot, day=day, seed=seed, season=season, incidents=plan_incidents(ssot, season), clock=clock)
