"""A server killed at moments nobody chose."""

import contextlib
import random
import threading
import time

import pytest

from tests.http.asking import fired
from tests.once.counting import Left, left_by
from tests.once.serving import Broken, Server
from tests.once.test_twenty_at_once import PATH, minutes_ago
from tests.worlds.laid import LaidWorld

pytestmark = pytest.mark.xdist_group("killed_anywhere")
SEED = 20260203
ROUNDS = 5
LONGEST = 0.6
"""Seconds that a run takes, roughly."""


def call(server: Server, headers: dict[str, str]) -> None:
    """A call that may be cut off."""
    with contextlib.suppress(Broken):
        server.call(PATH, headers)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_killed_at_a_random_moment(server: Server, world: LaidWorld, number: int) -> None:
    """Killed at any moment and retried, a run is one row, its result rows, one mail and one alert row."""
    headers = fired(minutes_ago(10 + number))
    moment = random.Random(SEED + number).uniform(0, LONGEST)
    caller = threading.Thread(target=call, args=(server, headers))
    caller.start()
    time.sleep(moment)
    server.kill_worker()
    caller.join()
    done = server.insist(PATH, headers).body
    expected = Left(runs=1, results=len(done["results"]), alerts=1, mails=1)
    assert left_by(world, done["run_id"]) == expected, f"killed after {moment:.3f} s"


def test_a_new_server(world: LaidWorld) -> None:
    """A run whose whole server is killed is finished by another one."""
    headers = fired(minutes_ago(30))
    first = Server(world, world.folder)
    caller = threading.Thread(target=call, args=(first, headers))
    caller.start()
    time.sleep(0.2)
    first.stop()
    caller.join()
    second = Server(world, world.folder)
    done = second.insist(PATH, headers).body
    second.stop()
    assert left_by(world, done["run_id"]) == Left(runs=1, results=len(done["results"]), alerts=1, mails=1)
