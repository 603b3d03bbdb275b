"""Google Cloud's side of the contract: the official clients against emulators and fakes. See `sides.py`."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import grpc
import pytest
import requests
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery, firestore
from google.cloud.run_v2 import Container, EnvVar, RevisionTemplate, TrafficTargetStatus
from google.pubsub_v1 import DeadLetterPolicy, PublisherClient, PushConfig, SubscriberClient
from google.pubsub_v1 import Subscription as PubSubSubscription
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from tests.contract.sides import ample
from tests.parts.children import refusing_host
from tests.parts.emulators import Emulator
from tests.parts.google_fakes import GoogleFake
from tests.parts.google_rest import LoggingFake, SchedulerFake
from tests.parts.http_fakes import Commit as FakedCommit
from tests.parts.http_fakes import GitHubFake
from tests.parts.http_server import Answer, HttpFake, Request, refuse
from validator.clock import real_now
from validator.gcp.documents import FirestoreDocuments
from validator.gcp.github import GitHubCommits
from validator.gcp.jobs import CloudSchedulerJobs
from validator.gcp.leases import FirestoreLeases
from validator.gcp.letters import PubSubLetters
from validator.gcp.logs import CloudLogs
from validator.gcp.probes import CloudRunProbes
from validator.gcp.queues import AGE, DEPTH, PubSubQueues
from validator.gcp.services import CloudRunServices
from validator.gcp.warehouse import BigQueryWarehouse
from validator.world import DeployedService, LiveJob, Subscription

LOCATION = "US"
CAP = 10**12
REPOSITORY = "example/pipeline"
Remaining = Callable[[], float]
Adapter = TypeVar("Adapter", FirestoreDocuments, FirestoreLeases)


@dataclass
class _BigQuery:
    """See WarehouseSide."""

    project: str
    url: str
    closing: ExitStack

    def __post_init__(self) -> None:
        self._client = bigquery.Client(
            project=self.project, credentials=AnonymousCredentials(), client_options={"api_endpoint": self.url}
        )
        self.closing.callback(self._client.close)

    def dataset(self, name: str) -> None:
        self._client.create_dataset(name, exists_ok=True)

    def table(
        self, dataset: str, name: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        self.dataset(dataset)
        declared = ", ".join(f"`{column}` {kind}" for column, kind in columns.items())
        self._client.query_and_wait(f"CREATE TABLE `{self.project}.{dataset}.{name}` ({declared})")
        if rows:
            values = ", ".join(
                f"({', '.join(_literal(row.get(column), kind) for column, kind in columns.items())})" for row in rows
            )
            self._client.query_and_wait(f"INSERT INTO `{self.project}.{dataset}.{name}` VALUES {values}")

    def warehouse(self, remaining: Remaining = ample) -> BigQueryWarehouse:
        made = BigQueryWarehouse(self.project, LOCATION, remaining, CAP, emulator=self.url)
        self.closing.callback(made.close)
        return made

    scripts = tables = warehouse


@contextmanager
def warehouse(request: pytest.FixtureRequest) -> Iterator[_BigQuery]:
    """local-bigquery."""
    emulator: Emulator = request.getfixturevalue("bigquery_emulator")
    with ExitStack() as closing:
        yield _BigQuery(emulator.new_project(), emulator.url, closing)


def _literal(value: Any, kind: str) -> str:
    """A value as SQL of BigQuery."""
    if value is None:
        return "NULL"
    if kind.startswith("JSON"):
        return f"PARSE_JSON({_quoted(str(value))})"
    match value:
        case bool() | int() | float():
            return str(value)
        case Decimal():
            return f"{kind.split(maxsplit=1)[0]} '{value}'"
        case datetime():
            return f"{'TIMESTAMP' if value.tzinfo else 'DATETIME'} '{value.isoformat(sep=' ')}'"
        case date():
            return f"DATE '{value}'"
        case list() | tuple():
            return f"[{', '.join(_literal(one, '') for one in value)}]"
        case _:
            return _quoted(str(value))


def _quoted(text: str) -> str:
    return json.dumps(text)


@dataclass
class _Firestore:
    """See DocumentsSide and LeasesSide."""

    project: str
    host: str
    closing: ExitStack

    def put(self, collection: str, document_id: str, data: Mapping[str, Any]) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("FIRESTORE_EMULATOR_HOST", self.host)
            client = firestore.Client(project=self.project)
        client.collection(collection).document(document_id).set(dict(data))
        client.close()

    def documents(self) -> FirestoreDocuments:
        return self._closed(FirestoreDocuments(self.project, ample, emulator=self.host))

    def leases(self, now: Callable[[], datetime]) -> FirestoreLeases:
        return self._closed(FirestoreLeases(self.project, ample, emulator=self.host, now=now))

    def _closed(self, made: Adapter) -> Adapter:
        self.closing.callback(made.close)
        return made


@dataclass
class _Documents(_Firestore):
    def unreachable(self) -> FirestoreDocuments:
        return self._closed(FirestoreDocuments(self.project, ample, emulator=_nowhere(self.closing)))


@dataclass
class _Leases(_Firestore):
    def unreachable(self) -> FirestoreLeases:
        return self._closed(FirestoreLeases(self.project, ample, emulator=_nowhere(self.closing)))


@contextmanager
def documents(request: pytest.FixtureRequest) -> Iterator[_Documents]:
    """Google's Firestore emulator."""
    emulator: Emulator = request.getfixturevalue("firestore_emulator")
    with ExitStack() as closing:
        yield _Documents(emulator.new_project(), emulator.host, closing)


