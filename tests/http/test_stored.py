"""What a run leaves in the result tables: the promised columns, and in them what the answer said."""

import hashlib
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.http.asking import NOW, Asker, fired
from tests.worlds.laid import LaidWorld
from validator.version import __version__

RUN_COLUMNS = """
run_id STRING REQUIRED, run_timestamp TIMESTAMP REQUIRED, check_type STRING REQUIRED, trigger_source STRING, schedule_name STRING,
status STRING REQUIRED, message STRING, duration_ms INT64, checks_passed INT64, checks_warned INT64, checks_failed INT64,
target_date DATE, details STRING, checks_skipped INT64, checks_errored INT64
"""
RESULT_COLUMNS = """
result_id STRING REQUIRED, run_id STRING REQUIRED, check_timestamp TIMESTAMP REQUIRED, check_name STRING REQUIRED, check_category STRING,
status STRING REQUIRED, severity STRING, expected_value STRING, actual_value STRING, threshold FLOAT64, message STRING, target_date DATE,
target_table STRING, affected_records INT64, details STRING, subject STRING, fingerprint STRING, duration_ms INT64, bytes_billed INT64
"""
LOCAL = {
    "STRING": "VARCHAR",
    "TIMESTAMP": "TIMESTAMP WITH TIME ZONE",
    "DATE": "DATE",
    "INT64": "BIGINT",
    "FLOAT64": "DOUBLE",
}
TABLES = {
    "validation_runs": (RUN_COLUMNS, "DAY(run_timestamp)", ["check_type", "status"]),
    "validation_check_results": (RESULT_COLUMNS, "DAY(check_timestamp)", ["check_name", "status"]),
}
SCHEMAS = Path(__file__).parents[2] / "schemas"
LEAGUE = Path(__file__).parents[1] / "worlds/league"


def columns(text: str) -> list[tuple[str, str, bool]]:
    """Name, type and whether it is required, in order."""
    parts = [column.split() for column in text.split(",")]
    return [(name, kind, more == ["REQUIRED"]) for name, kind, *more in parts]


@pytest.mark.parametrize("folder", [SCHEMAS, LEAGUE], ids=["product", "league"])
@pytest.mark.parametrize("table", TABLES)
def test_the_declared_columns(folder: Path, table: str) -> None:
    """The source of truth declares the promised columns, in their order and types, partitions and clusters."""
    declared = yaml.safe_load((folder / "validation_results.yaml").read_text())["tables"]
    one = next(one for one in declared if one["name"] == table)
    text, partition, clusters = TABLES[table]
    found = [(column["name"], column["type"], column.get("mode") == "REQUIRED") for column in one["columns"]]
    assert (found, one["partitioned_by"], one["clustered_by"]) == (columns(text), partition, clusters)


@pytest.mark.parametrize("table", TABLES)
def test_the_columns_made(shared: LaidWorld, table: str) -> None:
    """The tables that are made have these columns, and no other."""
    sql = "SELECT column_name, data_type, NOT is_nullable FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index"
    assert shared.sql(sql, [table]) == [
        (name, LOCAL[kind], required) for name, kind, required in columns(TABLES[table][0])
    ]


def stored(world: LaidWorld, table: str) -> list[dict[str, Any]]:
    """The rows of a table, as their columns' values."""
    names = [name for name, _, _ in columns(TABLES[table][0])]
    return [dict(zip(names, row, strict=True)) for row in world.sql(f"SELECT {', '.join(names)} FROM ops.{table}")]


def test_the_run_row(ask: Asker) -> None:
    """The run's row says what the answer said, and where it comes from."""
    body = ask.run()
    (row,) = stored(ask.world, "validation_runs")
    assert (row["run_timestamp"], row["target_date"].isoformat()) == (NOW, body["target_date"])
    same = set(row) - {"run_timestamp", "target_date", "details"}
    assert {name: row[name] for name in same} == {name: body[name] for name in same}


def test_the_details_of_a_run(ask: Asker) -> None:
    """The run's details say version, revision, project, backend, source of truth, selection, budget and cost."""
    ask.run("schedule=post_overnight&checks=dlq_depth,data_freshness")
    details = json.loads(stored(ask.world, "validation_runs")[0]["details"])
    assert set(details) == {
        "version",
        "revision",
        "project",
        "backend",
        "schemas_sha",
        "selection",
        "budget_ms",
        "bytes_billed",
    }
    assert (details["version"], details["project"], details["backend"]) == (__version__, "league-project", "local")
    assert (details["selection"], details["budget_ms"]) == (["dlq_depth", "data_freshness"], 80_000)


def test_the_result_rows(ask: Asker) -> None:
    """Every result of the answer is one row, which says the same."""
    body = ask.run()
    rows = {row["result_id"]: row for row in stored(ask.world, "validation_check_results")}
    assert len(rows) == len(body["results"])
    for result in body["results"]:
        row = rows[result["result_id"]]
        same = set(row) & set(result) - {"details", "target_date"}
        assert {name: row[name] for name in same} == {name: result[name] for name in same}
        assert (row["run_id"], row["check_timestamp"], row["bytes_billed"]) == (body["run_id"], NOW, 0)
        assert row["target_date"].isoformat() == result["target_date"]
        assert json.loads(row["details"]) == result["details"]


def test_the_names_of_results(ask: Asker) -> None:
    """`result_id` is made of run, check and subject; `fingerprint` of check and subject alone, so it is the same in every run."""
    bodies = [ask.run(headers=fired()), ask.run()]
    rows = stored(ask.world, "validation_check_results")
    for row in rows:
        name = f"{row['check_name']}|{row['subject']}"
        assert row["result_id"] == str(uuid.uuid5(uuid.UUID(row["run_id"]), name))
        assert row["fingerprint"] == hashlib.sha256(name.replace("|", "\0", 1).encode()).hexdigest()[:16]
    assert len(rows) == sum(len(body["results"]) for body in bodies)
    assert len({row["fingerprint"] for row in rows}) == len(rows) / 2


def test_the_threshold(ask: Asker) -> None:
    """`threshold` is the limit that was broken, else the nearest; none for a state."""
    body = ask.run("schedule=post_overnight&checks=historical_completeness,strict_completeness,deployment_drift")
    found = {(result["check_name"], result["subject"]): result["threshold"] for result in body["results"]}
    assert found["historical_completeness", "raw.plays"] == 80
    assert found["historical_completeness", "raw.box"] == 80
    assert found["strict_completeness", "raw.plays"] == 80
    assert found["deployment_drift", "worker"] is None


def test_the_alert_row(ask: Asker) -> None:
    """A message is one row of `validation_alerts` without a fingerprint: which run, by which channel, in what words."""
    body = ask.run()
    sql = "SELECT run_id, alert_timestamp, severity, channel, message, status FROM ops.validation_alerts WHERE fingerprint IS NULL"
    ((run_id, at, severity, channel, message, status),) = ask.world.sql(sql)
    assert (run_id, at, severity, channel, status) == (body["run_id"], NOW, "CRITICAL", "outbox", "sent")
    assert message.startswith("CRITICAL post_overnight 2026-02-03: ")
