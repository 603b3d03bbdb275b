"""`tables create`: makes what is missing and adds what is missing; it never takes anything away."""

import pytest

from tests.cli.conftest import Type
from tests.http.test_retries import without_tables
from tests.worlds.laid import LaidWorld

TABLES = (
    "validation_runs",
    "validation_check_results",
    "validation_alerts",
    "processor_execution_log",
    "dependency_check_log",
    "dead_letters",
)


def test_it_makes_them(typed: Type, world: LaidWorld) -> None:
    """What is missing is made, and a run can be stored."""
    without_tables(world)
    assert typed("run", "post_overnight").code == 3
    done = typed("tables", "create")
    assert done.code == 0
    assert "ops.validation_runs: created" in done.out
    assert "ops.dead_letters: unchanged" in done.out
    assert typed("run", "post_overnight").code == 1


def test_again(typed: Type, world: LaidWorld) -> None:
    """Again it changes nothing, and keeps every row."""
    typed("run", "post_overnight")
    done = typed("tables", "create")
    assert done.code == 0
    assert all(f"ops.{name}: unchanged" in done.out for name in TABLES)
    assert world.sql("SELECT count(*) FROM ops.validation_runs") == [(1,)]


def test_a_view_that_is_as_it_should_be(typed: Type) -> None:
    """Again the view is unchanged, too."""
    assert "ops.validation_trends: unchanged" in typed("tables", "create").out


def test_the_tables_of_an_older_runner(typed: Type, world: LaidWorld) -> None:
    """Columns that an older table lacks are added; storing into one without them says what to type."""
    world.sql("DROP VIEW ops.validation_trends")
    world.sql("ALTER TABLE ops.validation_runs DROP COLUMN checks_errored")
    world.sql("ALTER TABLE ops.validation_runs DROP COLUMN checks_skipped")
    refused = typed("run", "post_overnight")
    assert (refused.code, "tables create" in refused.out) == (3, True)
    done = typed("tables", "create")
    assert (done.code, "ops.validation_runs: added checks_skipped, checks_errored" in done.out) == (0, True)
    assert typed("run", "post_overnight").code == 1


def test_a_column_of_ones_own(typed: Type, world: LaidWorld) -> None:
    """A column that nobody declared stays."""
    world.sql("ALTER TABLE ops.validation_alerts ADD COLUMN mine VARCHAR")
    assert typed("tables", "create").code == 0
    assert world.sql("SELECT mine FROM ops.validation_alerts") == []


@pytest.mark.parametrize("name", TABLES)
def test_every_declared_table_is_there(typed: Type, world: LaidWorld, name: str) -> None:
    """Every table that is declared can be read."""
    assert world.sql(f"SELECT * FROM ops.{name}") == []
