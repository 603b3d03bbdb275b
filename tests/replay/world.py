"""The season as one local world that goes on with the clock: what had happened by then is in its file, and nothing else."""

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from tests.http.asking import fired, request, strict_json
from tests.replay.feeds import (
    Span,
    expire,
    feed_documents,
    feed_games,
    feed_halts,
    feed_own_logs,
    feed_plan,
    feed_runs,
    feed_scrapes,
    feed_tables,
    feed_workflows,
)
from tests.replay.games import at
from tests.replay.services import Deployments, begin_services, feed_jobs, feed_logs, feed_messages
from tests.replay.work import Work
from validator.clock import Cron, days, local_instant, zone
from validator.config.jobs import own_job_name
from validator.demo.sheet import Sheet
from validator.demo.tables import create_stand_ins, create_tables
from validator.http import handle
from validator.settings import Settings

FEEDS = (
    feed_games, feed_halts, feed_tables, feed_runs, feed_scrapes, feed_own_logs, feed_documents, feed_workflows, feed_plan, feed_jobs, feed_logs,
    feed_messages, expire,
)  # fmt: skip
CALLED_AFTER = timedelta(seconds=3)


class ReplayWorld:
    """The season's world at one instant, `now`. `changes` are SQL statements that hold from now on: they are done after every step of the clock."""

    def __init__(self, folder: Path, work: Work, start: datetime, *, history: int = 45) -> None:
        """The world at `start`, with so many days of history in it."""
        self.folder, self.work, self.start = folder, work, start
        self.path = folder / "world.duckdb"
        self.changes: list[str] = []
        self.types: dict[str, dict[str, str]] = {}
        self.deployments = Deployments(work, start)
        folder.mkdir(parents=True)
        with self._open() as sheet:
            create_tables(sheet, work.ssot)
            create_stand_ins(sheet)
            begin_services(sheet, work, start)
            self.now = datetime(2025, 7, 1, tzinfo=start.tzinfo)
            feed_games(sheet, Span(work=work, since=self.now, until=start))
            since = start - timedelta(days=history)
            for feed in FEEDS[1:]:
                feed(sheet, Span(work=work, since=since, until=start))
        self.now = start

    @contextlib.contextmanager
    def _open(self) -> Iterator[Sheet]:
        with contextlib.closing(duckdb.connect(str(self.path))) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("BEGIN")
            yield Sheet(connection, self.types)
            connection.execute("COMMIT")

    def copy(self, folder: Path) -> "ReplayWorld":
        """The same world in a folder of its own."""
        shutil.copytree(self.folder, folder)
        twin = object.__new__(ReplayWorld)
        twin.__dict__.update(
            {**self.__dict__, "folder": folder, "path": folder / "world.duckdb", "changes": list(self.changes)}
        )
        return twin

    def go_to(self, instant: datetime) -> None:
        """Let the clock go on: everything that happens until then has happened."""
        span = Span(work=self.work, since=self.now, until=instant)
        with self._open() as sheet:
            for feed in FEEDS:
                feed(sheet, span)
            self.deployments.feed(sheet, span)
            for change in self.changes:
                sheet.run(change)
        self.now = instant

    def sql(self, *statements: str) -> None:
        """Change the world once."""
        with self._open() as sheet:
            for statement in statements:
                sheet.run(statement)

    def fires(self, until: datetime) -> list[tuple[datetime, str]]:
        """The schedules that fire after now and not after `until`, in order."""
        found = []
        for name, schedule in self.work.ssot.schedules.items():
            where, cron = zone(schedule.time_zone or self.work.ssot.pipeline.time_zone), Cron.parse(schedule.cron)
            for day in days(self.now.date() - timedelta(days=1), until.date()):
                if cron.fires_on(day):
                    found += [
                        (fire, name)
                        for time in cron.times()
                        if self.now < (fire := local_instant(day, time, where)) <= until
                    ]
        return sorted(found)

    def call(self, schedule: str, fire: datetime) -> Any:
        """Call a schedule as Cloud Scheduler does, and return the run that was answered."""
        self.go_to(fire + CALLED_AFTER)
        settings = Settings(
            schemas=self.work.ssot.directory, local_db=str(self.path), outbox=str(self.folder / "outbox")
        )
        asked = request(f"/?schedule={schedule}", "POST", headers=fired(fire, own_job_name(schedule)))
        answer = handle(asked, settings, self.now)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return strict_json(answer)

    def run_until(self, until: datetime) -> Iterator[tuple[datetime, Any]]:
        """Every run that is scheduled until then."""
        for fire, schedule in self.fires(until):
            yield fire, self.call(schedule, fire)


def morning(day: date) -> datetime:
    """An hour of a day at which no schedule fires and nobody works: half past four."""
    return at(day, "04:30")


def findings(run: Any) -> Sequence[Any]:
    """The results of a run that are neither PASS nor SKIP."""
    return [result for result in run["results"] if result["status"] not in ("PASS", "SKIP")]
