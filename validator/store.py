"""The result store: a run and its results are written once, all or nothing; and read back.

One script of BigQuery SQL does the writing, under a key made of the run's id; the columns come from the source of truth.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from validator.errors import ServiceError
from validator.results import Result, Run
from validator.ssot.models.tables import ColumnSpec
from validator.ssot.source import Ssot
from validator.store_ports import Scripts
from validator.store_rows import as_json_text, result_of, result_row, run_of, run_row
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
        rows = {
            "runs": as_json_text([run_row(run)]),
            "results": as_json_text([result_row(result) for result in run.results]),
        }
        return self.scripts.run_once(f"store_{run.run_id}", transaction(inserts), rows)

    def append(self, key: str, table: str, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Add rows to a result table, once for that key. True when this call added them."""
        return self.scripts.run_once(key, transaction([self._insert(table, "rows")]), {"rows": as_json_text(rows)})

    def find(self, run_id: str, now: datetime) -> Run | None:
        """The stored run with its results, and whom it was told to; None when there is none."""
        span: dict[str, Value] = {
            "run_id": run_id,
            "first": now - timedelta(days=LOOK_BACK_DAYS),
            "last": now + timedelta(days=LOOK_BACK_DAYS),
        }
        rows = self.ask(
            f"SELECT * FROM {self.table(RUNS)} WHERE run_id = @run_id AND run_timestamp BETWEEN @first AND @last", span
        )
        if not rows:
            return None
        run_row_ = rows[0]
        at = run_row_["run_timestamp"]
        near: dict[str, Value] = {"run_id": run_id, "first": at - timedelta(days=1), "last": at + timedelta(days=1)}
        results = self.ask(
            f"SELECT * FROM {self.table(RESULTS)} WHERE run_id = @run_id AND check_timestamp BETWEEN @first AND @last",
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
        sql = f"SELECT channel FROM {self.table(ALERTS)} WHERE run_id = @run_id AND status = 'sent' AND alert_timestamp BETWEEN @first AND @last"
        return tuple(sorted({str(row["channel"]) for row in self.ask(sql, span)}))

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
        sql = f"SELECT * FROM {self.table(RUNS)} WHERE {' AND '.join(where)} ORDER BY run_timestamp DESC LIMIT {int(limit)}"
        return [run_of(row, [], ()) for row in self.ask(sql, span)]

    def latest(self, days: Sequence[date], now: datetime) -> list[Run]:
        """For each of the target dates the newest run of every schedule, with its results, newest first."""
        span: dict[str, Value] = {"first": now - timedelta(days=LOOK_BACK_DAYS), "last": now, "days": tuple(days)}
        rows = self.ask(
            f"SELECT * FROM {self.table(RUNS)} WHERE run_timestamp BETWEEN @first AND @last AND target_date IN UNNEST(@days) "
            "QUALIFY ROW_NUMBER() OVER (PARTITION BY check_type, target_date ORDER BY run_timestamp DESC) = 1 "
            "ORDER BY run_timestamp DESC",
            span,
        )
        if not rows:
            return []
        stamps = [row["run_timestamp"] for row in rows]
        near: dict[str, Value] = {
            "ids": tuple(row["run_id"] for row in rows),
            "first": min(stamps) - timedelta(days=1),
            "last": max(stamps) + timedelta(days=1),
        }
        sql = f"SELECT * FROM {self.table(RESULTS)} WHERE run_id IN UNNEST(@ids) AND check_timestamp BETWEEN @first AND @last"
        found: dict[str, list[Result]] = {}
        for row in self.ask(sql, near):
            found.setdefault(row["run_id"], []).append(result_of(row))
        return [run_of(row, found.get(row["run_id"], []), ()) for row in rows]

    def history(self, check: str | None, first: datetime, last: datetime) -> list[Result]:
        """What was said of a check, the oldest first; or of all checks, then without messages and evidence."""
        where, columns = (
            "check_timestamp BETWEEN @first AND @last",
            "result_id, run_id, check_timestamp, check_name, subject, status, target_date",
        )
        span: dict[str, Value] = {"first": first, "last": last}
        if check is not None:
            where, columns, span = f"{where} AND check_name = @check", "*", {**span, "check": check}
        sql = f"SELECT {columns} FROM {self.table(RESULTS)} WHERE {where} ORDER BY check_timestamp"
        return [result_of(row) for row in self.ask(sql, span)]

    def open_since(self, fingerprints: Sequence[str], now: datetime) -> Mapping[str, datetime]:
        """Since when each finding has stood without a PASS between, as far as the last 60 days tell."""
        sql = f"""WITH seen AS (
  SELECT fingerprint, check_timestamp, IF(status = 'PASS', 1, 0) AS fine FROM {self.table(RESULTS)}
  WHERE fingerprint IN UNNEST(@fingerprints) AND check_timestamp BETWEEN @first AND @last AND status != 'SKIP'
), good AS (
  SELECT fingerprint, MAX(IF(fine = 1, check_timestamp, NULL)) AS last_fine FROM seen GROUP BY fingerprint
)
SELECT seen.fingerprint AS fingerprint, MIN(check_timestamp) AS since FROM seen JOIN good ON seen.fingerprint = good.fingerprint
WHERE fine = 0 AND (last_fine IS NULL OR check_timestamp > last_fine) GROUP BY seen.fingerprint"""
        span: dict[str, Value] = {"fingerprints": tuple(fingerprints), "first": now - timedelta(days=60), "last": now}
        return {row["fingerprint"]: row["since"] for row in self.ask(sql, span)} if fingerprints else {}

    def row_counts(self, run_id: str) -> Mapping[str, tuple[int, int]]:
        """Per result table: rows of this run, and rows in all."""
        counts = {}
        for table, stamp in ((RUNS, "run_timestamp"), (RESULTS, "check_timestamp")):
            sql = f"SELECT COUNTIF(run_id = @run_id) AS of_run, COUNT(*) AS in_all FROM {self.table(table)} WHERE {stamp} >= @first"
            row = self.ask(sql, {"run_id": run_id, "first": datetime(2000, 1, 1, tzinfo=UTC)})[0]
            counts[table] = (int(row["of_run"]), int(row["in_all"]))
        return counts

    def ask(self, sql: str, parameters: Mapping[str, Value]) -> Sequence[Row]:
        """The rows of a query over the result tables."""
        return self.warehouse.query(Query(sql=sql, parameters=parameters), {"purpose": "store"}).rows

    def table(self, name: str) -> str:
        """A result table's whole name, quoted for SQL."""
        return f"`{self.ssot.pipeline.project_id}.{self.ssot.results_dataset}.{name}`"

    def _insert(self, name: str, parameter: str) -> str:
        if name not in self.tables:
            raise ServiceError("the result store", f"the source of truth declares no table {name}")
        columns = self.tables[name].columns
        names = ", ".join(column.name for column in columns)
        values = ", ".join(_value(column) for column in columns)
        return (
            f"INSERT INTO {self.table(name)} ({names}) SELECT {values} FROM UNNEST(JSON_QUERY_ARRAY(@{parameter})) AS r"
        )


def transaction(statements: Iterable[str]) -> str:
    """A script that does all of the statements or none."""
    return "BEGIN TRANSACTION;\n" + "".join(f"{statement};\n" for statement in statements) + "COMMIT TRANSACTION;"


def _value(column: ColumnSpec) -> str:
    return _CASTS[column.type].format(value=f"JSON_VALUE(r, '$.{column.name}')")
