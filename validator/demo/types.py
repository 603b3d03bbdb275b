"""Column types: the warehouse's names for them, as DuckDB knows them."""

import re
from collections.abc import Mapping

from validator.errors import ConfigurationError

_TYPES: Mapping[str, str] = {
    "STRING": "VARCHAR",
    "INT64": "BIGINT",
    "INTEGER": "BIGINT",
    "FLOAT64": "DOUBLE",
    "FLOAT": "DOUBLE",
    "NUMERIC": "DECIMAL(38, 9)",
    "BIGNUMERIC": "DECIMAL(38, 9)",
    "BOOL": "BOOLEAN",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "TIME": "TIME",
    "DATETIME": "TIMESTAMP",
    "TIMESTAMP": "TIMESTAMPTZ",
    "BYTES": "BLOB",
    "JSON": "JSON",
}


def duckdb_type(name: str) -> str:
    """The DuckDB type of a warehouse type; raises ConfigurationError for one that has none here."""
    plain = name.strip().upper()
    if found := re.fullmatch(r"ARRAY<(.+)>", plain):
        return f"{duckdb_type(found[1])}[]"
    bare = re.sub(r"\([0-9, ]+\)\Z", "", plain)
    if bare not in _TYPES:
        raise ConfigurationError([f"the demo world has no column type {name!r}; known: {', '.join(_TYPES)} and ARRAY<…>"])
    return _TYPES[bare]
