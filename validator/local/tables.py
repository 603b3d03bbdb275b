"""Result tables in the world's file: found, made, and given the columns they lack. A cursor in a transaction does it."""

from typing import Any

from validator.local.names import quoted, text_literal
from validator.local.translate import translate
from validator.local.types import from_duckdb, to_duckdb
from validator.result_tables import LiveColumn, LiveTable, compare_table, view_query
from validator.ssot.models.tables import ColumnSpec, ResultTableSpec

_COLUMNS = """SELECT column_name, data_type, is_nullable FROM duckdb_columns()
WHERE (database_name, schema_name, table_name) = (?, ?, ?) ORDER BY column_index"""
_VIEW = "SELECT comment FROM duckdb_views() WHERE (database_name, schema_name, view_name) = (?, ?, ?)"


def look(cursor: Any, project: str, dataset: str, name: str) -> LiveTable | None:
    """The table or view of that name; None where there is none. A view's comment holds the query it was made from."""
    place = [project, dataset, name]
    view = cursor.execute(_VIEW, place).fetchone()
    columns = tuple(
        LiveColumn(name=column, type=from_duckdb(kind), required=not nullable)
        for column, kind, nullable in cursor.execute(_COLUMNS, place).fetchall()
    )
    if view is None and not columns:
        return None
    return LiveTable(view=view is not None, columns=columns, query=(view[0] or "") if view else "")


def ensure(cursor: Any, project: str, dataset: str, table: ResultTableSpec) -> str:
    """See TableAdmin."""
    cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(dataset)}")
    found = compare_table(table, look(cursor, project, dataset, table.name), project, dataset)
    full = quoted(dataset, table.name)
    if table.query is not None and (found.missing or found.other_query):
        text = view_query(table, project, dataset)
        cursor.execute(f"CREATE OR REPLACE VIEW {full} AS {translate(text).sql}")
        cursor.execute(f"COMMENT ON VIEW {full} IS {text_literal(text)}")
        return "created" if found.missing else "replaced"
    if found.missing:
        cursor.execute(f"CREATE TABLE {full} ({', '.join(map(_declared, table.columns))})")
        return "created"
    for column in found.lacking:
        cursor.execute(f"ALTER TABLE {full} ADD COLUMN {quoted(column.name)} {to_duckdb(column.type)}")
    return f"added {', '.join(column.name for column in found.lacking)}" if found.lacking else "unchanged"


def _declared(column: ColumnSpec) -> str:
    return f"{quoted(column.name)} {to_duckdb(column.type)}{' NOT NULL' if column.mode == 'REQUIRED' else ''}"
