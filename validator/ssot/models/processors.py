"""`processors/*.yaml`: phases and their processors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from validator.ssot.models.kinds import Above0, Count, Identifier, Name, Share, TableName, TimeOfDay


@dataclass(frozen=True, kw_only=True)
class DueSpec:
    """When the data of a processor schedule is due: at a local time, days after the date, on which days."""

    due: TimeOfDay
    due_days: Count = 0
    days: Literal["events", "daily", "weekdays"] = "events"


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
