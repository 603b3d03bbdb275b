"""A healthy place on Google Cloud, all of it answering on this machine, in which a case breaks exactly one thing.

Google's REST and gRPC services, SendGrid, GitHub, the heartbeat and the token endpoint are servers of `tests/parts`; the warehouse,
documents, claims and queues are the laid world's, until a case puts a broken one in their place.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import grpc
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.config.live import lay_services
from tests.parts.google_fakes import GoogleFake
from tests.parts.google_rest import LoggingFake, SchedulerFake
from tests.parts.http_fakes import Commit, GitHubFake, HeartbeatFake, SendGridFake
from tests.parts.http_server import Answer, HttpFake, Request
from tests.worlds.laid import DAY, LaidWorld, et
from validator import compose
from validator.backends import LocalBackend, Remaining
from validator.compose import service
from validator.config.jobs import DEAD_LETTER, function_url, own_job_name, own_subscriptions, service_account
from validator.doctor.examine import examine
from validator.doctor.line import Report
from validator.gcp.jobs import CloudSchedulerJobs
from validator.gcp.logs import CloudLogs
from validator.gcp.probes import CloudRunProbes
from validator.gcp.services import CloudRunServices
from validator.google_backend import GoogleBackend
from validator.settings import Settings
from validator.ssot.load import load
from validator.ssot.source import Ssot
from validator.world import LiveJob

TODAY = DAY + timedelta(days=1)
NOW = et(TODAY, "20:00")
"""After the last schedule of the day, and its hour of grace."""
ACCOUNT = "validation-runner@league-project.iam.gserviceaccount.com"
SENDGRID_KEY = "SG.a-key-nobody-may-see"
GITHUB_TOKEN = "ghp-a-token-nobody-may-see"
WEBHOOK = "https://hooks.slack.com/services/T0AAA/B0BBB/nobodymaysee"
PING = "/3f1c-nobody-may-see"
MORE_CHECKS = {
    "service_health": {"class": "ServiceHealth"},
    "recent_errors": {"class": "LogRate"},
    "load_job_quota": {"class": "LoadJobQuota"},
}


class TokenFake(HttpFake):
    """Google's token endpoint: gives a token to whoever asks."""

    def answer(self, request: Request) -> Answer:
        """A token for an hour."""
        return Answer.of_json({"access_token": "a-token-nobody-may-see", "expires_in": 3600, "token_type": "Bearer"})


class ServicesFake(HttpFake):
    """The pipeline's services: each one's `/health` answers 200, or the status that a case gave it."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: dict[str, int] = {}

    def answer(self, request: Request) -> Answer:
        """`/NAME/health`."""
        return Answer(status=self.statuses.get(request.path.split("/")[1], 200))


@cache
def private_key() -> str:
    """A key to sign with."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form).decode()


@dataclass
class Cloud:
    """The place. A case changes it, then `look()`s."""

    world: LaidWorld
    tokens: TokenFake
    google: GoogleFake
    scheduler: SchedulerFake
    logging: LoggingFake
    github: GitHubFake
    sendgrid: SendGridFake
    heartbeat: HeartbeatFake
    services: ServicesFake
    settings: Settings
    patch: pytest.MonkeyPatch
    instead: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    """Adapters to put in place of the healthy ones, by the port's name; each is made from the backend."""

    @property
    def ssot(self) -> Ssot:
        """The source of truth as it is now."""
        return load(self.world.schemas)

    def set(self, **settings: Any) -> None:
        """Change settings."""
        self.settings = replace(self.settings, **settings)

    def job(self, schedule: str) -> dict[str, Any]:
        """Cloud Scheduler's job of a schedule."""
        name = f"{self.scheduler.parent}/jobs/{own_job_name(schedule)}"
        return next(job for job in self.scheduler.jobs if job["name"] == name)

    def look(self, seconds: float = 20.0, now: datetime = NOW) -> Report:
        """What the doctor says."""
        self.patch.setattr(compose, "GoogleBackend", backend_of(self))
        return examine(service(self.settings), now, seconds)


def backend_of(cloud: Cloud) -> type[GoogleBackend]:
    """The Google backend, its services at this place."""

    class Backend(GoogleBackend):
        def __init__(
            self, settings: Settings, ssot: Ssot, stack: ExitStack, measuring: Remaining, telling: Remaining
        ) -> None:
            super().__init__(replace(settings, github_host=cloud.github.url), ssot, stack, measuring, telling)
            self.laid = LocalBackend(settings, ssot, stack, measuring, telling)

        def at_hand(self, port: str, healthy: Callable[[], Any]) -> Any:
            """The adapter of a port: the case's, else the healthy one."""
            broken = cloud.instead.get(port)
            return healthy() if broken is None else broken(self)

        @cached_property
        def warehouse(self) -> Any:
            return self.at_hand("warehouse", lambda: self.laid.warehouse)

        @property
        def tables(self) -> Any:
            return self.at_hand("tables", lambda: self.laid.tables)

        @cached_property
        def documents(self) -> Any:
            return self.at_hand("documents", lambda: self.laid.documents)

        @cached_property
        def leases(self) -> Any:
            return self.at_hand("leases", lambda: self.laid.leases)

        @cached_property
        def queues(self) -> Any:
            return self.at_hand("queues", lambda: self.laid.queues)

        def may_pull(self, subscription: str) -> bool:
            return bool(self.at_hand("may_pull", lambda: self.laid).may_pull(subscription))

        @cached_property
        def services(self) -> Any:
            channel = self.stack.enter_context(grpc.insecure_channel(cloud.google.host))
            healthy = CloudRunServices(self.project, self.measuring, channel=channel)
            return self.at_hand("services", lambda: healthy)

        @cached_property
        def probes(self) -> Any:
            return self.at_hand("probes", lambda: CloudRunProbes(self.measuring, token=lambda audience: "a-token"))

        @cached_property
        def jobs(self) -> Any:
            host = cloud.scheduler.url
            return self.at_hand("jobs", lambda: self._rest(CloudSchedulerJobs, "us-west2", host=host))

        @cached_property
        def logs(self) -> Any:
            return self.at_hand("logs", lambda: self._rest(CloudLogs, host=cloud.logging.url))

        def _rest(self, adapter: Any, *more: str, host: str) -> Any:
            session = self.stack.enter_context(requests.Session())
            return adapter(self.project, *more, self.measuring, host=host, session=session)

    return Backend