@contextmanager
def leases(request: pytest.FixtureRequest) -> Iterator[_Leases]:
    """Google's Firestore emulator."""
    emulator: Emulator = request.getfixturevalue("firestore_emulator")
    with ExitStack() as closing:
        yield _Leases(emulator.new_project(), emulator.host, closing)


@dataclass
class _Queues:
    """See QueuesSide."""

    project: str
    host: str
    monitoring: GoogleFake
    closing: ExitStack
    topics_of: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        channel = self.closing.enter_context(grpc.insecure_channel(self.host))
        self._publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        self._subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))

    def topic(self, name: str) -> None:
        self._publisher.create_topic(name=self._path("topics", name))

    def subscription(self, subscription: Subscription) -> None:
        dead_letter = subscription.dead_letter_topic and DeadLetterPolicy(
            dead_letter_topic=self._path("topics", subscription.dead_letter_topic),
            max_delivery_attempts=subscription.max_delivery_attempts or 0,
        )
        self._subscriber.create_subscription(
            PubSubSubscription(
                name=self._path("subscriptions", subscription.name),
                topic=self._path("topics", subscription.topic),
                dead_letter_policy=dead_letter or None,
                push_config=PushConfig(push_endpoint=subscription.push_endpoint)
                if subscription.push_endpoint
                else None,
            )
        )
        self.topics_of[subscription.name] = subscription.topic

    def waiting(self, subscription: str, bodies: Sequence[str], oldest: datetime) -> None:
        """The messages go to every subscription of the topic; the figures only to this one's."""
        topic = self._path("topics", self.topics_of[subscription])
        for body in bodies:
            self._publisher.publish(topic=topic, messages=[{"data": body.encode()}])
        age = int((real_now() - oldest).total_seconds())
        self._measure(subscription, oldest + timedelta(seconds=age), {DEPTH: len(bodies), AGE: age})

    def quiet(self, subscription: str) -> None:
        self._measure(subscription, real_now(), {DEPTH: 0})

    def queues(self) -> PubSubQueues:
        return self._adapter(self.host, self.monitoring.host)

    def letters(self) -> PubSubLetters:
        return self._letters(self.host)

    def unreachable_letters(self) -> PubSubLetters:
        return self._letters(_nowhere(self.closing))

    def _letters(self, host: str) -> PubSubLetters:
        made = PubSubLetters(self.project, ample, emulator=host)
        self.closing.callback(made.close)
        return made

    def unreachable(self) -> PubSubQueues:
        nowhere = _nowhere(self.closing)
        return self._adapter(nowhere, nowhere)

    def _adapter(self, host: str, monitoring: str) -> PubSubQueues:
        channel = self.closing.enter_context(grpc.insecure_channel(monitoring))
        made = PubSubQueues(self.project, ample, emulator=host, monitoring_channel=channel)
        self.closing.callback(made.close)
        return made

    def _measure(self, subscription: str, at: datetime, values: Mapping[str, int]) -> None:
        labels = {"project_id": self.project, "subscription_id": subscription}
        self.monitoring.series = [one for one in self.monitoring.series if dict(one.resource.labels) != labels]
        for metric, value in values.items():
            self.monitoring.add_gauge(metric, labels, [(at, value)])

    def _path(self, kind: str, name: str) -> str:
        return f"projects/{self.project}/{kind}/{name}"


