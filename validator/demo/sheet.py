"""Writing into the world's file: tables are made, rows go in as one parameter, names are quoted."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from validator.clock import rfc3339
from validator.errors import ConfigurationError
from validator.local.names import quoted, text_literal
from validator.local.types import to_duckdb

ROWS_A_STATEMENT = 4000


def column_type(kind: str) -> str:
    """DuckDB's name of a warehouse type; raises ConfigurationError for one that the demo world cannot hold."""
    try:
        return to_duckdb(kind)
    except KeyError as error:
        raise ConfigurationError([f"the demo world has no column type {kind!r}"]) from error


def table_name(name: str) -> str:
    """A table, or `dataset.table`, as an SQL identifier."""
    return quoted(*name.split("."))


def literal(value: bool | int | float | str | None) -> str:
    """A value as an SQL literal."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return text_literal(value) if isinstance(value, str) else repr(value)


class Sheet:
    """The world's file while it is made. `connection` is DuckDB's, `types` the columns of tables that another sheet has made."""

    def __init__(self, connection: Any, types: dict[str, dict[str, str]] | None = None) -> None:
        self.connection = connection
        self._types = {} if types is None else types

    def create(
        self, table: str, columns: Mapping[str, str], *, required: Iterable[str] = (), temporary: bool = False
    ) -> None:
        """Make a table of DuckDB types; its schema is made with it."""
        needed = set(required)
        if "." in table:
            self.run(f"CREATE SCHEMA IF NOT EXISTS {quoted(table.split('.', maxsplit=1)[0])}")
        parts = ", ".join(
            f"{quoted(name)} {kind}{' NOT NULL' if name in needed else ''}" for name, kind in columns.items()
        )
        self.run(f"CREATE {'TEMP ' if temporary else ''}TABLE {table_name(table)} ({parts})")
        self._types[table] = dict(columns)

    def insert(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows to a table made here; a column that a row leaves out is NULL."""
        types = self._types[table]
        values = ", ".join(_read(name, kind) for name, kind in types.items())
        statement = f"INSERT INTO {table_name(table)} SELECT {values} FROM (SELECT unnest(CAST(? AS JSON[])) AS r)"
        for start in range(0, len(rows), ROWS_A_STATEMENT):
            chunk = [{name: _plain(row.get(name)) for name in types} for row in rows[start : start + ROWS_A_STATEMENT]]
            self.connection.execute(statement, [json.dumps(chunk)])

    def run(self, statement: str) -> None:
        """Run one statement."""
        self.connection.execute(statement)


def _read(name: str, kind: str) -> str:
    text = f"r ->> {text_literal('$.' + json.dumps(name))}"
    return f"CAST(CAST({text} AS JSON) AS {kind})" if kind.endswith("[]") else f"CAST({text} AS {kind})"


def _plain(value: Any) -> Any:
    """JSON values stay text, so that a null in them is no missing value."""
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, sort_keys=True) if isinstance(value, Mapping) else value
