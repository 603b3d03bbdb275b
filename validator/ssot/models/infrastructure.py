"""The other files of `infrastructure/`: services, topics and subscriptions, scheduler jobs."""

from dataclasses import dataclass
from typing import Annotated, Literal

from validator.ssot.models.kinds import Count, CronText, Resource, Seconds
from validator.ssot.reader import Rule
from validator.status import Severity


@dataclass(frozen=True, kw_only=True)
class ServiceSpec:
    """A Cloud Run service: the source paths it is built from, how much it matters, and how it is deployed."""

    name: Resource
    region: str | None = None
    paths: tuple[str, ...] = ()
    priority: Literal["P0", "P1", "P2", "P3"] = "P2"
    deploy: str = ""
    owner: str | None = None
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class ServicesFile:
    """`infrastructure/cloud_run_services.yaml`."""

    services: tuple[ServiceSpec, ...]
    version: str = "1.0"


@dataclass(frozen=True, kw_only=True)
class SubscriptionSpec:
    """A subscription, where its undeliverable messages go, and after how many attempts."""

    name: Resource
    dead_letter_topic: Resource | None = None
    max_delivery_attempts: Annotated[int, Rule("5 to 100 attempts", lambda value: 5 <= value <= 100)] | None = None
    severity: Severity | None = None
    phase: int | None = None
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class TopicSpec:
    """A topic and its subscriptions; `dead_letter` marks one that receives undeliverable messages. `pushes` is how many subscriptions may push
    its messages somewhere, also those with generated names: one more, and each message is worked on twice.
    """

    name: Resource
    subscriptions: tuple[Resource | SubscriptionSpec, ...] = ()
    dead_letter: bool = False
    pushes: Count | None = None
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class TopicsFile:
    """`infrastructure/pubsub_topics.yaml`."""

    topics: tuple[Resource | TopicSpec, ...]
    version: str = "1.0"


@dataclass(frozen=True, kw_only=True)
class JobSpec:
    """A Cloud Scheduler job of the pipeline."""

    name: Resource
    schedule: CronText
    time_zone: str | None = None
    uri: str | None = None
    audience: str | None = None
    attempt_deadline_seconds: Seconds | None = None
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class JobsFile:
    """`infrastructure/scheduler_jobs.yaml`."""

    jobs: tuple[JobSpec, ...]
    version: str = "1.0"
