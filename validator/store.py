"""The result store: a run and its results are written once, all or nothing; and read back.

One script of BigQuery SQL does the writing, under a key made of the run's id; the columns come from the source of truth.
"""

import json
import math
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from validator.clock import rfc3339
from validator.errors import ServiceError
from validator.results import Delivery, Result, Run
from validator.ssot.models import ColumnSpec
from validator.ssot.source import Ssot
from validator.status import RunStatus, Severity, Status
from validator.store_ports import Scripts
from validator.world import Query, Row, Value, Warehouse

RUNS = "validation_runs"
RESULTS = "validation_check_results"
ALERTS = "validation_alerts"
LOOK_BACK_DAYS = 400

_CASTS: Mapping[str, str] = {
    "STRING": "{value}",
    "JSON": "PARSE_JSON({value})",
    "TIMESTAMP": "CAST({value} AS TIMESTAMP)",
    "DATE": "CAST({value} AS DATE)",
    "INT64": "CAST({value} AS INT64)",
    "FLOAT64": "CAST({value} AS FLOAT64)",
    "BOOL": "CAST({value} AS BOOL)",
}


class ResultStore:
    """Writes and reads runs. Every method may raise ServiceError."""

    def __init__(self, ssot: Ssot, warehouse: Warehouse, scripts: Scripts) -> None:
        self.ssot = ssot
        self.warehouse = warehouse
        self.scripts = scripts
        self.tables = {table.name: table for table in ssot.result_tables}

    def save(self, run: Run) -> bool:
        """Write a run and its results. True when this call wrote them, False when they were there already."""
        inserts = [self._insert(RUNS, "runs"), self._insert(RESULTS, "results")]
        rows = {"runs": _json([run_row(run)]), "results": _json([result_row(result) for result in run.results])}
        return self.scripts.run_once(f"store_{run.run_id}", _transaction(inserts), rows)

    def record_told(self, run: Run, channel: str, at: datetime, subject: str) -> None:
        """Record that a channel accepted the run's message."""
        row = {
            "alert_id": str(uuid.uuid5(uuid.UUID(run.run_id), f"told|{channel}")),
            "alert_timestamp": rfc3339(at),
            "run_id": run.run_id,
            "severity": run.status.value,
            "channel": channel,
            "message": subject,
            "status": "sent",
        }
        self.scripts.run_once(
            f"told_{run.run_id}_{channel}", _transaction([self._insert(ALERTS, "alerts")]), {"alerts": _json([row])}
        )

    def find(self, run_id: str, now: datetime) -> Run | None:
        """The stored run with its results, and whom it was told to; None when there is none."""
        span: dict[str, Value] = {
            "run_id": run_id,
            "first": now - timedelta(days=LOOK_BACK_DAYS),
            "last": now + timedelta(days=LOOK_BACK_DAYS),
        }
        rows = self._ask(
            f"SELECT * FROM {self._table(RUNS)} WHERE run_id = @run_id AND run_timestamp BETWEEN @first AND @last", span
        )
        if not rows:
            return None
        run_row_ = rows[0]
        at = run_row_["run_timestamp"]
        near: dict[str, Value] = {"run_id": run_id, "first": at - timedelta(days=1), "last": at + timedelta(days=1)}
        results = self._ask(
            f"SELECT * FROM {self._table(RESULTS)} WHERE run_id = @run_id AND check_timestamp BETWEEN @first AND @last",
            near,
        )
        told = self.told(run_id, at)
        run = run_of(
            run_row_, sorted((result_of(row) for row in results), key=lambda r: (r.check_name, r.subject)), told
        )
        counted = sum(run.stored_counts.values())
        if len(results) >= counted:
            return run
        lost = f"{RESULTS} has {len(results)} of the {counted} results of this run: someone changed it"
        return replace(run, delivery=replace(run.delivery, problems=(lost,)))

    def told(self, run_id: str, run_timestamp: datetime) -> tuple[str, ...]:
        """The channels that accepted the run's message."""
        span: dict[str, Value] = {
            "run_id": run_id,
            "first": run_timestamp - timedelta(days=1),
            "last": run_timestamp + timedelta(days=30),
        }
        sql = f"SELECT channel FROM {self._table(ALERTS)} WHERE run_id = @run_id AND status = 'sent' AND alert_timestamp BETWEEN @first AND @last"
        return tuple(sorted({str(row["channel"]) for row in self._ask(sql, span)}))

    def newest(
        self,
        now: datetime,
        *,
        schedule: str | None = None,
        day: date | None = None,
        status: str | None = None,
        limit: int = 50,
    ) -> list[Run]:
        """The newest runs, without their results, newest first."""
        span: dict[str, Value] = {
            "first": now - timedelta(days=LOOK_BACK_DAYS),
            "last": now + timedelta(days=LOOK_BACK_DAYS),
        }
        where = ["run_timestamp BETWEEN @first AND @last"]
        wanted: Sequence[tuple[str, Value | None]] = (
            ("schedule_name", schedule),
            ("target_date", day),
            ("status", status),
        )
        for column, value in wanted:
            if value is not None:
                where.append(f"{column} = @{column}")
                span[column] = value
        sql = f"SELECT * FROM {self._table(RUNS)} WHERE {' AND '.join(where)} ORDER BY run_timestamp DESC LIMIT {int(limit)}"
        return [run_of(row, [], ()) for row in self._ask(sql, span)]

    def row_counts(self, run_id: str) -> Mapping[str, tuple[int, int]]:
        """Per result table: rows of this run, and rows in all."""
        counts = {}
        for table, stamp in ((RUNS, "run_timestamp"), (RESULTS, "check_timestamp")):
            sql = f"SELECT COUNTIF(run_id = @run_id) AS of_run, COUNT(*) AS in_all FROM {self._table(table)} WHERE {stamp} >= @first"
            row = self._ask(sql, {"run_id": run_id, "first": datetime(2000, 1, 1, tzinfo=UTC)})[0]
            counts[table] = (int(row["of_run"]), int(row["in_all"]))
        return counts

    def _ask(self, sql: str, parameters: Mapping[str, Value]) -> Sequence[Row]:
        return self.warehouse.query(Query(sql=sql, parameters=parameters), {"purpose": "store"}).rows

    def _table(self, name: str) -> str:
        return f"`{self.ssot.pipeline.project_id}.{self.ssot.results_dataset}.{name}`"

    def _insert(self, name: str, parameter: str) -> str:
        if name not in self.tables:
            raise ServiceError("the result store", f"the source of truth declares no table {name}")
        columns = self.tables[name].columns
        names = ", ".join(column.name for column in columns)
        values = ", ".join(_value(column) for column in columns)
        return f"INSERT INTO {self._table(name)} ({names}) SELECT {values} FROM UNNEST(JSON_QUERY_ARRAY(@{parameter})) AS r"


def _transaction(statements: Iterable[str]) -> str:
    return "BEGIN TRANSACTION;\n" + "".join(f"{statement};\n" for statement in statements) + "COMMIT TRANSACTION;"


def _value(column: ColumnSpec) -> str:
    return _CASTS[column.type].format(value=f"JSON_VALUE(r, '$.{column.name}')")


def _json(value: Any) -> str:
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
        "details": _json(dict(run.details)),
    }


def result_row(result: Result) -> dict[str, Any]:
    """The result as a row of `validation_check_results`."""
    row = result.body()
    return {
        **{key: row[key] for key in row if key not in ("remedy", "details")},
        "run_id": result.run_id,
        "check_timestamp": rfc3339(result.check_timestamp),
        "details": _json(row["details"]),
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
