"""Making result tables."""

from datetime import UTC, date, datetime

import pytest

from tests.contract.sides import WarehouseSide
from validator.errors import ServiceError
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
