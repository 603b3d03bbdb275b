"""Running a script exactly once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.contract.sides import WarehouseSide
from validator.errors import ServiceError
from validator.world import Query

COLUMNS = {
    "name": "STRING NOT NULL",
    "happened": "TIMESTAMP",
    "day": "DATE",
    "count": "INT64",
    "share": "FLOAT64",
    "fine": "BOOL",
    "detail": "JSON",
}
ROW = {
    "name": "a",
    "happened": "2026-01-05T11:00:00.25Z",
    "day": "2026-01-05",
    "count": 7,
    "share": 0.5,
    "fine": True,
    "detail": '{"x": [1]}',
}
HOSTILE = 'it\'s "quoted" \\ `tick`\n; COMMIT TRANSACTION; -- @rows $rows {x} été 🏀'


def insert(side: WarehouseSide, table: str) -> str:
    """A statement that inserts the rows of `@rows`."""
    values = [
        f"CAST(JSON_VALUE(r, '$.{name}') AS {kind})" for name, kind in COLUMNS.items() if name not in {"name", "detail"}
    ]
    picked = ", ".join(["JSON_VALUE(r, '$.name')", *values, "PARSE_JSON(JSON_VALUE(r, '$.detail'))"])
    target = f"`{side.project}`.`results`.`{table}`"
    return f"INSERT INTO {target} ({', '.join(COLUMNS)}) SELECT {picked} FROM UNNEST(JSON_QUERY_ARRAY(@rows)) AS r;"


def script(side: WarehouseSide, *tables: str) -> str:
    """A transaction that inserts the same rows into each table."""
    return "\n".join(["BEGIN TRANSACTION;", *(insert(side, table) for table in tables), "COMMIT TRANSACTION;"])


def rows(*found: dict[str, Any]) -> dict[str, str]:
    """The script's parameter."""
    return {"rows": json.dumps(found)}


def stored(side: WarehouseSide, table: str = "runs") -> list[dict[str, Any]]:
    """The table's rows, by name."""
    sql = f"SELECT * FROM `{side.project}`.`results`.`{table}` ORDER BY name, count"
    return [dict(row) for row in side.warehouse().query(Query(sql=sql), {}).rows]


@pytest.fixture
def results(warehouse_side: WarehouseSide) -> WarehouseSide:
    """A side with two empty tables."""
    for name in ("runs", "checks"):
        warehouse_side.table("results", name, COLUMNS)
    return warehouse_side


def test_a_script_runs(results: WarehouseSide) -> None:
    """Every type arrives as it was meant."""
    assert results.scripts().run_once("k", script(results, "runs"), rows(ROW)) is True
    (row,) = stored(results)
    assert json.loads(row.pop("detail")) == {"x": [1]}
    expected = {**ROW, "happened": datetime(2026, 1, 5, 11, 0, 0, 250000, tzinfo=UTC), "day": date(2026, 1, 5)}
    assert row == {name: value for name, value in expected.items() if name != "detail"}


def test_a_key_that_ran_does_not_run_again(results: WarehouseSide) -> None:
    """The second call says so and stores nothing, even from another adapter and with other rows."""
    assert results.scripts().run_once("k", script(results, "runs"), rows(ROW)) is True
    assert results.scripts().run_once("k", script(results, "runs"), rows({"name": "b"})) is False
    assert [row["name"] for row in stored(results)] == ["a"]


def test_another_key_runs(results: WarehouseSide) -> None:
    """Keys are independent."""
    for key in ("k1", "k2"):
        assert results.scripts().run_once(key, script(results, "runs"), rows({"name": key})) is True
    assert [row["name"] for row in stored(results)] == ["k1", "k2"]


@pytest.mark.parametrize("row", [{"name": "a"}, {**dict.fromkeys(ROW), "name": "a"}])
def test_what_is_absent_or_null_is_null(results: WarehouseSide, row: dict[str, Any]) -> None:
    """A key that a row lacks, and one that is null, are NULL."""
    results.scripts().run_once("k", script(results, "runs"), rows(row))
    assert stored(results) == [{**dict.fromkeys(ROW), "name": "a"}]


