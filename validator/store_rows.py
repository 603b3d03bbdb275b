"""A run and its results as rows, and back. Rows of an older runner, with fewer columns, can be read too."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from validator.clock import rfc3339
from validator.results import Delivery, Result, Run
from validator.status import RunStatus, Severity, Status
from validator.world import Row


def as_json_text(value: Any) -> str:
    """JSON for a table: text that no table can hold (lone surrogates, NUL) is replaced, numbers that JSON lacks become null."""
    return json.dumps(_clean(value), ensure_ascii=False, default=str, allow_nan=False)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {_clean(str(key)): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


def run_row(run: Run) -> dict[str, Any]:
    """The run as a row of `validation_runs`."""
    return {
        "run_id": run.run_id,
        "run_timestamp": rfc3339(run.run_timestamp),
        "check_type": run.check_type,
        "trigger_source": run.trigger_source,
        "schedule_name": run.schedule_name,
        "status": run.status.value,
        "message": run.message,
        "duration_ms": run.duration_ms,
        "checks_passed": run.count(Status.PASS),
        "checks_warned": run.count(Status.WARN),
        "checks_failed": run.count(Status.FAIL),
        "checks_skipped": run.count(Status.SKIP),
        "checks_errored": run.count(Status.ERROR),
        "target_date": run.target_date.isoformat(),
        "details": as_json_text(dict(run.details)),
    }


def result_row(result: Result) -> dict[str, Any]:
    """The result as a row of `validation_check_results`."""
    row = result.body()
    return {
        **{key: row[key] for key in row if key not in ("remedy", "details")},
        "run_id": result.run_id,
        "check_timestamp": rfc3339(result.check_timestamp),
        "details": as_json_text(row["details"]),
        "fingerprint": result.fingerprint,
        "bytes_billed": result.bytes_billed,
    }


def run_of(row: Row, results: Sequence[Result], told: tuple[str, ...]) -> Run:
    """A run from its row. Rows of an older runner, with fewer columns, can be read too."""
    return Run(
        run_id=row["run_id"],
        check_type=row["check_type"],
        schedule_name=row.get("schedule_name") or row["check_type"],
        target_date=row.get("target_date") or row["run_timestamp"].date(),
        status=_member(RunStatus, row["status"], RunStatus.ERROR),
        message=row.get("message") or "",
        trigger_source=row.get("trigger_source") or "",
        run_timestamp=row["run_timestamp"],
        duration_ms=row.get("duration_ms") or 0,
        results=tuple(results),
        details=_object(row.get("details")),
        stored_counts={status: row.get(column) or 0 for status, column in _COUNT_COLUMNS.items()},
        delivery=Delivery(stored=True, sent=told),
    )


_COUNT_COLUMNS = {
    Status.PASS: "checks_passed",
    Status.WARN: "checks_warned",
    Status.FAIL: "checks_failed",
    Status.SKIP: "checks_skipped",
    Status.ERROR: "checks_errored",
}


def result_of(row: Row) -> Result:
    """A result from its row."""
    details = _object(row.get("details"))
    return Result(
        result_id=row["result_id"],
        run_id=row["run_id"],
        check_timestamp=row["check_timestamp"],
        check_name=row["check_name"],
        check_category=row.get("check_category") or "",
        subject=row.get("subject") or "",
        status=_member(Status, row["status"], Status.ERROR),
        severity=_member(Severity, row.get("severity"), Severity.P3_MEDIUM),
        message=row.get("message") or "",
        target_date=row.get("target_date") or row["check_timestamp"].date(),
        fingerprint=row.get("fingerprint") or "",
        expected_value=row.get("expected_value"),
        actual_value=row.get("actual_value"),
        threshold=row.get("threshold"),
        target_table=row.get("target_table"),
        affected_records=row.get("affected_records"),
        remedy=str(details.get("remedy") or ""),
        evidence=_object(details.get("evidence")),
        duration_ms=row.get("duration_ms") or 0,
        bytes_billed=row.get("bytes_billed") or 0,
    )


def _member(kind: Any, value: Any, otherwise: Any) -> Any:
    return kind(value) if value in [member.value for member in kind] else otherwise


def _object(text: Any) -> dict[str, Any]:
    try:
        value = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
