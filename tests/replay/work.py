"""Who works when: the runs of every processor and scraper for every date, worked out from the source of truth's deadlines."""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from tests.replay.games import Season, at
from validator.clock import days
from validator.ssot.models import DueSpec
from validator.ssot.source import Processor, Ssot, Table

AHEAD = timedelta(minutes=35)
"""How long before its deadline work is done on an ordinary day."""
USUAL_MINUTES = 4.0


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One run: `status` is success, failed or no_data."""

    run: str
    started: datetime
    ended: datetime
    status: str = "success"


@dataclass(frozen=True, kw_only=True)
class Job:
    """A processor's work for a date: the attempt that counts, and those before it."""

    processor: Processor
    day: date
    attempts: Sequence[Attempt]

    @property
    def ended(self) -> datetime:
        """When the data was there."""
        return self.attempts[-1].ended


class Work:
    """The season's work. Everything is a function of the source of truth, the season and its seed."""

    def __init__(self, ssot: Ssot, season: Season) -> None:
        self.ssot = ssot
        self.season = season
        self.jobs = cache(self._jobs)
        self.by_table: dict[str, list[Processor]] = {}
        for processor in ssot.processors.values():
            self.by_table.setdefault(processor.table, []).append(processor)

    def dice(self, *about: object) -> random.Random:
        """Chance that is the same every time."""
        return random.Random(f"{self.season.seed} {about}")  # noqa: S311 - made-up data

    def finished(self, since: datetime, until: datetime) -> Iterator[Job]:
        """The work that was done after one instant and not after another."""
        for day in days(since.date() - timedelta(days=2), until.date() + timedelta(days=1)):
            yield from (job for job in self.jobs(day).values() if since < job.ended <= until)

    def filled(self, table: Table, day: date) -> datetime | None:
        """When the table has its rows for a date; None for a date that it has none for."""
        if table.disabled and day >= table.disabled.since:
            return None
        writers = self.by_table.get(table.name, [])
        loading = [writer for writer in writers if writer.phase > 1] or writers
        done = [self.jobs(day)[writer.name] for writer in loading if writer.name in self.jobs(day)]
        if done:
            return max(job.ended for job in done)
        expect = table.spec.expect
        if expect is None or writers or not self._has_events(day, expect.due_days):
            return None
        return at(day + timedelta(days=expect.due_days), expect.due) - AHEAD

    def _has_events(self, day: date, due_days: int) -> bool:
        """Whether a date has games, by the time the work for it is done."""
        return bool(self.season.played.get(day)) if due_days else bool(self.season.planned(day, at(day, "09:00")))

    def deadline(self, processor: Processor) -> DueSpec:
        """When its data is due: as its schedule says, else its table, else its phase."""
        completion, expect = self.ssot.phases[processor.phase].completion, self.ssot.tables[processor.table].spec.expect
        due = self.ssot.due_of(processor)
        if due:
            return due
        if expect:
            return DueSpec(due=expect.due, due_days=expect.due_days)
        return DueSpec(due=completion.due if completion else "13:45", due_days=completion.due_days if completion else 0)

    def _jobs(self, day: date) -> dict[str, Job]:
        """The work for one date, what others wait for first."""
        found: dict[str, Job] = {}
        for processor in sorted(
            self.ssot.processors.values(), key=lambda one: (one.phase, bool(one.spec.dependencies))
        ):
            if self._works(processor, day):
                found[processor.name] = self._job(processor, day, found)
        return found

    def _works(self, processor: Processor, day: date) -> bool:
        due, disabled = self.deadline(processor), self.ssot.tables[processor.table].disabled
        if disabled and day >= disabled.since:
            return False
        if (
            not processor.required
            and due.days == "daily"
            and self.dice("unchanged", processor.name, day).random() < 0.3
        ):
            return processor.phase == 1 or processor.table.endswith("espn_team_rosters")
        return due.days == "daily" or self._has_events(day, due.due_days)

    def _job(self, processor: Processor, day: date, done: dict[str, Job]) -> Job:
        due, dice = self.deadline(processor), self.dice(processor.name, day)
        scraping = processor.phase == 1
        ahead = AHEAD + timedelta(
            minutes=(25 if scraping else 0) + dice.uniform(-8, 12) - (10 if processor.spec.dependencies else 0)
        )
        ended = at(day + timedelta(days=due.due_days), due.due) - ahead
        lasted = timedelta(minutes=(processor.spec.estimated_runtime_minutes or USUAL_MINUTES) * dice.uniform(0.6, 1.3))
        waits = [done[name].ended for name in processor.spec.dependencies if name in done]
        started = max([ended - lasted, *(end + timedelta(seconds=30) for end in waits)])
        good = Attempt(run=_run(processor, day, 9), started=started, ended=started + lasted)
        before = [self._before(processor, day, good, number, dice) for number in range(self._tries(processor, dice))]
        return Job(processor=processor, day=day, attempts=(*reversed(before), good))

    def _tries(self, processor: Processor, dice: random.Random) -> int:
        """How often it is tried in vain: a scraper looks before the source has anything, and now and then something fails."""
        return dice.randint(0, 2) if processor.phase == 1 else int(dice.random() < 0.02)

    def _before(self, processor: Processor, day: date, good: Attempt, number: int, dice: random.Random) -> Attempt:
        started = good.started - timedelta(minutes=20) * (number + 1)
        status = "no_data" if processor.phase == 1 and dice.random() < 0.97 else "failed"
        return Attempt(
            run=_run(processor, day, number), started=started, ended=started + timedelta(seconds=40), status=status
        )


def _run(processor: Processor, day: date, number: int) -> str:
    return hashlib.sha256(f"{processor.name} {day} {number}".encode()).hexdigest()[:12]
