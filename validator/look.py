"""The world of one run as a check sees it: the ports, the pipeline model, and each shared question asked once.

It also keeps the bill: every warehouse job, which checks used it and what it billed.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar, cast

from validator.check import Unmeasurable
from validator.pipeline.calendar import Calendar, read_calendar
from validator.pipeline.model import Pipeline
from validator.pipeline.planned import Planned, planned_of, planned_query
from validator.ssot.source import Ssot
from validator.world import (
    Column,
    Commits,
    Documents,
    Jobs,
    LiveJob,
    Logs,
    Ports,
    Probes,
    Query,
    Queues,
    Row,
    Services,
    Value,
)

T = TypeVar("T")


@dataclass(eq=False)
class Job:
    """One warehouse job: what it billed and who used its answer."""

    bytes_billed: int
    users: set[str]


@dataclass
class Shared:
    """What the checks of one run have in common. Safe for threads."""

    ports: Ports
    ssot: Ssot
    now: datetime
    around: date
    run_labels: Mapping[str, str]
    jobs: list[Job] = field(default_factory=list)
    _answers: dict[Any, "_Once"] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def once(self, key: Any, ask: Callable[[], T]) -> T:
        """The answer to a question, asked the first time and remembered: also the error, so that no service is asked in vain twice."""
        with self._lock:
            slot = self._answers.setdefault(key, _Once())
        with slot.lock:
            if not slot.done:
                try:
                    slot.value = ask()
                except Exception as error:  # noqa: BLE001 - remembered and raised to every asker
                    slot.error = error
                slot.done = True
        if slot.error:
            raise slot.error
        return cast(T, slot.value)

    def billed(self, check: str) -> int:
        """Bytes billed for a check: its own jobs, and its part of those it shared."""
        with self._lock:
            return sum(job.bytes_billed // len(job.users) for job in self.jobs if check in job.users)

    def add_job(self, bytes_billed: int, user: str) -> Job:
        """Note a job."""
        job = Job(bytes_billed, {user})
        with self._lock:
            self.jobs.append(job)
        return job


@dataclass
class _Once:
    lock: threading.Lock = field(default_factory=threading.Lock)
    done: bool = False
    value: object = None
    error: Exception | None = None


@dataclass(frozen=True)
class World:
    """What one check may look at, for its target date."""

    shared: Shared
    check: str
    target: date

    @property
    def ssot(self) -> Ssot:
        """The source of truth."""
        return self.shared.ssot

    @cached_property
    def pipeline(self) -> Pipeline:
        """The pipeline model for this check's target date."""
        return Pipeline(self.ssot, self._calendar, self.shared.now, self.target, self._planned)

    @property
    def documents(self) -> Documents:
        """Completion documents."""
        return self.shared.ports.documents

    @property
    def queues(self) -> Queues:
        """Topics and subscriptions."""
        return self.shared.ports.queues

    @property
    def services(self) -> Services:
        """Deployed services."""
        return self.shared.ports.services

    @property
    def probes(self) -> Probes:
        """How services are."""
        return self.shared.ports.probes

    @property
    def scheduler(self) -> Jobs:
        """Scheduled jobs."""
        return self.shared.ports.jobs

    def live_jobs(self) -> Sequence[LiveJob]:
        """Every scheduled job as it is."""
        return self.shared.once(("live jobs",), lambda: self.scheduler.live())  # noqa: PLW0108 - the scheduler is made when it is asked

    @property
    def logs(self) -> Logs:
        """What services logged."""
        return self.shared.ports.logs

    @property
    def commits(self) -> Commits:
        """The pipeline's source history."""
        return self.shared.ports.commits

    def query(self, sql: str, parameters: Mapping[str, Value]) -> Sequence[Row]:
        """Run one SELECT for this check; the same query of another check is answered from memory."""
        key = ("query", sql, tuple(sorted(parameters.items(), key=lambda item: item[0])))

        def ask() -> tuple[Sequence[Row], Job]:
            answer = self.shared.ports.warehouse.query(Query(sql=sql, parameters=parameters), self._labels())
            return answer.rows, self.shared.add_job(answer.bytes_billed, self.check)

        return self._billed(key, ask)

    def columns(self) -> Mapping[str, Mapping[str, Column]]:
        """Every live table of the declared datasets: `dataset.table` → column's name → column."""

        def ask() -> tuple[Mapping[str, Mapping[str, Column]], Job]:
            datasets = sorted({dataset.name for dataset in self.ssot.datasets})
            columns, bytes_billed = self.shared.ports.warehouse.columns(datasets, self._labels())
            tables: dict[str, dict[str, Column]] = {}
            for column in columns:
                tables.setdefault(column.table, {})[column.name] = column
            return tables, self.shared.add_job(bytes_billed, self.check)

        return self._billed(("columns",), ask)

    def load_jobs(self, hours: int) -> Mapping[str, int] | None:
        """How many load jobs wrote into each table in the last hours; None where the warehouse knows no load jobs."""
        last = self.shared.now

        def ask() -> tuple[Mapping[str, int] | None, Job]:
            jobs, billed = self.shared.ports.warehouse.load_jobs(last - timedelta(hours=hours), last, self._labels())
            return jobs, self.shared.add_job(billed, self.check)

        return self._billed(("load_jobs", hours), ask)

    def catalog(self) -> Mapping[str, Mapping[str, str]]:
        """Every live table of the declared datasets: `dataset.table` → column's name → type."""
        tables = self.columns()

        def types() -> Mapping[str, Mapping[str, str]]:
            return {table: {name: column.type for name, column in columns.items()} for table, columns in tables.items()}

        return self.shared.once(("catalog",), types)

    def _billed(self, key: Any, ask: Callable[[], tuple[T, Job]]) -> T:
        answer, job = self.shared.once(key, ask)
        job.users.add(self.check)
        return answer

    def _calendar(self) -> Calendar:
        pipeline = self.ssot.pipeline

        def read() -> Calendar:
            return read_calendar(
                pipeline.calendar,
                pipeline.project_id,
                self.shared.around,
                self.pipeline.today,
                lambda query: self.query(query.sql, query.parameters),
            )

        calendar = self.shared.once(("calendar",), read)
        if doubt := calendar.doubt(self.target):
            raise Unmeasurable(doubt)
        return calendar

    def _planned(self) -> Planned:
        """What the pipeline planned, where it keeps such a table; one that is declared and missing is told as such elsewhere."""
        spec = self.ssot.pipeline.calendar.planned
        if spec is None or spec.table not in self.catalog():
            return {}
        query = planned_query(spec, self.ssot.pipeline.project_id, self.shared.around)
        return self.shared.once(("planned",), lambda: planned_of(spec, self.query(query.sql, query.parameters)))

    def _labels(self) -> Mapping[str, str]:
        return {**self.shared.run_labels, "check": self.check}
