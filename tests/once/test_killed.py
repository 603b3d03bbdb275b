"""A server killed at every step of a run: the retry leaves one run row, its result rows and one mail, and never none."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.http.asking import fired
from tests.once.counting import Left, left_by
from tests.once.serving import Broken, Server
from tests.once.steps import STEPS
from tests.once.test_twenty_at_once import PATH, minutes_ago
from tests.worlds.laid import LaidWorld

PROGRAM = (
    "-m",
    "functions_framework",
    "--target",
    "run_validation",
    "--source",
    str(Path(__file__).with_name("dying.py")),
    "--host",
    "127.0.0.1",
)
pytestmark = pytest.mark.xdist_group("killed")
STORED_FROM = STEPS.index("stored")


@dataclass(frozen=True, kw_only=True)
class Mortal:
    """A server that can be told at which step to die."""

    server: Server
    world: LaidWorld
    death: Path
    headers: dict[str, dict[str, str]] = field(default_factory=dict)

    def dies(self, step: str, headers: dict[str, str]) -> None:
        """Have it die at this step of a run; an earlier attempt's claim is waited for."""
        self.death.write_text(step)
        with contextlib.suppress(Broken):
            pytest.fail(f"it did not die at {step!r}, but answered {self.server.outwait(PATH, headers)}")
        assert not self.death.exists(), f"it did not die at {step!r}"


@pytest.fixture(scope="module")
def mortal(world: LaidWorld) -> Iterator[Mortal]:
    """A server that has died at every step, each time in another run; nothing was retried yet."""
    death = world.folder / "death"
    server = Server(world, world.folder, PROGRAM, DEATH=str(death))
    mortal = Mortal(server=server, world=world, death=death)
    for number, step in enumerate(STEPS):
        mortal.headers[step] = fired(minutes_ago(10 + number))
        mortal.dies(step, mortal.headers[step])
    yield mortal
    server.stop()


@pytest.mark.parametrize("step", STEPS)
def test_the_retry_after_a_kill(mortal: Mortal, step: str) -> None:
    """Killed after the claim, in a check, before, in or after storing, sending or recording: the retry does what is missing, once."""
    answer = mortal.server.insist(PATH, mortal.headers[step])
    assert answer.body["replayed"] is (STEPS.index(step) >= STORED_FROM), "what was stored is not run again"
    assert answer.body["delivery"] == {"stored": True, "sent": ["outbox"], "problems": []}
    expected = Left(runs=1, results=len(answer.body["results"]), alerts=1, mails=1)
    assert left_by(mortal.world, answer.body["run_id"]) == expected
    assert mortal.server.call(PATH, mortal.headers[step]).body["replayed"]
    assert left_by(mortal.world, answer.body["run_id"]) == expected


def test_right_after_a_kill(mortal: Mortal) -> None:
    """Right after the kill the claim still stands: the retry is told when to come again, and then does the run."""
    headers = fired(minutes_ago(50))
    mortal.dies("checked", headers)
    answer = mortal.server.call(PATH, headers)
    assert (answer.status, answer.headers["Retry-After"]) in ((409, "1"), (409, "2"))
    done = mortal.server.insist(PATH, headers).body
    assert left_by(mortal.world, done["run_id"]) == Left(runs=1, results=len(done["results"]), alerts=1, mails=1)


def test_killed_again_and_again(mortal: Mortal) -> None:
    """A run whose every attempt is killed a step further on is in the end one run, too."""
    headers = fired(minutes_ago(51))
    for step in ("storing", "sending"):
        mortal.dies(step, headers)
    done = mortal.server.insist(PATH, headers).body
    assert left_by(mortal.world, done["run_id"]) == Left(runs=1, results=len(done["results"]), alerts=1, mails=1)


def test_what_was_sent_and_noted_is_not_sent_again(mortal: Mortal) -> None:
    """Killed once the sending is noted, but before it is recorded in the table, the retry records it and leaves the mail alone."""
    headers = fired(minutes_ago(52))
    before = set(mortal.world.outbox.glob("*.eml"))
    mortal.dies("noted", headers)
    (mail,) = set(mortal.world.outbox.glob("*.eml")) - before
    written = mail.stat().st_mtime_ns
    done = mortal.server.insist(PATH, headers).body
    assert (mail.stem, mail.stat().st_mtime_ns) == (done["run_id"], written)
    assert left_by(mortal.world, done["run_id"]).alerts == 1
