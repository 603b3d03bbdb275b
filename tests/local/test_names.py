"""Names and types of the local world."""

import duckdb
import pytest

from validator.errors import ConfigurationError
from validator.local.names import quoted, refuse_project, refuse_reserved, text_literal
from validator.local.types import from_duckdb, to_duckdb

HOSTILE = ['a"; DROP TABLE x; --', "it's", 'x"y', "a.b", "é 🏀", "back\\slash"]
KINDS = ["STRING", "INT64", "FLOAT64", "BOOL", "DATE", "DATETIME", "TIME", "TIMESTAMP", "NUMERIC", "BYTES", "JSON", "ARRAY<STRING>", "ARRAY<INT64>"]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_quoted_name_is_only_a_name(name: str) -> None:
    """No character of a name or of a text means anything."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE {quoted('main', name)} AS SELECT {text_literal(name)} AS {quoted(name)}")
        assert connection.execute(f"SELECT {quoted(name)} FROM {quoted(name)}").fetchall() == [(name,)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_comes_back(kind: str) -> None:
    """What a column was declared as is what it is found to be."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t(x {to_duckdb(kind)})")
        row = connection.execute("SELECT data_type FROM duckdb_columns() WHERE table_name = 't'").fetchone()
    assert row is not None
    assert from_duckdb(row[0]) == kind


@pytest.mark.parametrize("kind", ["GEOGRAPHY", "STRUCT<a INT64>", "", "ARRAY<GEOGRAPHY>"])
def test_an_unknown_type_is_no_type(kind: str) -> None:
    """There is nothing to guess."""
    with pytest.raises(KeyError):
        to_duckdb(kind)


def test_a_dataset_named_like_a_service_is_refused() -> None:
    """All of them are named, whatever their case."""
    with pytest.raises(ConfigurationError) as caught:
        refuse_reserved(["raw", "pubsub", "Firestore", "validator_local"])
    assert len(caught.value.problems) == 3
    refuse_reserved(["raw", "nba_raw"])


@pytest.mark.parametrize("project", ["memory", "temp", "SYSTEM"])
def test_a_project_named_like_a_catalog_is_refused(project: str) -> None:
    """DuckDB has those names already."""
    with pytest.raises(ConfigurationError):
        refuse_project(project)
