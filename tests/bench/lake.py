"""A generated pipeline of any size for the benchmarks: a `schemas/` directory and the DuckDB file that it describes.

Some tables are missing, lack a column, have a gap or have stopped, and some subjects of the run ledger are failing; which ones
follows from their number alone.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

RESULT_TABLES = Path(__file__).parent.parent / "worlds" / "league" / "validation_results.yaml"
PROJECT = "bench-project"
LAST = date(2026, 2, 3)
"""The target date: yesterday, as of NOW."""
NOW = "2026-02-04T11:05:00Z"
SCHEDULE = "post_overnight"
DAYS = 30
ROWS_A_DAY = 20
TABLES_A_DATASET = 100
COLUMNS = {"game_date": "DATE", "player": "STRING", "minutes": "FLOAT64", "loaded_at": "TIMESTAMP"}
SUBJECTS = 120

PIPELINE = f"""
name: bench
project_id: {PROJECT}
time_zone: America/New_York
results: {{dataset: ops}}
calendar: {{kind: daily}}
ledgers:
  - name: runs
    table: ops.runs
    subject: processor_name
    run: run_id
    status: status
    started: started_at
    date: data_date
    window: data_date
    error: errors
"""
CHECKS = """
checks:
  historical_completeness: {class: HistoricalCompleteness, severity: P1_CRITICAL}
  data_freshness: {class: DataFreshness}
  consecutive_failures: {class: ConsecutiveFailures}
  config_sync: {class: ConfigSync}
"""
SCHEDULES = f"""
schedules:
  {SCHEDULE}:
    cron: "0 6 * * *"
    target_date: yesterday
    checks: [historical_completeness, data_freshness, consecutive_failures, config_sync]
"""
LEDGER = """
CREATE TABLE ops.runs AS
WITH runs AS (
  SELECT i, i % $subjects AS subject, i // $subjects AS turn, $runs // $subjects AS turns FROM range($runs) AS of_runs(i)
), judged AS (
  SELECT *, CASE WHEN subject % 15 = 0 THEN turns - turn <= subject // 5 WHEN subject % 40 = 7 THEN TRUE ELSE hash(i) % 10 = 0 END AS failed,
    TIMESTAMPTZ '2026-01-22 10:00:00+00' + to_microseconds(CAST(i * (13 * 86400000000 / $runs) AS BIGINT)) AS started
  FROM runs
)
SELECT printf('processor_%03d', subject) AS processor_name, printf('run-%07d', i) AS run_id,
  CASE WHEN row = 0 THEN 'running' WHEN failed THEN 'failed' ELSE 'success' END AS status,
  CAST(started AS DATE) - 1 AS data_date, started + to_seconds(row * 40) AS started_at,
  CASE WHEN row = 1 AND failed THEN CAST('{"error": "HTTP ' || (500 + subject % 4) || '"}' AS JSON) END AS errors
FROM judged, range(2) AS of_rows(row)
"""


@dataclass(frozen=True, kw_only=True)
class Lake:
    """A generated pipeline: where its source of truth and its data are, and the names that it declares."""

    schemas: Path
    database: Path
    declared: Path
    """JSON for whoever has no source of truth: every declared table with its columns."""


def make(folder: Path, *, tables: int, ledger_rows: int) -> Lake:
    """Generate a pipeline of that many tables, half of whose ledger rows are starts and half ends of runs."""
    lake = Lake(schemas=folder / "schemas", database=folder / "lake.duckdb", declared=folder / "declared.json")
    (lake.schemas / "infrastructure").mkdir(parents=True)
    shutil.copy(RESULT_TABLES, lake.schemas)
    files = {"pipeline": PIPELINE, "checks": CHECKS, "schedules": SCHEDULES}
    for name, text in {**files, "infrastructure/bigquery_tables": _declarations(tables)}.items():
        (lake.schemas / f"{name}.yaml").write_text(text)
    names = {**{name: list(COLUMNS) for name in _names(tables)}, "ops.runs": []}
    lake.declared.write_text(json.dumps(names))
    with duckdb.connect(str(lake.database)) as database:
        database.execute("SET TimeZone = 'UTC'; BEGIN; CREATE SCHEMA ops")
        database.execute(LEDGER, {"runs": ledger_rows // 2, "subjects": SUBJECTS})
        for statement in _data(tables):
            database.execute(statement)
        database.execute("COMMIT")
    return lake


def _names(tables: int) -> list[str]:
    return [f"raw_{number // TABLES_A_DATASET}.table_{number:03}" for number in range(tables)]


def _declarations(tables: int) -> str:
    columns = ", ".join(f"{name}: {kind}" for name, kind in COLUMNS.items())
    lines = ["datasets:"]
    for number, name in enumerate(_names(tables)):
        dataset, table = name.split(".")
        if number % TABLES_A_DATASET == 0:
            lines += [f"  - name: {dataset}", "    tables:"]
        lines += [
            f"      - name: {table}",
            f"        description: What source {number} delivered",
            "        partitioned_by: game_date",
            f'        expect: {{per: day, rows: {ROWS_A_DAY}, due: "06:00"}}',
            f"        backfill: python -m backfill {table} --start-date $start --end-date $end",
            f"        columns: {{{columns}}}",
        ]
    lines += ["  - name: ops", "    tables:", "      - {name: runs, partitioned_by: data_date}"]
    return "\n".join(lines) + "\n"


def _data(tables: int) -> Iterator[str]:
    for number, name in enumerate(_names(tables)):
        if number % TABLES_A_DATASET == 0:
            yield f"CREATE SCHEMA {name.split('.')[0]}"
        if number % 50 != 7:
            yield _rows(name, number)


def _rows(name: str, number: int) -> str:
    """Every day has its rows, but for a gap of three days in every tenth table; every 25th stopped a week ago."""
    newest = LAST - timedelta(days=7 if number % 25 == 4 else 0)
    gap = f"WHERE day NOT BETWEEN DATE '{LAST - timedelta(days=6)}' AND DATE '{LAST - timedelta(days=4)}'"
    minutes = "" if number % 50 == 9 else "row + 0.5 AS minutes, "
    return (
        f"CREATE TABLE {name} AS SELECT CAST(day AS DATE) AS game_date, 'player-' || row AS player, {minutes}day AS loaded_at "
        f"FROM range(TIMESTAMPTZ '{LAST - timedelta(days=DAYS - 1)}', TIMESTAMPTZ '{newest + timedelta(days=1)}', INTERVAL 1 DAY) AS of_days(day), "
        f"range({ROWS_A_DAY}) AS of_rows(row) {gap if number % 10 == 3 else ''}"
    )
