"""A built demo world, to be asked with SQL."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from validator.demo.incidents import Incident
from validator.demo.plan import Plan, make_plan
from validator.demo.world import build
from validator.ssot.source import Ssot

DAY = date(2026, 2, 3)
SHOP = Path(__file__).parents[1] / "worlds" / "shop"
SHOP_DAY = date(2026, 3, 31)
"""A Tuesday two days after the clocks went forward in Berlin."""


@dataclass(frozen=True, kw_only=True)
class World:
    """A world's file, and the plan it was built from."""

    path: Path
    plan: Plan

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query; `?` are bound values."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return list(connection.execute(sql, list(values)).fetchall())

    def one(self, sql: str, *values: Any) -> Any:
        """The one value of a query."""
        return self.ask(sql, *values)[0][0]

    def incident(self, name: str) -> Incident:
        """An incident that this world must have."""
        found = self.plan.incidents.get(name)
        assert found is not None, name
        return found

    def tables(self) -> list[str]:
        """Every table of the file, as `schema.table`."""
        return [
            f"{schema}.{table}"
            for schema, table in self.ask("SELECT table_schema, table_name FROM information_schema.tables ORDER BY ALL")
        ]

    def contents(self) -> dict[str, tuple[int, str]]:
        """Per table how many rows it has, and a checksum over them in their order."""
        arms = [
            f"SELECT '{table}', COUNT(*), md5(string_agg(t::VARCHAR, chr(10) ORDER BY rowid)) FROM {table} AS t"
            for table in self.tables()
        ]
        return {table: (count, digest) for table, count, digest in self.ask("\nUNION ALL ".join(arms))}


def made_world(path: Path, ssot: Ssot, day: date, seed: int = 1) -> World:
    """Build a world."""
    build(path, ssot, day=day, seed=seed)
    return World(path=path, plan=make_plan(ssot, day, seed))
