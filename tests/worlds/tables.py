"""Tables and checks of a test's own, added to a laid world: declared in its source of truth, and made."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import yaml

from tests.worlds.laid import LaidWorld

PER_GAME = {"per": "event", "rows": 10, "due": "12:00", "due_days": 0}
"""Ten rows a game, due at noon of the date."""
DUCKDB = {"STRING": "VARCHAR", "INT64": "BIGINT", "FLOAT64": "DOUBLE", "NUMERIC": "DECIMAL(38, 9)", "BOOL": "BOOLEAN"}


def declare(world: LaidWorld, table: str, columns: Mapping[str, str], **spec: Any) -> None:
    """Declare a table with a `game_date` and these columns (warehouse types), and make it."""
    dataset, _, name = table.partition(".")
    file = world.schemas / "infrastructure/bigquery_tables.yaml"
    tables = yaml.safe_load(file.read_text())
    held = next(one for one in tables["datasets"] if one["name"] == dataset)["tables"]
    kinds = {"game_date": "DATE", **columns}
    held[:] = [one for one in held if one["name"] != name]
    held.append({"name": name, "partitioned_by": "game_date", "columns": kinds, **spec})
    file.write_text(yaml.safe_dump(tables, sort_keys=False))
    made = ", ".join(f"{column} {DUCKDB.get(kind, kind)}" for column, kind in kinds.items())
    world.sql(f"CREATE OR REPLACE TABLE {table}({made})")


def add_check(world: LaidWorld, name: str, kind: str, parameters: Mapping[str, Any], **spec: Any) -> None:
    """Declare a check of a class."""
    entry = {"class": kind, "parameters": dict(parameters), **spec}
    world.edit("checks.yaml", {"checks": {name: None}})
    world.edit("checks.yaml", {"checks": {name: entry}})


def halted(world: LaidWorld, days: Iterable[date], *, sport: str = "nba", active: bool = True) -> None:
    """Declare the table that says when phase 5 stands still on purpose, and let it say so of these days."""
    tables = yaml.safe_load((world.schemas / "infrastructure/bigquery_tables.yaml").read_text())
    tables["datasets"][-1]["tables"].append({"name": "halts", "partitioned_by": "effective_date"})
    world.edit("infrastructure/bigquery_tables.yaml", tables)
    names = {"table": "ops.halts", "date": "effective_date", "active": "on", "reason": "why"}
    world.edit("pipeline.yaml", {"calendar": {"halt": {**names, "phases": [5], "where": {"sport": "nba"}}}})
    world.sql('CREATE TABLE ops.halts(effective_date DATE, sport VARCHAR, "on" BOOLEAN, why VARCHAR)')
    for day in days:
        world.sql("INSERT INTO ops.halts VALUES (?, ?, ?, 'edge_collapse')", [day, sport, active])