@contextmanager
def healthy_cloud(world: LaidWorld, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """Everything as it should be, over a world that `lay` laid."""
    project = load(world.schemas).pipeline.project_id
    with ExitStack() as stack:
        enter = stack.enter_context
        tokens, heartbeat, services = enter(TokenFake()), enter(HeartbeatFake()), enter(ServicesFake())
        github = enter(GitHubFake(repository="example/league", token=GITHUB_TOKEN))
        sendgrid = enter(SendGridFake(key=SENDGRID_KEY))
        google = enter(GoogleFake())
        scheduler, logging = enter(SchedulerFake(project, "us-west2")), enter(LoggingFake(project))
        sendgrid.senders = {"validation@example.com": True}
        files = ["scrapers/box.py", "shared/clock.py", "predictions/worker/main.py"]
        github.commits.append(Commit(sha="c0ffee" + "0" * 34, committed_at=NOW, message="Begin", files=files))
        for name in ("scraper", "worker", "bare"):
            google.add_service(f"projects/{project}/locations/us-west2/services/{name}", uri=f"{services.url}/{name}")
        for job in declared_as_live(load(world.schemas)):
            scheduler.add(job)
        patch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(credentials(folder, tokens.url)))
        settings = replace(
            world.settings(),
            backend="gcp",
            sendgrid_key=SENDGRID_KEY,
            sendgrid_host=sendgrid.url,
            sender="validation@example.com",
            recipients=("on-call@example.com", "data@example.com"),
            slack_webhook=WEBHOOK,
            heartbeat_url=heartbeat.url + PING,
            github_token=GITHUB_TOKEN,
        )
        yield Cloud(
            world=world,
            tokens=tokens,
            google=google,
            scheduler=scheduler,
            logging=logging,
            github=github,
            sendgrid=sendgrid,
            heartbeat=heartbeat,
            services=services,
            settings=settings,
            patch=patch,
        )


def credentials(folder: Path, token_url: str) -> Path:
    """A service account's key file, whose tokens come from the fake."""
    shown: Mapping[str, str] = {
        "type": "service_account",
        "project_id": "league-project",
        "private_key_id": "1",
        "private_key": private_key(),
        "client_email": ACCOUNT,
        "client_id": "1",
        "token_uri": token_url,
    }
    path = folder / "credentials.json"
    path.write_text(json.dumps(shown))
    return path


def declared_as_live(ssot: Ssot) -> list[LiveJob]:
    """A live job for each schedule, just as it should be."""
    url, runner = function_url(ssot), ssot.pipeline.runner
    return [
        LiveJob(
            name=own_job_name(name),
            schedule=spec.cron,
            time_zone=spec.time_zone or ssot.pipeline.time_zone,
            state="ENABLED",
            uri=f"{url}?schedule={name}",
            method="POST",
            audience=url,
            account=service_account(ssot),
            attempt_deadline_seconds=runner.attempt_deadline_seconds,
            last_attempt=NOW - timedelta(hours=1),
            code=0,
        )
        for name, spec in ssot.schedules.items()
    ]


def lay(world: LaidWorld) -> None:
    """Services as they are declared, checks that ask all of them, and the scheduled runs of yesterday and today."""
    world.edit("checks.yaml", {"checks": MORE_CHECKS})
    lay_services(world)
    world.sql("UPDATE cloud_run.services SET health_status = 200")
    for name, topic in own_subscriptions(load(world.schemas)).items():
        push = function_url(load(world.schemas), DEAD_LETTER)
        world.sql(
            "INSERT INTO pubsub.subscriptions (subscription, topic, push_endpoint) VALUES (?, ?, ?)",
            [name, topic, push],
        )
    world.sql("INSERT INTO git.commits VALUES ('c0ffee00', ?, 'Begin', ['scrapers/box.py'])", [NOW - timedelta(days=1)])
    at = {"post_overnight": "06:00", "phase_triggers": "14:00", "evening": "18:00"}
    for day in (DAY, TODAY):
        for schedule, time in at.items():
            world.sql(
                "INSERT INTO ops.validation_runs (run_id, run_timestamp, check_type, schedule_name, trigger_source, status) "
                "VALUES (uuid(), ?, ?, ?, 'scheduler', 'OK')",
                [et(day, time) + timedelta(seconds=5), schedule, schedule],
            )
