"""`tables create` makes and adds what is missing, `tables diff` says what differs; neither takes anything away."""

import subprocess
import sys

import pytest

from tests.http.test_retries import without_tables
from tests.typed import Type
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


def test_diff_in_sync(typed: Type) -> None:
    """Every table as it is declared: a line each, exit 0."""
    done = typed("tables", "diff")
    assert (done.code, done.out.count(": in sync\n")) == (0, 7)
    assert done.out.endswith("7 result tables, all in sync\n")


def test_diff_of_what_create_mends(typed: Type, world: LaidWorld) -> None:
    """A missing table, a missing column, another query: drift, until `tables create`, which is the command that is shown."""
    world.sql("DROP VIEW ops.validation_trends")
    world.sql("CREATE VIEW ops.validation_trends AS SELECT 1 AS one")
    world.sql("DROP TABLE ops.dead_letters")
    world.sql("ALTER TABLE ops.validation_alerts DROP COLUMN status")
    done = typed("tables", "diff")
    assert done.code == 1
    for line in (
        "ops.dead_letters: missing\n  it does not exist\n      → python -m validator tables create\n",
        "ops.validation_alerts: differs\n  it has no column status\n      → python -m validator tables create\n",
        "ops.validation_trends: differs\n  its query is another one\n      → python -m validator tables create\n",
        "7 result tables, 3 unlike declared\n",
    ):
        assert line in done.out
    assert typed("tables", "create").code == 0
    assert typed("tables", "diff").code == 0


def test_diff_changes_nothing(typed: Type, world: LaidWorld) -> None:
    """Looking makes no table and adds no column."""
    without_tables(world)
    assert typed("tables", "diff").code == 1
    assert typed("tables", "diff").out.count(": missing\n") == 4


def test_diff_of_what_a_person_mends(typed: Type, world: LaidWorld) -> None:
    """Another type is explained; the command that is shown, typed into a shell, keeps the rows and mends it."""
    world.sql("ALTER TABLE ops.validation_alerts ALTER COLUMN status TYPE BIGINT")
    world.sql("INSERT INTO ops.validation_alerts (alert_id, alert_timestamp, status) VALUES ('a', now(), 7)")
    done = typed("tables", "diff")
    assert (done.code, "ops.validation_alerts: differs\n  status is INT64, not STRING\n" in done.out) == (1, True)
    (command,) = [line.strip(" →") for line in done.out.splitlines() if "RENAME" in line]
    shell = command.replace("python", sys.executable)
    subprocess.run(["bash", "-euc", shell], check=True, capture_output=True)
    assert typed("tables", "diff").code == 0
    assert world.sql("SELECT status FROM ops.validation_alerts__before") == [(7,)]


def test_create_says_what_it_cannot_make(typed: Type, world: LaidWorld) -> None:
    """A view in the place of a table takes no rows: said with what to type, and exit 1."""
    typed("tables", "create")
    world.sql("DROP TABLE ops.dead_letters")
    world.sql("CREATE VIEW ops.dead_letters AS SELECT 1 AS one")
    done = typed("tables", "create")
    assert done.code == 1
    assert "it is a view, not a table" in done.out
    assert "DROP VIEW" in done.out


def test_diff_of_a_table_made_by_hand(typed: Type, world: LaidWorld) -> None:
    """REQUIRED columns that may be NULL are accepted, and said."""
    world.sql("ALTER TABLE ops.dependency_check_log ALTER COLUMN check_time DROP NOT NULL")
    done = typed("tables", "diff")
    assert (done.code, "ops.dependency_check_log: in sync (may be NULL, accepted: check_time)" in done.out) == (0, True)


def test_diff_without_a_world(typed: Type, world: LaidWorld) -> None:
    """Not being able to look is neither in sync nor drift."""
    world.path.unlink()
    assert typed("tables", "diff").code == 2
