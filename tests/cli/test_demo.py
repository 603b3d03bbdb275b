"""`demo`: builds the local world, and never takes the place of anything that it did not make."""

import pytest

from tests.http.worlds import environment_of, traces
from tests.typed import Type
from tests.worlds.laid import LaidWorld


@pytest.fixture
def empty(world: LaidWorld) -> LaidWorld:
    """A place without a world."""
    world.path.unlink()
    return world


def test_it_builds_a_world(typed: Type, empty: LaidWorld) -> None:
    """After `demo` a run finds a world with result tables, and finds something in it."""
    done = typed("demo", "--date", "2026-02-04")
    assert done.code == 0
    assert done.out.startswith(f"made {empty.path}")
    assert "2026-02-04" in done.out
    run = typed("run", "post_overnight", "--as-of", "2026-02-04T06:05:00-05:00")
    assert (run.code, traces(empty)[0]) == (1, 1)


def test_it_builds_it_again(typed: Type, empty: LaidWorld) -> None:
    """It works twice: its own world is replaced, runs and all."""
    assert typed("demo").code == 0
    assert typed("run", "post_overnight", "--fail-on", "never").code == 0
    assert typed("demo", "--seed", "2").code == 0
    assert traces(empty)[0] == 0


def test_it_takes_nobodys_place(typed: Type, world: LaidWorld) -> None:
    """A file that `demo` did not make is left as it is: 2."""
    before = world.path.read_bytes()
    done = typed("demo")
    assert (done.code, done.out) == (2, "")
    assert "was not made by demo" in done.err
    assert world.path.read_bytes() == before


def test_it_makes_the_folder(typed: Type, empty: LaidWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of the world is made, too."""
    path = empty.folder / "new/deeper/world.duckdb"
    monkeypatch.setenv("VALIDATOR_LOCAL_DB", str(path))
    assert typed("demo").code == 0
    assert path.is_file()
    assert environment_of(empty)["VALIDATOR_LOCAL_DB"] != str(path)
