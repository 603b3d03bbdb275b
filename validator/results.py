"""What a run produces: results, the run, and how its delivery went. Plain values; how they look elsewhere is decided elsewhere."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from validator.clock import rfc3339
from validator.status import RunStatus, Severity, Status


def fingerprint(check_name: str, subject: str) -> str:
    """Names a problem across runs: 16 hex digits of check and subject; no measured value, no date."""
    return hashlib.sha256(f"{check_name}\0{subject}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def result_id(run_id: str, check_name: str, subject: str) -> str:
    """Names a result: the same run, check and subject give the same id."""
    name = f"{check_name}|{subject}".encode("utf-8", "backslashreplace").decode()
    return str(uuid.uuid5(uuid.UUID(run_id), name))


@dataclass(frozen=True, kw_only=True)
class Result:
    """One check, one subject, of one run."""

    result_id: str
    run_id: str
    check_timestamp: datetime
    check_name: str
    check_category: str
    subject: str
    status: Status
    severity: Severity
    message: str
    target_date: date
    fingerprint: str
    expected_value: str | None = None
    actual_value: str | None = None
    threshold: float | None = None
    target_table: str | None = None
    affected_records: int | None = None
    remedy: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    duration_ms: int = 0
    bytes_billed: int = 0

    def body(self) -> dict[str, Any]:
        """The result as an answer shows it."""
        return {
            "result_id": self.result_id,
            "check_name": self.check_name,
            "check_category": self.check_category,
            "subject": self.subject,
            "status": self.status.value,
            "severity": self.severity.value,
            "message": self.message,
            "expected_value": self.expected_value,
            "actual_value": self.actual_value,
            "threshold": self.threshold,
            "target_date": self.target_date.isoformat(),
            "target_table": self.target_table,
            "affected_records": self.affected_records,
            "remedy": self.remedy,
            "details": {"remedy": self.remedy, "evidence": dict(self.evidence)},
            "duration_ms": self.duration_ms,
        }


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Whether the run is stored, which channels were told, and what went wrong with either; `quiet` says why nobody was told."""

    stored: bool = False
    sent: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    quiet: str = ""

    def body(self) -> dict[str, Any]:
        """The delivery as an answer shows it."""
        return {"stored": self.stored, "sent": list(self.sent), "problems": list(self.problems)}


@dataclass(frozen=True, kw_only=True)
class Run:
    """One execution of a schedule for one target date."""

    run_id: str
    check_type: str
    schedule_name: str
    target_date: date
    status: RunStatus
    message: str
    trigger_source: str
    run_timestamp: datetime
    duration_ms: int
    results: tuple[Result, ...]
    details: Mapping[str, Any] = field(default_factory=dict)
    replayed: bool = False
    dry_run: bool = False
    delivery: Delivery = Delivery()
    stored_counts: Mapping[Status, int] = field(default_factory=dict)
    """Counts of a run whose results were not read with it."""

    def count(self, status: Status) -> int:
        """How many results have that status."""
        return self.counts[status]

    @property
    def counts(self) -> Counter[Status]:
        """Results by status."""
        if not self.results and self.stored_counts:
            return Counter(self.stored_counts)
        return Counter(result.status for result in self.results)

    def body(self) -> dict[str, Any]:
        """The run as an answer shows it."""
        counts = self.counts
        return {
            "run_id": self.run_id,
            "check_type": self.check_type,
            "schedule_name": self.schedule_name,
            "target_date": self.target_date.isoformat(),
            "status": self.status.value,
            "message": self.message,
            "trigger_source": self.trigger_source,
            "run_timestamp": rfc3339(self.run_timestamp),
            "duration_ms": self.duration_ms,
            "replayed": self.replayed,
            "checks_passed": counts[Status.PASS],
            "checks_warned": counts[Status.WARN],
            "checks_failed": counts[Status.FAIL],
            "checks_skipped": counts[Status.SKIP],
            "checks_errored": counts[Status.ERROR],
            "results": [result.body() for result in self.results],
            "delivery": self.delivery.body(),
        }
