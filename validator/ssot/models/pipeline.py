"""`pipeline.yaml`: where the pipeline lives, who runs it, what is generated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from validator.ssot.models.calendar import CalendarSpec
from validator.ssot.models.kinds import (
    Account,
    Email,
    FunctionName,
    GeneratedKind,
    Identifier,
    Matches,
    Memory,
    PlainVariable,
    Project,
    Region,
    RelativePath,
    Seconds,
    SecretName,
    SecretVariable,
)
from validator.ssot.models.ledgers import LedgerSpec
from validator.ssot.models.processors import DueSpec
from validator.ssot.reader import Rule


@dataclass(frozen=True, kw_only=True)
class ResultsSpec:
    """Where result tables live."""

    dataset: Identifier


@dataclass(frozen=True, kw_only=True)
class SourceSpec:
    """The pipeline's source repository, read for drift. Commits touching only `docs` are no drift."""

    github: Annotated[str, Rule("OWNER/NAME", Matches(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+"))]
    branch: str = "main"
    docs: tuple[str, ...] = ("docs/**", "**/*.md")


@dataclass(frozen=True, kw_only=True)
class RunnerSpec:
    """This service itself: how it is deployed and how long a run may take.

    `secrets` says which secret of Secret Manager holds a variable's value; `environment` holds what is no secret.
    """

    function: FunctionName = "validation-runner"
    region: Region | None = None
    service_account: Account | None = None
    memory: Memory = "512Mi"
    timeout_seconds: Seconds = 540
    attempt_deadline_seconds: Seconds = 540
    margin_seconds: Seconds = 60
    check_seconds: Seconds = 60
    workers: Annotated[int, Rule("1 to 64 workers", lambda value: 1 <= value <= 64)] = 32
    lease_seconds: Seconds = 30
    max_instances: Seconds = 3
    concurrency: Seconds = 1
    environment: Mapping[PlainVariable, str] = field(default_factory=dict)
    secrets: Mapping[SecretVariable, SecretName] = field(default_factory=dict)
    maximum_bytes_billed: Seconds = 20_000_000_000


@dataclass(frozen=True, kw_only=True)
class TellingSpec:
    """When people are told again, and when they are told less.

    A finding that stands is told again after `reminder_hours`. One that came or went `flapping_changes` times within `flapping_hours`
    is told as flapping, once. A channel takes `storm_messages` messages in short order, and one more every `hold_hours`; beyond that what
    is new waits (what is P1 until the last message is `hold_hours_critical` old), so that a flood becomes few messages with everything in
    them.
    """

    reminder_hours: Seconds = 72
    flapping_changes: Seconds = 4
    flapping_hours: Seconds = 24
    storm_messages: Seconds = 5
    hold_hours: Seconds = 6
    hold_hours_critical: Seconds = 1


@dataclass(frozen=True, kw_only=True)
class OwnerSpec:
    """Who owns something, and where they are told."""

    email: Email | None = None
    slack: str | None = None


@dataclass(frozen=True, kw_only=True)
class GeneratedSpec:
    """A file generated from the source of truth; its path is below the root of the checkout it is generated into.

    For `json_schema` the path is a folder. `processor_list` is a list inside other code: compared, never written.
    """

    kind: GeneratedKind
    path: RelativePath


@dataclass(frozen=True, kw_only=True)
class PipelineSpec:
    """`pipeline.yaml`."""

    name: str
    project_id: Project
    location: str = "US"
    time_zone: str
    calendar: CalendarSpec
    results: ResultsSpec
    source: SourceSpec | None = None
    runner: RunnerSpec = field(default_factory=RunnerSpec)
    telling: TellingSpec = TellingSpec()
    owners: Mapping[str, OwnerSpec] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    processor_schedules: Mapping[str, DueSpec] = field(default_factory=dict)
    ledgers: tuple[LedgerSpec, ...] = ()
    generated: tuple[GeneratedSpec, ...] = ()
    version: str = "1.0"