@contextmanager
def queues(request: pytest.FixtureRequest) -> Iterator[_Queues]:
    """Google's Pub/Sub emulator, and a fake of Cloud Monitoring."""
    emulator: Emulator = request.getfixturevalue("pubsub_emulator")
    with ExitStack() as closing, GoogleFake() as monitoring:
        yield _Queues(emulator.new_project(), emulator.host, monitoring, closing)


@dataclass
class _Services:
    """See ServicesSide."""

    project: str
    run: GoogleFake
    closing: ExitStack

    def deploy(self, service: DeployedService) -> None:
        name = f"projects/{self.project}/locations/{service.region}/services/{service.name}"
        image = f"{service.region}-docker.pkg.dev/{self.project}/images/{service.name}"
        container = Container(
            image=f"{image}@{service.image_digest}" if service.image_digest else f"{image}:latest",
            env=[EnvVar(name="LOG_LEVEL", value="info")],
        )
        self.run.add_service(
            name,
            labels={"commit-sha": service.commit} if service.commit else {},
            template=RevisionTemplate(containers=[container]),
            latest_created_revision=_revision(name, service.latest_created),
            latest_ready_revision=_revision(name, service.latest_ready),
            traffic_statuses=_traffic(service),
            update_time=service.deployed_at,
        )

    def services(self) -> CloudRunServices:
        return self._adapter(self.run.host)

    def unreachable(self) -> CloudRunServices:
        return self._adapter(_nowhere(self.closing))

    def _adapter(self, host: str) -> CloudRunServices:
        channel = self.closing.enter_context(grpc.insecure_channel(host))
        made = CloudRunServices(self.project, ample, channel=channel)
        self.closing.callback(made.close)
        return made


@contextmanager
def services(request: pytest.FixtureRequest) -> Iterator[_Services]:
    """A fake of Cloud Run's listing."""
    with ExitStack() as closing, GoogleFake() as run:
        yield _Services("example-project", run, closing)


@dataclass
class _Probes:
    """See ProbesSide."""

    closing: ExitStack

    def service(self, name: str, status: int | None) -> DeployedService:
        if status is None:
            uri = f"http://{_nowhere(self.closing)}"
        else:
            uri = self.closing.enter_context(HttpFake(refuse(status))).url
        return DeployedService(name=name, region="us-west2", uri=uri)

    def probes(self) -> CloudRunProbes:
        return CloudRunProbes(ample, token=lambda audience: f"for {audience}")

    def unreachable(self) -> CloudRunProbes:
        return CloudRunProbes(lambda: 0.0, token=str)


@contextmanager
def probes(request: pytest.FixtureRequest) -> Iterator[_Probes]:
    """Services that answer over HTTP."""
    with ExitStack() as closing:
        yield _Probes(closing)


