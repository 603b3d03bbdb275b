"""What the files of `schemas/` may hold: one dataclass a shape. The annotations are the rules; the reader applies them.

Times of day are local to the pipeline's zone; `due_days` counts days after the date the data is for.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from validator.clock import Cron, days
from validator.ssot.reader import TIME_OF_DAY, Rule
from validator.status import Severity


class Matches:
    """Whether a text is of a pattern, as a whole; the pattern is there to be shown."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._compiled = re.compile(pattern)

    def __call__(self, text: str) -> bool:
        """The answer for this text."""
        return self._compiled.fullmatch(text) is not None


def _is_cron(text: str) -> bool:
    try:
        cron = Cron.parse(text)
    except ValueError:
        return False
    return any(map(cron.fires_on, days(date(2024, 1, 1), date(2027, 12, 31))))


def _positive(value: float) -> bool:
    return 0 < value < math.inf


Identifier = Annotated[str, Rule("a name of letters, digits and _", Matches(r"[A-Za-z_][A-Za-z0-9_]{0,299}"))]
TableName = Annotated[
    str, Rule("a table, or dataset.table", Matches(r"([A-Za-z_][A-Za-z0-9_]*\.)?[A-Za-z_][A-Za-z0-9_$]*"))
]
FullTable = Annotated[str, Rule("dataset.table", Matches(r"[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*"))]
Project = Annotated[str, Rule("a project id", Matches(r"[a-z][a-z0-9.:-]{2,61}[a-z0-9]"))]
Resource = Annotated[
    str, Rule("a resource name of letters, digits, - and _", Matches(r"[A-Za-z][A-Za-z0-9_.~+%-]{0,254}"))
]
Name = Annotated[str, Rule("a name of lower-case letters, digits and _", Matches(r"[a-z][a-z0-9_]{0,99}"))]
TimeOfDay = Annotated[str, TIME_OF_DAY]
MonthDay = Annotated[str, Rule("a day of the year, MM-DD", Matches(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"))]
CronText = Annotated[str, Rule("a cron expression of five fields that fires some day", _is_cron)]
Above0 = Annotated[float, Rule("a number above 0", _positive)]
Count = Annotated[int, Rule("a whole number of 0 or more", lambda value: value >= 0)]
Seconds = Annotated[int, Rule("a number of seconds above 0", _positive)]
Share = Annotated[float, Rule("a share above 0 and at most 1", lambda value: 0 < value <= 1)]
Email = Annotated[str, Rule("an e-mail address", Matches(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+"))]
RelativePath = Annotated[
    str,
    Rule(
        "a path below the root, no part of which begins with a dot",
        Matches(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*"),
    ),
]
Day = Literal["target", "today", "yesterday"]
GeneratedKind = Literal[
    "orchestration_config",
    "processor_list",
    "monitoring_sql",
    "dashboard_overview",
    "dashboard_health",
    "diagram",
    "scheduler_jobs",
    "absence_alerts",
    "check_reference",
    "processor_registry",
    "json_schema",
]


# pipeline.yaml


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
    """This service itself: how it is deployed and how long a run may take."""

    function: Resource = "validation-runner"
    region: str | None = None
    service_account: str | None = None
    memory: str = "512Mi"
    timeout_seconds: Seconds = 540
    attempt_deadline_seconds: Seconds = 540
    margin_seconds: Seconds = 60
    check_seconds: Seconds = 60
    workers: Annotated[int, Rule("1 to 64 workers", lambda value: 1 <= value <= 64)] = 32
    lease_seconds: Seconds = 30
    max_instances: Seconds = 3
    maximum_bytes_billed: Seconds = 20_000_000_000


@dataclass(frozen=True, kw_only=True)
class OwnerSpec:
    """Who owns something, and where they are told."""

    email: Email | None = None
    slack: str | None = None


@dataclass(frozen=True, kw_only=True)
class StatusColumn:
    """The column that says how far an event is, and the values that mean each stage."""

    column: Identifier
    scheduled: tuple[int | str, ...]
    running: tuple[int | str, ...] = ()
    final: tuple[int | str, ...]
    postponed: tuple[int | str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HaltSpec:
    """A table with a row per date that says when part of the pipeline stands still on purpose.

    `where` names the rows that speak of this pipeline, where the table also holds others'.
    """

    table: FullTable
    date: Identifier
    active: Identifier
    reason: Identifier
    phases: tuple[int, ...] = ()
    where: Mapping[Identifier, bool | int | str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PlannedSpec:
    """A table in which the pipeline itself plans what each date owes: a row per date and output, which is named like the table it fills.

    `due` is the column with the instant until which it is expected; a status in `excused` owes nothing. `where` as for a halt.
    """

    table: FullTable
    date: Identifier
    output: Identifier
    due: Identifier
    status: Identifier
    excused: tuple[str, ...] = ()
    where: Mapping[Identifier, bool | int | str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SeasonSpec:
    """The part of the year outside of which no events are expected; both days belong to it, and it may span the new year."""

    starts: MonthDay
    ends: MonthDay

    def contains(self, day: date) -> bool:
        """Whether a day lies in it."""
        text = f"{day:%m-%d}"
        if self.starts <= self.ends:
            return self.starts <= text <= self.ends
        return text >= self.starts or text <= self.ends


@dataclass(frozen=True, kw_only=True)
class CalendarSpec:
    """On which days something is expected: on days with events of a table, on weekdays, or daily.

    `settled_by` is the local time of the next day by which every event's outcome should be known; `starts` is the column with the
    instant an event begins.
    """

    kind: Literal["events", "weekdays", "daily"]
    table: FullTable | None = None
    date: Identifier | None = None
    key: tuple[Identifier, ...] = ()
    version: Identifier | None = None
    starts: Identifier | None = None
    status: StatusColumn | None = None
    final_needs: tuple[Identifier, ...] = ()
    participants: tuple[Identifier, ...] = ()
    event: str = "event"
    count_where: Mapping[Identifier, bool | int | str] = field(default_factory=dict)
    bootstrap_days: Count = 14
    break_days: Count = 5
    settled_by: TimeOfDay = "06:00"
    season: SeasonSpec | None = None
    halt: HaltSpec | None = None
    planned: PlannedSpec | None = None


@dataclass(frozen=True, kw_only=True)
class DueSpec:
    """When the data of a processor schedule is due: at a local time, days after the date, on which days."""

    due: TimeOfDay
    due_days: Count = 0
    days: Literal["events", "daily", "weekdays"] = "events"


@dataclass(frozen=True, kw_only=True)
class StatusWords:
    """Which words of a ledger's status column mean what."""

    success: tuple[str, ...] = ("success", "partial")
    failure: tuple[str, ...] = ("failed",)
    no_data: tuple[str, ...] = ("no_data",)


@dataclass(frozen=True, kw_only=True)
class PhantomSpec:
    """How to know a row that a sweeper turned into a failure: this column contains this text."""

    column: Identifier
    contains: str


@dataclass(frozen=True, kw_only=True)
class LedgerSpec:
    """A table in which runs are logged, and what its columns are called. `window` is its partition column; `ended` is NULL while a run lasts."""

    name: Name
    table: FullTable
    subject: Identifier
    run: Identifier
    status: Identifier
    started: Identifier
    ended: Identifier | None = None
    date: Identifier
    window: Identifier
    window_type: Literal["date", "timestamp"] = "date"
    records: Identifier | None = None
    error: Identifier | None = None
    words: StatusWords = StatusWords()
    phantom: PhantomSpec | None = None
    benign: Mapping[Identifier, str] = field(default_factory=dict)


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
    runner: RunnerSpec = RunnerSpec()
    owners: Mapping[str, OwnerSpec] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    processor_schedules: Mapping[str, DueSpec] = field(default_factory=dict)
    ledgers: tuple[LedgerSpec, ...] = ()
    generated: tuple[GeneratedSpec, ...] = ()
    version: str = "1.0"


# processors/*.yaml


@dataclass(frozen=True, kw_only=True)
class ProcessorSpec:
    """A processor of a phase. Only the name is required. `due` is its own deadline, where that is not its schedule's."""

    name: Identifier
    class_: Identifier | None = None
    target_table: TableName | None = None
    schedule: str | None = None
    required: bool = True
    description: str = ""
    dependencies: tuple[str, ...] = ()
    estimated_runtime_minutes: Above0 | None = None
    owner: str | None = None
    notes: str = ""
    aliases: tuple[str, ...] = ()
    formerly: tuple[str, ...] = ()
    due: DueSpec | None = None


@dataclass(frozen=True, kw_only=True)
class OrchestrationSpec:
    """When a phase hands over to the next. The time-out counts from the first completion."""

    expected_count: Count | None = None
    trigger_mode: Literal["all_complete", "majority", "any_complete"] = "all_complete"
    majority_threshold: Share = 0.8
    timeout_minutes: Above0 = 30
    enable_deadline_monitoring: bool = True


@dataclass(frozen=True, kw_only=True)
class MonitoringSpec:
    """How a phase is watched. `alert_on_failure: false` = stored, not told."""

    enable_completion_tracking: bool = True
    enable_performance_tracking: bool = True
    alert_on_failure: bool = True
    alert_channel: str | None = None


@dataclass(frozen=True, kw_only=True)
class ModeSpec:
    """What a phase owes in one mode, and until when."""

    expect: Literal["all"] | tuple[str, ...] = "all"
    due: TimeOfDay | None = None
    due_days: Count | None = None


@dataclass(frozen=True, kw_only=True)
class CompletionSpec:
    """Where a phase's completion is read and when it is due. `next` names the phase it hands over to."""

    source: Literal["firestore", "run_history", "rows"]
    collection: str | None = None
    due: TimeOfDay = "06:00"
    due_days: Count = 1
    modes: Mapping[Literal["overnight", "same_day", "tomorrow"], ModeSpec] = field(default_factory=dict)
    next: int | None = None


@dataclass(frozen=True, kw_only=True)
class PhaseSpec:
    """`processors/*.yaml`: one phase."""

    phase: Count
    phase_name: Name
    dataset: Identifier
    critical_processors: tuple[ProcessorSpec, ...]
    supplementary_processors: tuple[ProcessorSpec, ...] = ()
    schedule: str | None = None
    orchestration: OrchestrationSpec = OrchestrationSpec()
    monitoring: MonitoringSpec = MonitoringSpec()
    completion: CompletionSpec | None = None
    version: str = "1.0"


# infrastructure/*.yaml


@dataclass(frozen=True, kw_only=True)
class ExpectSpec:
    """How many rows a table owes: per finished event or per day, and when they are due.

    `participants` are the columns that hold the participants of an event; with them a missing event is found by name.
    """

    per: Literal["event", "day"]
    rows: Above0
    due: TimeOfDay
    due_days: Count = 1
    participants: tuple[Identifier, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DisabledSource:
    """A table whose source is switched off on purpose, why, and since when."""

    disabled: str
    since: date


@dataclass(frozen=True, kw_only=True)
class KnownGap:
    """Days of a table that are known to be missing. After `until` they count again."""

    from_: date
    to: date
    reason: str
    until: date
    by: str


@dataclass(frozen=True, kw_only=True)
class TableSpec:
    """A table. `date` is the column with the date its rows are for, by default the partition column.

    `samples` are plausible values of a column, for made-up rows: the n-th row of a day takes the n-th value, over and over.
    """

    name: Identifier
    description: str = ""
    partitioned_by: str | None = None
    clustered_by: tuple[Identifier, ...] = ()
    date: Identifier | None = None
    requires_partition_filter: bool = False
    retention_days: Seconds | None = None
    expect: ExpectSpec | None = None
    backfill: str = ""
    owner: str | None = None
    source: Literal["enabled"] | DisabledSource = "enabled"
    known_gaps: tuple[KnownGap, ...] = ()
    formerly: tuple[str, ...] = ()
    columns: Mapping[Identifier, str] = field(default_factory=dict)
    samples: Mapping[Identifier, tuple[bool | int | float | str | None, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DatasetSpec:
    """A dataset and its tables."""

    name: Identifier
    description: str = ""
    location: str | None = None
    tables: tuple[TableSpec, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TablesFile:
    """`infrastructure/bigquery_tables.yaml`."""

    datasets: tuple[DatasetSpec, ...]
    version: str = "1.0"
    project_id: Project | None = None


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


# checks.yaml, schedules.yaml, silences.yaml, validation_results.yaml


@dataclass(frozen=True, kw_only=True)
class LimitsSpec:
    """When a value is WARN and when FAIL: a comparison such as `"> 5"`, or a list of states and comparisons."""

    warn: str | tuple[str, ...] | None = None
    fail: str | tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class CheckSpec:
    """A named check: a check class with parameters, limits, severity and owner.

    `limits_from` says where its limits come from, `record` which incidents it is there for: both stand in the check reference.
    """

    class_: Identifier
    parameters: Mapping[str, Any] = field(default_factory=dict)
    limits: LimitsSpec = LimitsSpec()
    severity: Severity = Severity.P2_HIGH
    category: str = "pipeline"
    owner: str | None = None
    runbook: str | None = None
    date: Day = "target"
    remedy: str | None = None
    description: str = ""
    limits_from: str = ""
    record: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChecksFile:
    """`checks.yaml`."""

    checks: Mapping[Name, CheckSpec]
    version: str = "1.0"


@dataclass(frozen=True, kw_only=True)
class ScheduleSpec:
    """When which checks run, for which date, and whether a message always goes out.

    An item of `checks` is a check's name, or `{name: today}` to set the target date for that check alone.
    """

    cron: CronText
    target_date: Literal["today", "yesterday"]
    notify: Literal["always", "change", "never"] = "change"
    checks: tuple[str | Mapping[str, Literal["today", "yesterday"]], ...]
    time_zone: str | None = None
    tell: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class SchedulesFile:
    """`schedules.yaml`."""

    schedules: Mapping[Name, ScheduleSpec]
    version: str = "1.0"


@dataclass(frozen=True, kw_only=True)
class SilenceSpec:
    """An accepted finding: which check and subject, why, who said so, and until when."""

    check: Name
    subject: str | None = None
    reason: str
    author: str
    until: date


@dataclass(frozen=True, kw_only=True)
class SilencesFile:
    """`silences.yaml`."""

    silences: tuple[SilenceSpec, ...] = ()
    version: str = "1.0"


@dataclass(frozen=True, kw_only=True)
class ColumnSpec:
    """A column of a result table."""

    name: Identifier
    type: Literal["STRING", "TIMESTAMP", "DATE", "INT64", "FLOAT64", "BOOL", "JSON"]
    mode: Literal["NULLABLE", "REQUIRED"] = "NULLABLE"
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class ResultTableSpec:
    """A table that this service creates: columns in order, partition, clustering. A view has `query` instead of columns."""

    name: Identifier
    description: str = ""
    partitioned_by: str | None = None
    clustered_by: tuple[Identifier, ...] = ()
    columns: tuple[ColumnSpec, ...] = ()
    query: str | None = None


@dataclass(frozen=True, kw_only=True)
class ResultTablesFile:
    """`validation_results.yaml`."""

    tables: tuple[ResultTableSpec, ...]
    version: str = "1.0"
