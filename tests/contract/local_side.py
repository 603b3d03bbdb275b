"""The local sides: one DuckDB file, seeded with SQL, and the adapters over it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.contract.sides import ample
from validator.clock import rfc3339
from validator.lease import Leases
from validator.local.commits import LocalCommits
from validator.local.database import LocalDatabase
from validator.local.documents import LocalDocuments
from validator.local.jobs import LocalJobs
from validator.local.leases import LocalLeases
from validator.local.letters import LocalLetters
from validator.local.logs import LocalLogs
from validator.local.names import quoted
from validator.local.queues import LocalQueues
from validator.local.services import LocalProbes, LocalServices
from validator.local.types import to_duckdb
from validator.local.warehouse import LocalWarehouse
from validator.world import DeployedService, LiveJob, Subscription

PROJECT = "t-local"
STAND_INS = """
CREATE SCHEMA firestore; CREATE SCHEMA pubsub; CREATE SCHEMA cloud_run; CREATE SCHEMA git; CREATE SCHEMA cloud_scheduler; CREATE SCHEMA logging;
CREATE TABLE firestore.documents(collection VARCHAR, document_id VARCHAR, data JSON);
CREATE TABLE pubsub.topics(topic VARCHAR);
CREATE TABLE pubsub.subscriptions(subscription VARCHAR, topic VARCHAR, dead_letter_topic VARCHAR,
  max_delivery_attempts INTEGER, push_endpoint VARCHAR);
CREATE TABLE pubsub.messages(subscription VARCHAR, message_id VARCHAR, publish_time TIMESTAMPTZ, data VARCHAR, attributes JSON);
CREATE TABLE cloud_run.services(service VARCHAR, region VARCHAR, commit_sha VARCHAR, image_digest VARCHAR,
  latest_created_revision VARCHAR, latest_ready_revision VARCHAR, serving_revision VARCHAR, deployed_at TIMESTAMPTZ,
  health_status INTEGER);
CREATE TABLE git.commits(sha VARCHAR, committed_at TIMESTAMPTZ, subject VARCHAR, paths VARCHAR[]);
CREATE TABLE cloud_scheduler.jobs(job VARCHAR, schedule VARCHAR, time_zone VARCHAR, uri VARCHAR, state VARCHAR,
  attempt_deadline_seconds INTEGER, audience VARCHAR, last_attempt_time TIMESTAMPTZ, last_attempt_code INTEGER);
CREATE TABLE logging.entries(timestamp TIMESTAMPTZ, severity VARCHAR, service VARCHAR, message VARCHAR);
"""


def new_world(path: Path, sql: str = STAND_INS) -> Path:
    """A world that holds what the SQL makes."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(sql)
    return path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process has the file open for as long as the block runs."""
    code = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield
        holder.communicate()


class LocalSide:
    """An open world of the test; `bare` is one in which no service is there."""

    def __init__(self, database: LocalDatabase, bare: LocalDatabase) -> None:
        self.database = database
        self.bare = bare

    @property
    def project(self) -> str:
        return self.database.project_id

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Change the world."""
        with self.database.cursor() as cursor:
            cursor.execute(sql, list(values))


