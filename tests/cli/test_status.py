"""`status` on the command line."""

import json

from tests.typed import Type
from tests.worlds.laid import LaidWorld


def test_nothing_stored(typed: Type) -> None:
    """Nothing stored is a finding, with the command to type."""
    done = typed("status")
    assert done.code == 1
    assert "python -m validator run post_overnight" in done.out


def test_one_screen(typed: Type, world: LaidWorld) -> None:
    """The answers come first, then what is open with its age, then the runs it is known from; nothing is stored or sent."""
    typed("run", "post_overnight")
    before = world.sql("SELECT COUNT(*) FROM ops.validation_runs")
    done = typed("status")
    assert done.code == 1
    assert done.out.index("Did it complete?") < done.out.index("Open (") < done.out.index("Newest runs")
    assert "dlq_depth · lost-dlq · since" in done.out
    assert world.sql("SELECT COUNT(*) FROM ops.validation_runs") == before
    assert typed("status", "--fail-on", "never").code == 0


def test_json(typed: Type) -> None:
    """The same as JSON."""
    typed("run", "post_overnight")
    assert json.loads(typed("status", "--format", "json").out)["runs"][0]["schedule_name"] == "post_overnight"


def test_bad_date(typed: Type) -> None:
    """A date that is none is 2."""
    assert typed("status", "--date", "yesterday").code == 2
