"""A declared result table against what is there: each kind of difference, its words and what mends it."""

from dataclasses import replace

import pytest

from validator.result_tables import Compared, Layout, LiveColumn, LiveTable, compare_table, mend, partition_of
from validator.ssot.models.tables import ColumnSpec, ResultTableSpec

DECLARED = ResultTableSpec(
    name="runs",
    partitioned_by="DAY(at)",
    clustered_by=("kind", "status"),
    columns=(
        ColumnSpec(name="id", type="STRING", mode="REQUIRED"),
        ColumnSpec(name="at", type="TIMESTAMP", mode="REQUIRED"),
        ColumnSpec(name="kind", type="STRING"),
        ColumnSpec(name="count", type="INT64"),
        ColumnSpec(name="status", type="STRING"),
    ),
)
VIEW = ResultTableSpec(name="days", query="SELECT '$5' AS price FROM `$project.$dataset.runs`")
LIVE = LiveTable(
    view=False,
    columns=(
        LiveColumn(name="id", type="STRING", required=True),
        LiveColumn(name="at", type="TIMESTAMP", required=True),
        LiveColumn(name="kind", type="STRING", required=False),
        LiveColumn(name="count", type="INTEGER", required=False),
        LiveColumn(name="status", type="STRING", required=False),
    ),
    layout=Layout(partition="DAY(at)", clusters=("kind", "status")),
)


def compared(live: LiveTable | None, declared: ResultTableSpec = DECLARED) -> Compared:
    """The comparison, in project `p` and dataset `d`."""
    return compare_table(declared, live, "p", "d")


def with_column(column: LiveColumn) -> LiveTable:
    """The table, with one column in place of the one of its name, or added."""
    others = tuple(one for one in LIVE.columns if one.name != column.name)
    return replace(LIVE, columns=(*others, column))


def without(*names: str) -> LiveTable:
    """The table without some columns."""
    return replace(LIVE, columns=tuple(one for one in LIVE.columns if one.name not in names))


def test_as_declared() -> None:
    """Legacy names of types are the same types."""
    assert compared(LIVE) == Compared()
    assert compared(LIVE).in_sync


def test_missing() -> None:
    """A table that is not there is made by `tables create`."""
    found = compared(None)
    assert (found.missing, found.in_sync, found.to_create) == (True, False, ("it does not exist",))


def test_missing_columns() -> None:
    """Columns that are not there are added by `tables create`, in the declared order."""
    found = compared(without("status", "kind"))
    assert (found.to_create, found.unlike) == (("it has no column kind, status",), ())


def test_made_by_hand() -> None:
    """Columns that may be NULL although they are declared REQUIRED are accepted, and said."""
    loose = replace(LIVE, columns=tuple(replace(one, required=False) for one in LIVE.columns))
    found = compared(loose)
    assert (found.in_sync, found.relaxed) == (True, ("id", "at"))


def test_names_are_alike_in_any_case() -> None:
    """BigQuery's names of columns have no case."""
    assert compared(replace(LIVE, columns=tuple(replace(one, name=one.name.upper()) for one in LIVE.columns))).in_sync


def test_a_column_of_ones_own() -> None:
    """A column that nobody declared is nobody's business, as long as it may be empty."""
    assert compared(with_column(LiveColumn(name="mine", type="STRING", required=False))).in_sync


@pytest.mark.parametrize(
    ("live", "what", "command"),
    [
        (
            with_column(LiveColumn(name="count", type="STRING", required=False)),
            "count is STRING, not INT64",
            "bq query --project_id=p --nouse_legacy_sql 'ALTER TABLE `p.d.runs` RENAME TO `runs__before`' && python -m validator tables create",
        ),
        (
            with_column(LiveColumn(name="kind", type="ARRAY<STRING>", required=False)),
            "kind is ARRAY<STRING>, not STRING",
            "bq query --project_id=p --nouse_legacy_sql 'ALTER TABLE `p.d.runs` RENAME TO `runs__before`' && python -m validator tables create",
        ),
        (
            with_column(LiveColumn(name="kind", type="STRING", required=True)),
            "kind is REQUIRED, and it may be empty",
            "bq query --project_id=p --nouse_legacy_sql 'ALTER TABLE `p.d.runs` ALTER COLUMN `kind` DROP NOT NULL'",
        ),
        (
            with_column(LiveColumn(name="mine", type="STRING", required=True)),
            "mine is REQUIRED, and nobody fills it",
            "bq query --project_id=p --nouse_legacy_sql 'ALTER TABLE `p.d.runs` ALTER COLUMN `mine` DROP NOT NULL'",
        ),
        (
            replace(LIVE, layout=Layout(clusters=("kind", "status"))),
            "it is partitioned by nothing, not by DAY(at)",
            "bq query --project_id=p --nouse_legacy_sql 'ALTER TABLE `p.d.runs` RENAME TO `runs__before`' && python -m validator tables create",
        ),
        (
            replace(LIVE, layout=Layout(partition="MONTH(at)", clusters=("kind", "status"))),
            "it is partitioned by MONTH(at), not by DAY(at)",
            "bq query --project_id=p --nouse_legacy_sql 'ALTER TABLE `p.d.runs` RENAME TO `runs__before`' && python -m validator tables create",
        ),
        (
            replace(LIVE, layout=Layout(partition="DAY(at)", clusters=("status", "kind"))),
            "it is clustered by status, kind, not by kind, status",
            "bq update --clustering_fields=kind,status p:d.runs",
        ),
        (
            LiveTable(view=True, query="SELECT 1"),
            "it is a view, not a table",
            "bq query --project_id=p --nouse_legacy_sql 'DROP VIEW `p.d.runs`' && python -m validator tables create",
        ),
    ],
    ids=["type", "repeated", "required", "required of ones own", "no partition", "grain", "clusters", "kind"],
)
def test_what_a_person_must_mend(live: LiveTable, what: str, command: str) -> None:
    """Each is explained in words, with the command; `tables create` does nothing about it."""
    found = compared(live)
    assert [unlike.what for unlike in found.unlike] == [what]
    assert mend(found.unlike[0], "p", "d.runs", None) == command
    assert found.to_create == ()
    assert not found.in_sync


def test_a_view_where_a_table_is() -> None:
    """A table that stands where a view is declared keeps its rows under another name."""
    (unlike,) = compared(LIVE, VIEW).unlike
    assert unlike.what == "it is a table, not a view"
    assert "ALTER TABLE `p.d.days` RENAME TO `days__before`" in mend(unlike, "p", "d.days", None)


def test_a_view_of_another_query() -> None:
    """A view is compared by its query with the place filled in; `tables create` replaces it."""
    same = LiveTable(view=True, query="SELECT '$5' AS price FROM `p.d.runs`")
    assert compared(same, VIEW).in_sync
    assert compared(replace(same, query="SELECT 1"), VIEW).to_create == ("its query is another one",)


def test_a_warehouse_without_layouts() -> None:
    """Where a warehouse has no partitions and clusters, none are missed."""
    assert compared(replace(LIVE, layout=None)).in_sync


@pytest.mark.parametrize(
    ("text", "partition"),
    [("DATE(at)", "DAY(at)"), ("at", "DAY(at)"), ("MONTH(at)", "MONTH(at)"), ("hour(at)", "HOUR(at)"), (None, "")],
)
def test_partitions_by_their_words(text: str | None, partition: str) -> None:
    """What means the same partition reads the same."""
    assert partition_of(text) == partition
