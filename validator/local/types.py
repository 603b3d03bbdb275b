"""Column types: BigQuery's names and DuckDB's."""

import re

_TO_DUCKDB = {
    "STRING": "VARCHAR",
    "INT64": "BIGINT",
    "INTEGER": "BIGINT",
    "FLOAT64": "DOUBLE",
    "FLOAT": "DOUBLE",
    "BOOL": "BOOLEAN",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "DATETIME": "TIMESTAMP",
    "TIME": "TIME",
    "TIMESTAMP": "TIMESTAMPTZ",
    "NUMERIC": "DECIMAL(38,9)",
    "BYTES": "BLOB",
    "JSON": "JSON",
}
_FROM_DUCKDB = {
    "VARCHAR": "STRING",
    "TINYINT": "INT64",
    "SMALLINT": "INT64",
    "INTEGER": "INT64",
    "BIGINT": "INT64",
    "HUGEINT": "INT64",
    "FLOAT": "FLOAT64",
    "DOUBLE": "FLOAT64",
    "BOOLEAN": "BOOL",
    "DATE": "DATE",
    "TIME": "TIME",
    "TIMESTAMP": "DATETIME",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
    "BLOB": "BYTES",
    "JSON": "JSON",
}
_ARRAY = re.compile(r"ARRAY<(.+)>", re.IGNORECASE)
_DECIMAL = re.compile(r"DECIMAL\(\d+,\d+\)")


def to_duckdb(kind: str) -> str:
    """DuckDB's name of a BigQuery type. Raises KeyError for a type the local world does not hold."""
    if array := _ARRAY.fullmatch(kind.strip()):
        return f"{to_duckdb(array[1])}[]"
    return _TO_DUCKDB[kind.strip().upper()]


def from_duckdb(kind: str) -> str:
    """BigQuery's name of a DuckDB type; DuckDB's own where BigQuery has none."""
    if kind.endswith("[]"):
        return f"ARRAY<{from_duckdb(kind.removesuffix('[]'))}>"
    return "NUMERIC" if _DECIMAL.fullmatch(kind) else _FROM_DUCKDB.get(kind, kind)
