"""Python values as BigQuery's parameters, and BigQuery's values as plain Python."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from google.cloud import bigquery

from validator.world import Row, Scalar, Value

_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "BOOL"),
    (int, "INT64"),
    (float, "FLOAT64"),
    (str, "STRING"),
    (datetime, "TIMESTAMP"),
    (date, "DATE"),
)
"""In the order in which they are tried: a bool is an int too, and a datetime a date."""
_PARAMETER = re.compile(
    r"""'(?:\\.|[^'\\])*' | "(?:\\.|[^"\\])*" | `[^`]*` | --[^\n]* | (?<!@)@(?P<name>[A-Za-z_]\w*)""", re.VERBOSE
)


def as_parameters(parameters: Mapping[str, Value]) -> list[Any]:
    """The query's parameters, typed by their values; an empty tuple is an empty ARRAY<STRING>."""
    return [_parameter(name, value) for name, value in parameters.items()]


def with_empty_arrays(sql: str, parameters: Mapping[str, Value]) -> str:
    """The SQL with `[]` in place of each parameter that is an empty tuple: a literal fits beside any type, a parameter has one."""

    def literal(found: re.Match[str]) -> str:
        return "[]" if found["name"] and parameters.get(found["name"]) == () else found[0]

    return _PARAMETER.sub(literal, sql)


def plain_rows(rows: Sequence[Any], schema: Sequence[Any]) -> list[Row]:
    """The rows as plain Python; the schema tells JSON from a record."""
    json_columns = {field.name for field in schema if field.field_type == "JSON" and field.mode != "REPEATED"}
    return [
        {name: _json(value) if name in json_columns else _plain(value) for name, value in row.items()} for row in rows
    ]


def _parameter(name: str, value: Value) -> Any:
    if isinstance(value, tuple):
        return bigquery.ArrayQueryParameter(name, _element_type(value), list(value))
    return bigquery.ScalarQueryParameter(name, _type(value), value)


def _element_type(values: tuple[Scalar, ...]) -> str:
    types = {_type(value) for value in values} or {"STRING"}
    if types == {"INT64", "FLOAT64"}:
        return "FLOAT64"
    if len(types) > 1:
        raise TypeError(f"a tuple parameter holds values of one type, not of {', '.join(sorted(types))}")
    return types.pop()


def _type(value: Scalar) -> str:
    for python, name in _TYPES:
        if isinstance(value, python):
            return name
    raise TypeError(f"no BigQuery type for {type(value).__name__}")


def _json(value: Any) -> str | None:
    """The text of a JSON value."""
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Instants in UTC, a DATETIME taken to be UTC, decimals as float; so inside arrays and records."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
