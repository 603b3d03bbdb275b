"""Whatever an older table lacks, `ensure` ends what it can end and touches nothing else."""

from pathlib import Path

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from validator.local.tables import ensure, look
from validator.result_tables import compare_table
from validator.ssot.load import load
from validator.ssot.models.tables import ResultTableSpec

PROJECT = "a_project"
TABLES = [table for table in load(Path(__file__).parents[2] / "schemas").result_tables if table.query is None]
TYPES = st.sampled_from(["VARCHAR", "BIGINT", "DATE", "DOUBLE", "BOOLEAN", "TIMESTAMPTZ"])


@st.composite
def older(draw: st.DrawFn) -> tuple[ResultTableSpec, dict[str, str]]:
    """A declared table, and columns (some of its own, some of others' types, one of nobody's) that an older one has."""
    table = draw(st.sampled_from(TABLES))
    names = draw(st.lists(st.sampled_from([column.name for column in table.columns]), unique=True))
    return table, {"of_ones_own": "VARCHAR", **{name: draw(TYPES) for name in names}}


@given(older())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_what_ensure_leaves(case: tuple[ResultTableSpec, dict[str, str]]) -> None:
    """Afterwards nothing is lacking, what only a person can mend is what it was before, and every older column is as it was."""
    table, columns = case
    with duckdb.connect() as database:
        database.execute(f"ATTACH ':memory:' AS {PROJECT}; USE {PROJECT}; CREATE SCHEMA ops")
        database.execute(
            f"CREATE TABLE ops.{table.name} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
        )
        before = look(database, PROJECT, "ops", table.name)
        lacking = compare_table(table, before, PROJECT, "ops").lacking
        done = ensure(database, PROJECT, "ops", table)
        after = look(database, PROJECT, "ops", table.name)
    assert done == (f"added {', '.join(column.name for column in lacking)}" if lacking else "unchanged")
    found = compare_table(table, after, PROJECT, "ops")
    assert found.to_create == ()
    assert found.unlike == compare_table(table, before, PROJECT, "ops").unlike
    assert before is not None
    assert after is not None
    assert after.columns[: len(before.columns)] == before.columns
