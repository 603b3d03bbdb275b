"""What every warehouse answers."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.contract.sides import WarehouseSide
from validator.errors import ServiceError
from validator.world import Column, Query, Value

LABELS = {"run": "r1", "check": "c1", "schedule": "s1"}
HOSTILE = [
    "it's",
    'say "hi"',
    "back\\slash",
    "line\nbreak",
    "`tick`",
    "; DROP TABLE games",
    "@day $day %s {x}",
    "été 🏀",
]
GAMES = {"id": "STRING", "day": "DATE", "tip": "TIMESTAMP", "home": "INT64", "share": "FLOAT64", "final": "BOOL"}
TIP = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)
ROWS: list[dict[str, Any]] = [
    {"id": "a", "day": date(2026, 1, 5), "tip": TIP, "home": 101, "share": 0.25, "final": True},
    {"id": "b", "day": date(2026, 1, 5), "tip": TIP, "home": 99, "share": 0.5, "final": False},
    {"id": "c", "day": date(2026, 1, 6), "tip": TIP.replace(day=6), "home": 120, "share": 1.0, "final": True},
    {"id": "d"},
]


def ask(side: WarehouseSide, sql: str, **parameters: Value) -> list[dict[str, Any]]:
    """The rows of a query in which `{games}` names the table of games."""
    query = Query(sql=sql.replace("{games}", f"`{side.project}`.`raw`.`games`"), parameters=parameters)
    return [dict(row) for row in side.warehouse().query(query, LABELS).rows]


@pytest.fixture
def games(warehouse_side: WarehouseSide) -> WarehouseSide:
    """A side with a table of games."""
    warehouse_side.table("raw", "games", GAMES, ROWS)
    return warehouse_side


def test_values_come_out_as_plain_python(games: WarehouseSide) -> None:
    """Dates are date, instants aware UTC datetimes, the rest str, int, float and bool."""
    (row,) = ask(games, "SELECT * FROM {games} WHERE id = 'a'")
    assert row == ROWS[0]
    assert [type(value) for value in row.values()] == [str, date, datetime, int, float, bool]
    assert row["tip"].tzinfo is UTC


def test_nothing_is_none(games: WarehouseSide) -> None:
    """NULL of every type comes out as None."""
    assert ask(games, "SELECT * FROM {games} WHERE id = 'd'") == [{**dict.fromkeys(GAMES), "id": "d"}]


def test_numeric_is_a_float(warehouse_side: WarehouseSide) -> None:
    """NUMERIC comes out as float: a limit is compared with floats."""
    warehouse_side.table("raw", "games", {"n": "NUMERIC"}, [{"n": Decimal("1.25")}])
    (row,) = ask(warehouse_side, "SELECT n FROM {games}")
    assert (row["n"], type(row["n"])) == (1.25, float)


def test_json_is_its_text(warehouse_side: WarehouseSide) -> None:
    """A JSON column comes out as text that holds the value."""
    warehouse_side.table("raw", "games", {"j": "JSON"}, [{"j": '{"a": [1, "x"]}'}, {"j": None}])
    found = [row["j"] for row in ask(warehouse_side, "SELECT j FROM {games} ORDER BY JSON_VALUE(j, '$.a[0]')")]
    assert found[0] is None
    assert json.loads(found[1]) == {"a": [1, "x"]}


def test_a_datetime_is_taken_to_be_utc(warehouse_side: WarehouseSide) -> None:
    """A DATETIME, which names no zone, comes out as that time in UTC."""
    warehouse_side.table("raw", "games", {"at": "DATETIME"}, [{"at": datetime(2026, 1, 5, 6)}])
    assert ask(warehouse_side, "SELECT at FROM {games}") == [{"at": datetime(2026, 1, 5, 6, tzinfo=UTC)}]


@pytest.mark.parametrize(
    ("column", "value"),
    [("id", "a"), ("day", date(2026, 1, 5)), ("tip", TIP), ("home", 101), ("share", 0.25), ("final", True)],
)
def test_parameters_of_every_type_are_bound(games: WarehouseSide, column: str, value: Value) -> None:
    """A bound value compares as its own type."""
    found = ask(games, f"SELECT id FROM {{games}} WHERE {column} = @value ORDER BY id", value=value)
    assert found[0] == {"id": "a"}
    assert ask(games, "SELECT @value AS value", value=value) == [{"value": value}]


@pytest.mark.parametrize(
    ("column", "values", "ids"),
    [
        ("id", ("a", "c", "zz"), ["a", "c"]),
        ("day", (date(2026, 1, 6),), ["c"]),
        ("home", (99, 120), ["b", "c"]),
        ("id", (), []),
        ("day", (), []),
    ],
)
def test_a_tuple_is_an_array(games: WarehouseSide, column: str, values: tuple[Any, ...], ids: list[str]) -> None:
    """A tuple is bound as an array to look in, also an empty one."""
    found = ask(games, f"SELECT id FROM {{games}} WHERE {column} IN UNNEST(@values) ORDER BY id", values=values)
    assert [row["id"] for row in found] == ids


def test_a_parameter_that_the_query_does_not_name_is_ignored(games: WarehouseSide) -> None:
    """Parameters may be bound for several queries at once."""
    assert ask(games, "SELECT COUNT(*) AS n FROM {games}", unused="x") == [{"n": 4}]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_comes_back_as_it_went_in(games: WarehouseSide, text: str) -> None:
    """No character of a bound text means anything."""
    assert ask(games, "SELECT @text AS text, COUNT(*) AS n FROM {games} WHERE id != @text", text=text) == [
        {"text": text, "n": 4}
    ]


def test_counts_and_groups(games: WarehouseSide) -> None:
    """Aggregates skip NULL, COUNTIF counts, groups are by value."""
    found = ask(
        games,
        "SELECT day, COUNT(*) AS n, COUNTIF(final) AS finals, MAX(home) AS most, AVG(share) AS mean, MIN(tip) AS first"
        " FROM {games} GROUP BY day ORDER BY day",
    )
    assert [row["day"] for row in found] == [None, date(2026, 1, 5), date(2026, 1, 6)]
    assert found[0] == {"day": None, "n": 1, "finals": 0, "most": None, "mean": None, "first": None}
    assert found[1] == {"day": date(2026, 1, 5), "n": 2, "finals": 1, "most": 101, "mean": 0.375, "first": TIP}


def test_countif_of_no_rows_is_zero(games: WarehouseSide) -> None:
    """COUNTIF over nothing is 0, SUM and MAX are NULL."""
    sql = "SELECT COUNTIF(final) AS n, SUM(home) AS total, MAX(day) AS last FROM {games} WHERE id = 'nobody'"
    assert ask(games, sql) == [{"n": 0, "total": None, "last": None}]


def test_arms_of_a_union_are_counted_together(games: WarehouseSide) -> None:
    """UNION ALL keeps every row; grouping may stand outside it."""
    sql = "WITH u AS (SELECT 'x' AS name, day FROM {games} UNION ALL SELECT 'y', day FROM {games} WHERE home > 100)"
    found = ask(games, sql + " SELECT name, COUNT(*) AS n, MAX(day) AS last FROM u GROUP BY name ORDER BY name")
    assert found == [{"name": "x", "n": 4, "last": date(2026, 1, 6)}, {"name": "y", "n": 2, "last": date(2026, 1, 6)}]


def test_the_newest_row_of_each_key(games: WarehouseSide) -> None:
    """QUALIFY keeps one row a key; NULL is the lowest value."""
    sql = "SELECT id FROM {games} WHERE TRUE QUALIFY ROW_NUMBER() OVER (PARTITION BY day ORDER BY home DESC) = 1 ORDER BY id"
    assert [row["id"] for row in ask(games, sql)] == ["a", "c", "d"]


def test_the_day_of_an_instant_is_utc(games: WarehouseSide) -> None:
    """DATE of a TIMESTAMP is the day in UTC."""
    assert ask(games, "SELECT DATE(tip) AS day FROM {games} WHERE id = 'a'") == [{"day": date(2026, 1, 5)}]


def test_nothing_found_is_no_rows(games: WarehouseSide) -> None:
    """An empty answer has no rows, and its bill is a number."""
    answer = games.warehouse().query(
        Query(sql=f"SELECT id FROM `{games.project}`.`raw`.`games` WHERE id = 'x'"), LABELS
    )
    assert answer.rows == ()
    assert answer.bytes_billed >= 0


@pytest.mark.parametrize(
    ("sql", "named"),
    [("SELECT id FROM `{p}`.`raw`.`nope`", "raw.nope"), ("SELECT nope FROM `{p}`.`raw`.`games`", "nope")],
)
def test_what_is_missing_is_named(games: WarehouseSide, sql: str, named: str) -> None:
    """A missing table or column is an error that names it, and that no retry mends."""
    with pytest.raises(ServiceError) as caught:
        games.warehouse().query(Query(sql=sql.format(p=games.project)), LABELS)
    assert named in caught.value.reason
    assert not caught.value.transient
    assert "/" not in caught.value.reason


def test_a_parameter_without_a_value_is_an_error(games: WarehouseSide) -> None:
    """A query whose parameter is not bound is refused."""
    with pytest.raises(ServiceError):
        ask(games, "SELECT id FROM {games} WHERE id = @nobody")


def test_no_time_left_is_an_error(games: WarehouseSide) -> None:
    """When the time is used up the query is not waited for; trying later may help."""
    with pytest.raises(ServiceError) as caught:
        games.warehouse(lambda: 0.0).query(Query(sql="SELECT 1 AS one"), LABELS)
    assert caught.value.transient


def test_columns_of_the_datasets(games: WarehouseSide) -> None:
    """Every column of every table of the datasets that exist, typed as BigQuery types them."""
    games.table("other", "one", {"x": "STRING NOT NULL", "j": "JSON", "n": "NUMERIC"})
    games.table("unasked", "one", {"x": "STRING"})
    found, billed = games.warehouse().columns(["raw", "other", "no_such_dataset"], LABELS)
    expected = {("raw.games", name): kind for name, kind in GAMES.items()}
    expected |= {("other.one", "x"): "STRING", ("other.one", "j"): "JSON", ("other.one", "n"): "NUMERIC"}
    assert {(column.table, column.name): column.type for column in found} == expected
    assert all(isinstance(column, Column) for column in found)
    assert billed >= 0
