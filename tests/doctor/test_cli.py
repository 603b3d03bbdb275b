"""`python -m validator doctor`: what is typed, what is printed, and the exit code."""

import json
import re
import zoneinfo
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.http.worlds import environment_of
from tests.typed import Type, typing
from tests.worlds.laid import LaidWorld
from validator.compose import _loaded
from validator.doctor.identity import IDENTITY
from validator.doctor.probes import PROBES


@pytest.fixture
def typed(world: LaidWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Types commands over the test's own world."""
    for name, value in environment_of(world).items():
        monkeypatch.setenv(name, value)
    # The laid runs are of February: no schedule of the real clock's is overdue where none ran lately.
    world.sql("DELETE FROM ops.validation_runs")
    return typing(capsys)


def test_nothing_to_mend(typed: Type) -> None:
    """Exit 0, a line a thing, the counts at the end."""
    done = typed("doctor")
    assert (done.code, done.err) == (0, "")
    assert "OK    result tables         validation_runs: all 15 columns\n" in done.out
    assert done.out.splitlines()[-1].endswith(" SKIP")
    assert "→" not in done.out


def test_something_to_mend(typed: Type, world: LaidWorld) -> None:
    """Exit 1; the command stands below its line, and ends it."""
    world.sql("DROP TABLE ops.dead_letters")
    done = typed("doctor")
    line = "FAIL  result tables         dead_letters: it does not exist\n      → python -m validator tables create\n"
    assert (done.code, line in done.out) == (1, True)
    assert typed("tables", "create").code == 0
    assert typed("doctor").code == 0


@pytest.mark.parametrize(("fail_on", "code"), [("never", 0), ("warn", 1), ("fail", 0)])
def test_a_warning(typed: Type, world: LaidWorld, fail_on: str, code: int) -> None:
    """A warning alone is exit 0, unless it is asked for."""
    world.sql("UPDATE cloud_run.services SET health_status = NULL")
    assert typed("doctor", "--fail-on", fail_on).code == code


def test_as_json(typed: Type, world: LaidWorld) -> None:
    """The same lines for a program, commands in full."""
    world.sql("DROP TABLE ops.dead_letters")
    done = typed("doctor", "--format", "json")
    body = json.loads(done.out)
    assert (done.code, body["status"]) == (1, "fail")
    assert [line["fix"] for line in body["checks"] if line["status"] == "FAIL"] == ["python -m validator tables create"]


@pytest.mark.parametrize("arguments", [("--format", "xml"), ("--deep",), ("now",)])
def test_usage(typed: Type, arguments: tuple[str, ...]) -> None:
    """What is not understood is exit 2, and nothing is looked at."""
    assert typed("doctor", *arguments).code == 2


def test_without_a_source_of_truth(typed: Type, world: LaidWorld) -> None:
    """What can't be loaded can't be looked after: exit 2 with every problem."""
    world.edit("pipeline.yaml", {"time_zone": "Europe/Atlantis", "results": None})
    done = typed("doctor")
    assert (done.code, done.out) == (2, "")
    assert "results" in done.err


@pytest.fixture
def no_time_zones() -> Iterator[Callable[[], None]]:
    """Takes the data of all zones from this machine; a zone that a process has in memory stays there."""
    yield lambda: zoneinfo.reset_tzpath(to=())
    zoneinfo.reset_tzpath()


def test_a_running_process_notices_that_zones_are_gone(typed: Type, no_time_zones: Callable[[], None]) -> None:
    """L-38: it still knows the time itself, the next process would not: FAIL, with the command."""
    assert typed("doctor").code == 0
    no_time_zones()
    done = typed("doctor")
    line = "FAIL  time zones            America/New_York: no data of this zone on this machine\n"
    assert (done.code, f"{line}      → python -m pip install tzdata\n" in done.out) == (1, True)


def test_without_time_zones_nothing_starts(typed: Type, no_time_zones: Callable[[], None]) -> None:
    """L-38: a process that has none in memory says what is missing: exit 2, never a silent UTC."""
    no_time_zones()
    zoneinfo.ZoneInfo.clear_cache()
    _loaded.cache_clear()
    done = typed("doctor")
    assert (done.code, "is tzdata installed?" in done.err) == (2, True)


def test_the_document_explains_every_line() -> None:
    """`docs/operations/DOCTOR.md` has a row for each probe, in their order, and for no other."""
    text = (Path(__file__).parents[2] / "docs/operations/DOCTOR.md").read_text().partition("| line |")[2]
    rows = re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE)
    assert rows == [IDENTITY.name, *(probe.name for probe in PROBES)]