def test_no_rows_are_no_rows(results: WarehouseSide) -> None:
    """An empty array stores nothing, and the key has run."""
    assert results.scripts().run_once("k", script(results, "runs"), rows()) is True
    assert results.scripts().run_once("k", script(results, "runs"), rows(ROW)) is False
    assert stored(results) == []


def test_text_arrives_as_it_is(results: WarehouseSide) -> None:
    """No character of a text means anything."""
    results.scripts().run_once("k", script(results, "runs"), rows({"name": HOSTILE}))
    assert [row["name"] for row in stored(results)] == [HOSTILE]


@pytest.mark.parametrize("broken", [{"name": "b", "count": "seven"}, {"name": None}, {"name": "b", "day": "yesterday"}])
def test_all_or_nothing(results: WarehouseSide, broken: dict[str, Any]) -> None:
    """When one value does not fit, neither table holds anything, and the key may be tried again."""
    both = script(results, "runs", "checks")
    with pytest.raises(ServiceError):
        results.scripts().run_once("k", both, rows(ROW, broken))
    assert stored(results) == stored(results, "checks") == []
    assert results.scripts().run_once("k", both, rows(ROW)) is True
    assert len(stored(results)) == len(stored(results, "checks")) == 1


def test_a_later_statement_that_fails_undoes_the_earlier(results: WarehouseSide) -> None:
    """The first INSERT is undone when the table of the second is missing."""
    with pytest.raises(ServiceError):
        results.scripts().run_once("k", script(results, "runs", "nope"), rows(ROW))
    assert stored(results) == []


def test_at_the_same_time_one_runs(results: WarehouseSide) -> None:
    """Of several calls with one key exactly one runs the script; the others learn that it ran."""
    with ThreadPoolExecutor(5) as pool:
        calls = [
            pool.submit(results.scripts().run_once, "k", script(results, "runs", "checks"), rows(ROW)) for _ in range(5)
        ]
        assert sorted(call.result() for call in calls) == [False, False, False, False, True]
    assert len(stored(results)) == len(stored(results, "checks")) == 1


def test_different_keys_at_the_same_time_all_run(results: WarehouseSide) -> None:
    """Runs that store at once do not get in one another's way."""
    with ThreadPoolExecutor(5) as pool:
        calls = [
            pool.submit(results.scripts().run_once, f"k{n}", script(results, "runs"), rows({"name": f"k{n}"}))
            for n in range(5)
        ]
        assert [call.result() for call in calls] == [True] * 5
    assert len(stored(results)) == 5


def test_rows_can_be_changed(results: WarehouseSide) -> None:
    """UPDATE with bound text changes the rows it names."""
    results.scripts().run_once(
        "k1", script(results, "runs"), rows({"name": "a", "fine": False}, {"name": "b", "fine": False})
    )
    change = f"BEGIN TRANSACTION; UPDATE `{results.project}`.`results`.`runs` SET fine = TRUE, count = CAST(@n AS INT64) WHERE name = @name; COMMIT TRANSACTION;"
    assert results.scripts().run_once("k2", change, {"name": "b", "n": "3"}) is True
    assert [(row["name"], row["fine"], row["count"]) for row in stored(results)] == [("a", False, None), ("b", True, 3)]


def test_a_missing_table_says_what_to_run(results: WarehouseSide) -> None:
    """Storing into a table that is not there names the command that makes it."""
    with pytest.raises(ServiceError, match="python -m validator tables create"):
        results.scripts().run_once("k", script(results, "nope"), rows(ROW))


def test_a_missing_column_says_what_to_run(warehouse_side: WarehouseSide) -> None:
    """So does storing into a table made by an older version, with fewer columns."""
    warehouse_side.table("results", "runs", {"name": "STRING"})
    with pytest.raises(ServiceError, match="python -m validator tables create"):
        warehouse_side.scripts().run_once("k", script(warehouse_side, "runs"), rows(ROW))