class LocalWarehouseSide(LocalSide):
    """See sides.WarehouseSide."""

    def dataset(self, name: str) -> None:
        self.run(f"CREATE SCHEMA IF NOT EXISTS {quoted(name)}")

    def table(
        self, dataset: str, name: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        self.dataset(dataset)
        declared = ", ".join(f"{quoted(column)} {_declared(kind)}" for column, kind in columns.items())
        self.run(f"CREATE TABLE {quoted(dataset, name)} ({declared})")
        for row in rows:
            names, marks = ", ".join(quoted(column) for column in row), ", ".join("?" for _ in row)
            self.run(f"INSERT INTO {quoted(dataset, name)} ({names}) VALUES ({marks})", list(row.values()))

    def warehouse(self, remaining: Callable[[], float] = ample) -> LocalWarehouse:
        return LocalWarehouse(self.database, remaining)

    scripts = warehouse
    tables = warehouse


class LocalDocumentsSide(LocalSide):
    """See sides.DocumentsSide."""

    def put(self, collection: str, document_id: str, data: Mapping[str, Any]) -> None:
        text = json.dumps(data, default=rfc3339)
        self.run("INSERT INTO firestore.documents VALUES (?, ?, ?)", [collection, document_id, text])

    def documents(self) -> LocalDocuments:
        return LocalDocuments(self.database, ample)

    def unreachable(self) -> LocalDocuments:
        return LocalDocuments(self.bare, ample)


class LocalQueuesSide(LocalSide):
    """See sides.QueuesSide."""

    def topic(self, name: str) -> None:
        self.run("INSERT INTO pubsub.topics VALUES (?)", [name])

    def subscription(self, subscription: Subscription) -> None:
        one = subscription
        values = [one.name, one.topic, one.dead_letter_topic, one.max_delivery_attempts, one.push_endpoint]
        self.run("INSERT INTO pubsub.subscriptions VALUES (?, ?, ?, ?, ?)", values)

    def waiting(self, subscription: str, bodies: Sequence[str], oldest: datetime) -> None:
        for position, body in enumerate(bodies):
            values = [subscription, f"m{position}", oldest + timedelta(seconds=position), body]
            self.run("INSERT INTO pubsub.messages VALUES (?, ?, ?, ?, NULL)", values)

    def quiet(self, subscription: str) -> None:
        """An empty backlog is one without rows."""

    def queues(self) -> LocalQueues:
        return LocalQueues(self.database, ample)

    def letters(self) -> LocalLetters:
        return LocalLetters(self.database, ample)

    def unreachable(self) -> LocalQueues:
        return LocalQueues(self.bare, ample)

    def unreachable_letters(self) -> LocalLetters:
        return LocalLetters(self.bare, ample)


class LocalServicesSide(LocalSide):
    """See sides.ServicesSide."""

    def deploy(self, service: DeployedService) -> None:
        one = service
        revisions = [one.latest_created, one.latest_ready, one.serving]
        values = [one.name, one.region, one.commit, one.image_digest, *revisions, one.deployed_at]
        self.run("INSERT INTO cloud_run.services VALUES (?, ?, ?, ?, ?, ?, ?, ?, 200)", values)

    def services(self) -> LocalServices:
        return LocalServices(self.database, ample)

    def unreachable(self) -> LocalServices:
        return LocalServices(self.bare, ample)


class LocalProbesSide(LocalSide):
    """See sides.ProbesSide."""

    def service(self, name: str, status: int | None) -> DeployedService:
        self.run(
            "INSERT INTO cloud_run.services (service, region, health_status) VALUES (?, 'us-west2', ?)", [name, status]
        )
        return DeployedService(name=name, region="us-west2")

    def probes(self) -> LocalProbes:
        return LocalProbes(self.database, ample)

    def unreachable(self) -> LocalProbes:
        return LocalProbes(self.bare, ample)


class LocalJobsSide(LocalSide):
    """See sides.JobsSide."""

    def job(self, job: LiveJob) -> None:
        last = [job.attempt_deadline_seconds, job.audience, job.last_attempt, job.code]
        values = [job.name, job.schedule, job.time_zone, job.uri, job.state, *last]
        self.run("INSERT INTO cloud_scheduler.jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    def jobs(self) -> LocalJobs:
        return LocalJobs(self.database, ample)

    def unreachable(self) -> LocalJobs:
        return LocalJobs(self.bare, ample)


class LocalLogsSide(LocalSide):
    """See sides.LogsSide."""

    def entry(self, service: str, severity: str, message: str, at: datetime) -> None:
        self.run("INSERT INTO logging.entries VALUES (?, ?, ?, ?)", [at, severity, service, message])

    def logs(self) -> LocalLogs:
        return LocalLogs(self.database, ample)

    def unreachable(self) -> LocalLogs:
        return LocalLogs(self.bare, ample)


class LocalCommitsSide(LocalSide):
    """See sides.CommitsSide."""

    count = 0

    def commit(self, subject: str, paths: Sequence[str], at: datetime) -> str:
        self.count += 1
        sha = f"{self.count * 7919:08x}".ljust(40, "0")
        self.run("INSERT INTO git.commits VALUES (?, ?, ?, ?)", [sha, at, subject, list(paths)])
        return sha

    def commits(self) -> LocalCommits:
        return LocalCommits(self.database, ample)

    def unreachable(self) -> LocalCommits:
        return LocalCommits(self.bare, ample)


class LocalLeasesSide:
    """See sides.LeasesSide."""

    def __init__(self, path: Path, held: Path) -> None:
        self._path = path
        self._held = held

    def leases(self, now: Callable[[], datetime]) -> Leases:
        return LocalLeases(self._path, PROJECT, now)

    def unreachable(self) -> Leases:
        return LocalLeases(self._held, PROJECT, wait_seconds=0.1)


def _declared(kind: str) -> str:
    name, null, rest = kind.partition(" NOT NULL")
    return to_duckdb(name) + null + rest


def _opened(
    kind: Callable[[LocalDatabase, LocalDatabase], Any],
) -> Callable[[pytest.FixtureRequest], AbstractContextManager[Any]]:
    @contextmanager
    def opened(request: pytest.FixtureRequest) -> Iterator[Any]:
        folder: Path = request.getfixturevalue("tmp_path")
        world, bare = new_world(folder / "world.duckdb"), new_world(folder / "bare.duckdb", "SELECT 1")
        with LocalDatabase.open(world, PROJECT) as one, LocalDatabase.open(bare, PROJECT) as other:
            yield kind(one, other)

    return opened


warehouse = _opened(LocalWarehouseSide)
documents = _opened(LocalDocumentsSide)
queues = _opened(LocalQueuesSide)
services = _opened(LocalServicesSide)
probes = _opened(LocalProbesSide)
jobs = _opened(LocalJobsSide)
logs = _opened(LocalLogsSide)
commits = _opened(LocalCommitsSide)


@contextmanager
def leases(request: pytest.FixtureRequest) -> Iterator[LocalLeasesSide]:
    """A world nobody has open, and one that another process has."""
    folder: Path = request.getfixturevalue("tmp_path")
    world, held = new_world(folder / "world.duckdb"), new_world(folder / "held.duckdb")
    with locked(held):
        yield LocalLeasesSide(world, held)
