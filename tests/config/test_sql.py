"""Every generated query runs, on DuckDB and on BigQuery's stand-in, over the demo world, and both answer the same."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from tests.config.conftest import SCHEMAS
from tests.parts.emulators import Emulator
from validator.clock import day_of, real_now, zone
from validator.compose import Service, service
from validator.config.health import health_panels
from validator.config.monitoring import render_monitoring_sql
from validator.config.overview import overview_panels
from validator.demo.plan import make_plan
from validator.demo.world import build
from validator.identity import Request
from validator.local.database import LocalDatabase
from validator.local.types import from_duckdb
from validator.settings import Settings

pytestmark = pytest.mark.xdist_group("demo world with its queries")

COLUMNS = [
    "table_name",
    "row_count",
    "last_data_date",
    "days_since_update",
    "completed_count",
    "expected_count",
    "all_complete",
]
SEED = 1
LOADED_DAYS = 15
"""Rows that are given to BigQuery's stand-in: more days than any query asks for."""


@dataclass(frozen=True)
class Demo:
    """A demo world of today, with one stored run, and its generated queries."""

    service: Service
    today: date

    def queries(self) -> dict[str, str]:
        """Each query by what it is for."""
        ssot = self.service.ssot
        found = {f"monitoring {number}": text for number, text in enumerate(statements(render_monitoring_sql(ssot)))}
        for panel in (*overview_panels(ssot), *health_panels(ssot)):
            found[panel.title] = panel.sql
        return found

    def subject(self, incident: str) -> str:
        """What an incident of this world hit."""
        found = make_plan(self.service.ssot, self.today, SEED).incidents.get(incident)
        assert found is not None
        return found.subject

    def database(self) -> LocalDatabase:
        """The world's file."""
        return LocalDatabase.open(Path(self.service.settings.local_db), self.service.ssot.pipeline.project_id)


def statements(sql: str) -> list[str]:
    """The statements of a file, without its comments."""
    return [part.strip() for part in re.sub(r"^--.*$", "", sql, flags=re.MULTILINE).split(";") if part.strip()]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Built once for this file."""
    folder = tmp_path_factory.mktemp("demo")
    settings = Settings(schemas=str(SCHEMAS), local_db=str(folder / "world.duckdb"), outbox=str(folder / "outbox"))
    made, now = service(settings), real_now()
    today = day_of(now, zone(made.ssot.pipeline.time_zone))
    build(Path(settings.local_db), made.ssot, day=today, seed=SEED)
    with made.tables() as admin:
        for table in made.ssot.result_tables:
            admin.ensure(made.ssot.results_dataset, table)
    made.run(Request(schedule="post_overnight", now=now))
    return Demo(made, today)


@pytest.fixture(scope="module")
def duck(demo: Demo) -> dict[str, list[dict[str, Any]]]:
    """What DuckDB answers to each query."""
    database = demo.database()
    answers = {}
    with database.cursor() as cursor:
        cursor.execute("SET TimeZone = 'UTC'")
        for name, sql in demo.queries().items():
            (translated,) = sqlglot.transpile(sql, read="bigquery", write="duckdb")
            found = cursor.execute(translated)
            columns = [column[0] for column in found.description]
            answers[name] = [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
    database.close()
    return answers


def test_monitoring_has_what_was_agreed(demo: Demo, duck: Mapping[str, list[dict[str, Any]]]) -> None:
    """One UNION ALL a phase, a row a table of it, with the agreed columns, and the phase's counts in every row."""
    phases = [phase for phase in demo.service.ssot.phases.values() if phase.phase >= 2]
    for number, phase in enumerate(phases):
        sql = demo.queries()[f"monitoring {number}"]
        rows = duck[f"monitoring {number}"]
        tables = {p.table for p in demo.service.ssot.processors.values() if p.phase == phase.phase}
        assert sql.count("UNION ALL") == len(tables) - 1
        assert "INTERVAL 7 DAY" in sql
        assert list(rows[0]) == COLUMNS
        assert {row["table_name"] for row in rows} == tables
        assert {row["expected_count"] for row in rows} == {len(phase.critical_processors)}
        assert len({(row["completed_count"], row["all_complete"]) for row in rows}) == 1


def test_monitoring_tells_the_truth(demo: Demo, duck: Mapping[str, list[dict[str, Any]]]) -> None:
    """A phase is complete but for the table that an incident took; ages are counted from today; a switched-off table has nothing."""
    raw, analytics, precompute = (duck[f"monitoring {number}"] for number in range(3))
    assert {row["all_complete"] for row in analytics} == {True}
    assert {(row["completed_count"], row["all_complete"]) for row in precompute} == {(4, False)}
    missing = demo.service.ssot.processors[demo.subject("degraded_phase")].table
    late = next(row for row in precompute if row["table_name"] == missing)
    assert late["last_data_date"] < demo.today - timedelta(days=1)
    assert late["days_since_update"] == (demo.today - late["last_data_date"]).days
    off = next(row for row in raw if row["table_name"] == "nba_raw.bdl_player_boxscores")
    assert (off["row_count"], off["last_data_date"]) == (0, None)


