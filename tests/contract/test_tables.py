"""Making result tables."""

from datetime import UTC, date, datetime

import pytest

from tests.contract.sides import WarehouseSide
from validator.errors import ServiceError
from validator.result_tables import Compared, compare_table
from validator.ssot.models.tables import ColumnSpec, ResultTableSpec
from validator.world import Query

RUNS = ResultTableSpec(
    name="runs",
    description="one row a run",
    partitioned_by="run_timestamp",
    clustered_by=("check_type",),
    columns=(
        ColumnSpec(name="run_id", type="STRING", mode="REQUIRED", description="names the run"),
        ColumnSpec(name="run_timestamp", type="TIMESTAMP", mode="REQUIRED"),
        ColumnSpec(name="check_type", type="STRING"),
        ColumnSpec(name="target_date", type="DATE"),
        ColumnSpec(name="passed", type="INT64"),
        ColumnSpec(name="mean", type="FLOAT64"),
        ColumnSpec(name="told", type="BOOL"),
        ColumnSpec(name="input", type="JSON"),
    ),
)
RUN = {"run_id": "r", "run_timestamp": datetime(2026, 1, 5, 11, tzinfo=UTC)}
DAILY = """
SELECT DATE(run_timestamp) AS day, COUNT(*) AS runs, COUNTIF(told) AS told, ROUND(100 * SAFE_DIVIDE(COUNTIF(told), COUNT(*)), 1) AS share
FROM `$project.$dataset.runs` GROUP BY day
"""


def columns(side: WarehouseSide, table: str) -> list[tuple[str, str]]:
    """Names and types of a table's columns, in order."""
    found, _ = side.warehouse().columns(["results"], {})
    return [(column.name, column.type) for column in found if column.table == f"results.{table}"]


def test_a_table_is_made_with_its_dataset(warehouse_side: WarehouseSide) -> None:
    """A table that is missing is made with every column, in order."""
    assert warehouse_side.tables().ensure("results", RUNS) == "created"
    assert columns(warehouse_side, "runs") == [(column.name, column.type) for column in RUNS.columns]


def test_required_columns_are_required(warehouse_side: WarehouseSide) -> None:
    """A row without a REQUIRED value is refused."""
    warehouse_side.tables().ensure("results", RUNS)
    target = f"`{warehouse_side.project}`.`results`.`runs`"
    text = f"BEGIN TRANSACTION; INSERT INTO {target} (run_id, passed) SELECT @id, 1; COMMIT TRANSACTION;"
    with pytest.raises(ServiceError):
        warehouse_side.scripts().run_once("k", text, {"id": "r"})


def test_a_second_time_nothing_happens(warehouse_side: WarehouseSide) -> None:
    """Making a table twice leaves it unchanged."""
    warehouse_side.tables().ensure("results", RUNS)
    assert warehouse_side.tables().ensure("results", RUNS) == "unchanged"


def test_missing_columns_are_added(warehouse_side: WarehouseSide) -> None:
    """An older table gets the columns it lacks; its rows stay, and hold NULL there."""
    old = {
        "run_id": "STRING NOT NULL",
        "run_timestamp": "TIMESTAMP NOT NULL",
        "check_type": "STRING",
        "by_hand": "STRING",
    }
    warehouse_side.table("results", "runs", old, [RUN])
    added = warehouse_side.tables().ensure("results", RUNS)
    assert added == "added target_date, passed, mean, told, input"
    (row,) = (
        warehouse_side.warehouse().query(Query(sql=f"SELECT * FROM `{warehouse_side.project}.results.runs`"), {}).rows
    )
    assert (row["run_id"], row["passed"], row["by_hand"]) == ("r", None, None)
    assert warehouse_side.tables().ensure("results", RUNS) == "unchanged"


def test_a_required_column_is_added_as_nullable(warehouse_side: WarehouseSide) -> None:
    """Rows that are there have no value for it."""
    warehouse_side.table("results", "runs", {"run_id": "STRING"}, [{"run_id": "r"}])
    assert warehouse_side.tables().ensure("results", RUNS).startswith("added run_timestamp, ")


def test_a_table_with_every_column_nullable_is_accepted(warehouse_side: WarehouseSide) -> None:
    """A table that was made by hand is left as it is."""
    warehouse_side.table("results", "runs", {column.name: column.type for column in RUNS.columns})
    assert warehouse_side.tables().ensure("results", RUNS) == "unchanged"


def test_a_view_is_made_and_answers(warehouse_side: WarehouseSide) -> None:
    """A view's query names its project and dataset by `$project` and `$dataset`."""
    warehouse_side.table(
        "results", "runs", {"run_timestamp": "TIMESTAMP", "told": "BOOL"}, [{**_at(5), "told": True}, _at(5), _at(6)]
    )
    assert warehouse_side.tables().ensure("results", ResultTableSpec(name="daily", query=DAILY)) == "created"
    found = warehouse_side.warehouse().query(
        Query(sql=f"SELECT * FROM `{warehouse_side.project}.results.daily` ORDER BY day"), {}
    )
    assert [tuple(row.values()) for row in found.rows] == [
        (date(2026, 1, 5), 2, 1, 50.0),
        (date(2026, 1, 6), 1, 0, 0.0),
    ]


