"""`checks.yaml`, `schedules.yaml` and `silences.yaml`: what is asked, when, and what is accepted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from validator.ssot.models.kinds import CronText, Day, Identifier, Name
from validator.status import Severity


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
    """Accepted findings: which check and subject (`*` stands for any text), why, who said so, and the last day on which it counts.

    `since` is the day on which it was made. It ends early when the finding gets worse; with `since` also when it clears.
    """

    check: str
    subject: str | None = None
    reason: str
    author: str
    until: date
    since: date | None = None


@dataclass(frozen=True, kw_only=True)
class SilencesFile:
    """`silences.yaml`."""

    silences: tuple[SilenceSpec, ...] = ()
    version: str = "1.0"