def test_every_panel_has_what_its_shape_needs(demo: Demo, duck: Mapping[str, list[dict[str, Any]]]) -> None:
    """Lines and bars have instants, names and numbers; rates names and numbers from 0 to 100."""
    for panel in (*overview_panels(demo.service.ssot), *health_panels(demo.service.ssot)):
        for row in duck[panel.title]:
            if panel.shape in ("lines", "bars"):
                assert list(row) == ["time", "metric", "value"], panel.title
                assert isinstance(row["time"], datetime), panel.title
            if panel.shape == "rate":
                assert list(row) == ["metric", "value"], panel.title
            if panel.unit == "percent":
                assert 0 <= row["value"] <= 100, panel.title


def test_panels_show_the_demo_worlds_incidents(demo: Demo, duck: Mapping[str, list[dict[str, Any]]]) -> None:
    """What is wrong in the demo world stands in the panel that is there for it."""
    assert {row["subject"] for row in duck["Gaps"]} >= {demo.subject("gap"), demo.subject("partial_day")}
    assert demo.subject("failing_processor") in {row["subject"] for row in duck["Failure streaks"]}
    assert demo.subject("behind_in_code") in {row["subject"] for row in duck["Deployment drift"]}
    depths = {row["metric"]: row["value"] for row in duck["Dead-letter depth"]}
    assert depths[demo.subject("dead_letters")] == 7
    statuses = {row["processor"]: row["status"] for row in duck["Processor status"]}
    assert statuses[demo.subject("failing_processor")] == "failed"
    assert statuses["player_game_summary"] == "success"
    assert {row["status"] for row in duck["Scheduler and workflow health"]} >= {"NEVER RAN"}
    assert duck["Phase completion"]
    assert {row["metric"] for row in duck["Predictions against expected"]} == {"predictions", "predictions expected"}
    assert [row["schedule_name"] for row in duck["Validation history"]] == ["post_overnight"]


def test_finding_nothing_counts_as_success(demo: Demo, duck: Mapping[str, list[dict[str, Any]]]) -> None:
    """In the success rate a run that rightly found no data is a success: a ledger without failures is at 100."""
    database = demo.database()
    with database.cursor() as cursor:
        sql = "SELECT DISTINCT CAST(triggered_at AS DATE) FROM nba_orchestration.scraper_execution_log WHERE status = {} AND triggered_at > now() - INTERVAL 13 DAY"
        empty, failed = (
            {day for (day,) in cursor.execute(sql.format(f"'{word}'")).fetchall()} for word in ("no_data", "failed")
        )
    database.close()
    fine = empty - failed
    assert fine
    rates = {
        row["time"].date(): row["value"]
        for row in duck["Success rate (no_data counts as success)"]
        if row["metric"] == "scrapers"
    }
    assert {rates[day] for day in fine} == {100}
    assert all(rates[day] < 100 for day in failed if day in rates)


def test_bigquery_answers_the_same(
    demo: Demo, duck: Mapping[str, list[dict[str, Any]]], bigquery_emulator: Emulator
) -> None:
    """The queries run there as they are written, on the same rows, with the same answers."""
    ours, theirs = demo.service.ssot.pipeline.project_id, bigquery_emulator.new_project()
    client = bigquery.Client(
        project=theirs,
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": bigquery_emulator.url},
    )
    load(client, demo)
    for name, sql in demo.queries().items():
        rows = [dict(row) for row in client.query_and_wait(sql.replace(f"`{ours}.", f"`{theirs}."))]
        assert list(map(plain, rows)) == list(map(plain, duck[name])), name
    client.close()


def load(client: bigquery.Client, demo: Demo) -> None:
    """The world's tables and their newest rows."""
    database = demo.database()
    with database.cursor() as cursor:
        for schema, table in tables(cursor, "".join(demo.queries().values())):
            client.create_dataset(schema, exists_ok=True)
            columns = dict(
                cursor.execute(
                    "SELECT column_name, data_type FROM duckdb_columns() WHERE (schema_name, table_name) = (?, ?)",
                    [schema, table],
                ).fetchall()
            )
            kinds = {name: from_duckdb(kind) for name, kind in columns.items()}
            fields = [field(name, kind) for name, kind in kinds.items()]
            made = bigquery.Table(f"{client.project}.{schema}.{table}", schema=fields)
            client.create_table(made)
            spec = demo.service.ssot.tables.get(f"{schema}.{table}")
            recent = f" WHERE {spec.date} >= current_date - {LOADED_DAYS}" if spec and spec.date in columns else ""
            found = cursor.execute(f"SELECT * FROM {schema}.{table}{recent}").fetchall()
            lines = [json.dumps(dict(zip(columns, row, strict=True)), default=text_of) for row in found]
            if lines:
                config = bigquery.LoadJobConfig(schema=fields, source_format="NEWLINE_DELIMITED_JSON")
                client.load_table_from_file(BytesIO("\n".join(lines).encode()), made, job_config=config).result()
    database.close()


def tables(cursor: Any, asked: str) -> Iterator[tuple[str, str]]:
    """The tables that queries name."""
    for schema, table in cursor.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall():
        if f"{schema}.{table}`" in asked:
            yield schema, table


def field(name: str, kind: str) -> bigquery.SchemaField:
    """A column for BigQuery."""
    inner = kind.removeprefix("ARRAY<").removesuffix(">")
    return bigquery.SchemaField(name, inner, mode="REPEATED" if inner != kind else "NULLABLE")


def text_of(value: Any) -> str:
    """A value as JSON text for a load job."""
    return value.isoformat() if isinstance(value, date) else str(value)


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with numbers and instants of one kind."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float | Decimal):
        return round(float(value), 6)
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