def test_a_view_follows_its_query(warehouse_side: WarehouseSide) -> None:
    """The same query leaves a view unchanged, another one replaces it."""
    warehouse_side.table("results", "runs", {"run_id": "STRING"}, [{"run_id": "r"}])
    first = ResultTableSpec(name="ids", query="SELECT run_id FROM `$project.$dataset.runs`")
    second = ResultTableSpec(name="ids", query="SELECT run_id, 1 AS one FROM `$project.$dataset.runs`")
    ensure = warehouse_side.tables().ensure
    assert [ensure("results", first), ensure("results", first), ensure("results", second)] == [
        "created",
        "unchanged",
        "replaced",
    ]
    assert [name for name, _ in columns(warehouse_side, "ids")] == ["run_id", "one"]


def test_a_view_over_nothing_is_an_error(warehouse_side: WarehouseSide) -> None:
    """A view whose table is missing is refused."""
    with pytest.raises(ServiceError):
        warehouse_side.tables().ensure(
            "results", ResultTableSpec(name="ids", query="SELECT x FROM `$project.$dataset.nope`")
        )


def _at(day: int) -> dict[str, datetime]:
    return {"run_timestamp": datetime(2026, 1, day, 11, tzinfo=UTC)}


def compared(side: WarehouseSide, table: ResultTableSpec) -> Compared:
    """What is there, held against the declared table."""
    return compare_table(table, side.tables().look("results", table), side.project, "results")


def test_nothing_is_there(warehouse_side: WarehouseSide) -> None:
    """A table is missing in a dataset, and without one."""
    assert compared(warehouse_side, RUNS).missing
    warehouse_side.dataset("results")
    assert compared(warehouse_side, RUNS).missing


@pytest.mark.parametrize(
    "table", [RUNS, ResultTableSpec(name="ids", query="SELECT run_id FROM `$project.$dataset.runs`")]
)
def test_what_was_made_is_in_sync(warehouse_side: WarehouseSide, table: ResultTableSpec) -> None:
    """A table or view that was just made differs in nothing."""
    warehouse_side.tables().ensure("results", RUNS)
    warehouse_side.tables().ensure("results", table)
    assert compared(warehouse_side, table) == Compared()


def test_what_a_table_lacks_and_what_differs(warehouse_side: WarehouseSide) -> None:
    """Missing columns, another type, and columns that may be NULL are told apart; so it is after the columns are added."""
    old = {
        "run_id": "STRING",
        "run_timestamp": "TIMESTAMP NOT NULL",
        "check_type": "INT64",
        "target_date": "DATE",
        "input": "JSON",
    }
    warehouse_side.table("results", "runs", old)
    found = compared(warehouse_side, RUNS)
    assert [column.name for column in found.lacking] == ["passed", "mean", "told"]
    assert "check_type is INT64, not STRING" in [unlike.what for unlike in found.unlike]
    assert found.relaxed == ("run_id",)
    warehouse_side.tables().ensure("results", RUNS)
    assert compared(warehouse_side, RUNS).lacking == ()
    assert compared(warehouse_side, RUNS).unlike == found.unlike


def test_a_column_that_refuses_our_rows(warehouse_side: WarehouseSide) -> None:
    """A column that must be filled, and that nobody declared, is a difference: no run could be stored."""
    warehouse_side.tables().ensure("results", RUNS)
    mine = ResultTableSpec(
        name="runs", columns=RUNS.columns[:-1], partitioned_by="run_timestamp", clustered_by=("check_type",)
    )
    assert compared(warehouse_side, mine).in_sync
    without_id = ResultTableSpec(
        name="runs", columns=RUNS.columns[1:], partitioned_by="run_timestamp", clustered_by=("check_type",)
    )
    assert [one.what for one in compared(warehouse_side, without_id).unlike] == [
        "run_id is REQUIRED, and nobody fills it"
    ]


def test_another_query_of_a_view(warehouse_side: WarehouseSide) -> None:
    """A view made from another query is told, and `ensure` ends it."""
    warehouse_side.tables().ensure("results", RUNS)
    view = ResultTableSpec(name="ids", query="SELECT run_id FROM `$project.$dataset.runs`")
    other = ResultTableSpec(name="ids", query="SELECT run_id, 1 AS one FROM `$project.$dataset.runs`")
    warehouse_side.tables().ensure("results", view)
    assert compared(warehouse_side, other).other_query
    warehouse_side.tables().ensure("results", other)
    assert compared(warehouse_side, other) == Compared()


def test_a_table_where_a_view_is_declared(warehouse_side: WarehouseSide) -> None:
    """A table is told from a view, and neither is turned into the other."""
    warehouse_side.tables().ensure("results", RUNS)
    view = ResultTableSpec(name="runs", query="SELECT 1 AS one")
    assert [one.what for one in compared(warehouse_side, view).unlike] == ["it is a table, not a view"]
    assert warehouse_side.tables().ensure("results", view) == "unchanged"