@dataclass
class _Jobs:
    """See JobsSide."""

    scheduler: SchedulerFake
    closing: ExitStack

    def job(self, job: LiveJob) -> None:
        self.scheduler.add(job)

    def jobs(self) -> CloudSchedulerJobs:
        return self._adapter(self.scheduler.url)

    def unreachable(self) -> CloudSchedulerJobs:
        return self._adapter(f"http://{_nowhere(self.closing)}")

    def _adapter(self, url: str) -> CloudSchedulerJobs:
        session = self.closing.enter_context(requests.Session())
        return CloudSchedulerJobs("example-project", "us-west2", ample, host=url, session=session)


@contextmanager
def jobs(request: pytest.FixtureRequest) -> Iterator[_Jobs]:
    """A fake of Cloud Scheduler's listing."""
    with ExitStack() as closing, SchedulerFake("example-project", "us-west2") as scheduler:
        yield _Jobs(scheduler, closing)


@dataclass
class _Logs:
    """See LogsSide."""

    logging: LoggingFake
    closing: ExitStack

    def entry(self, service: str, severity: str, message: str, at: datetime) -> None:
        self.logging.add(service, severity, message, at)

    def logs(self) -> CloudLogs:
        return self._adapter(self.logging.url)

    def unreachable(self) -> CloudLogs:
        return self._adapter(f"http://{_nowhere(self.closing)}")

    def _adapter(self, url: str) -> CloudLogs:
        session = self.closing.enter_context(requests.Session())
        return CloudLogs("example-project", ample, host=url, session=session)


@contextmanager
def logs(request: pytest.FixtureRequest) -> Iterator[_Logs]:
    """A fake of Cloud Logging's search."""
    with ExitStack() as closing, LoggingFake("example-project") as logging:
        yield _Logs(logging, closing)


def _revision(service: str, name: str | None) -> str:
    return f"{service}/revisions/{name}" if name else ""


def _traffic(service: DeployedService) -> list[Any]:
    """All traffic to the serving revision; a tag without traffic where none serves."""
    target = service.serving or service.latest_ready
    kind = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
    return [TrafficTargetStatus(type_=kind, revision=target, percent=100 if service.serving else 0)] if target else []


class RepositoryFake(GitHubFake):
    """GitHub that also answers for the repository itself."""

    def answer(self, request: Request) -> Answer:
        """The repository, or what `GitHubFake` says."""
        if (request.method, request.path) == ("GET", f"/repos/{self.repository}"):
            return Answer.of_json({"full_name": self.repository, "default_branch": self.branch})
        return super().answer(request)


@dataclass
class _Commits:
    """See CommitsSide."""

    github: RepositoryFake
    closing: ExitStack

    def commit(self, subject: str, paths: Sequence[str], at: datetime) -> str:
        sha = hashlib.sha1(f"{len(self.github.commits)} {subject}".encode()).hexdigest()
        message = f"{subject}\n\nIn more words."
        self.github.commits.insert(0, FakedCommit(sha=sha, committed_at=at, message=message, files=paths))
        return sha

    def commits(self) -> GitHubCommits:
        return self._adapter(self.github.url)

    def unreachable(self) -> GitHubCommits:
        return self._adapter(f"http://{_nowhere(self.closing)}")

    def _adapter(self, url: str) -> GitHubCommits:
        made = GitHubCommits(REPOSITORY, "main", "token", ample, host=url)
        self.closing.callback(made.close)
        return made


@contextmanager
def commits(request: pytest.FixtureRequest) -> Iterator[_Commits]:
    """A fake of GitHub."""
    with ExitStack() as closing, RepositoryFake(repository=REPOSITORY, token="token") as github:
        yield _Commits(github, closing)


def _nowhere(closing: ExitStack) -> str:
    """A host that refuses connections for as long as the side lives."""
    return closing.enter_context(refusing_host())
