"""The same call twice, and twenty times at once, over a real server: one run."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache

import pytest

from tests.http.asking import fired
from tests.once.counting import Left, left_by
from tests.once.serving import Answer, Server
from tests.worlds.laid import LaidWorld
from validator.clock import real_now

pytestmark = pytest.mark.xdist_group("twenty")
PATH = "/?schedule=post_overnight"


@cache
def _this_minute() -> datetime:
    return real_now().replace(second=0, microsecond=0)


def minutes_ago(minutes: int) -> datetime:
    """A schedule time of a test's own; two of them stay different while the minute changes."""
    return _this_minute() - timedelta(minutes=minutes)


def at_once(calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """The answers to calls that begin at the same moment."""
    start = threading.Barrier(len(calls))

    def together(call: Callable[[], Answer]) -> Answer:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(together, calls))


def one_run(answers: Sequence[Answer]) -> str:
    """The id of the one run that all were answered with, or told to wait for; exactly one of them did it."""
    codes = Counter(answer.status for answer in answers)
    assert set(codes) <= {200, 409}, codes
    (run_id,) = {answer.body["run_id"] for answer in answers}
    done = [answer.body for answer in answers if answer.status == 200]
    assert sum(not body["replayed"] for body in done) == 1
    for answer in answers:
        if answer.status == 409:
            assert 1 <= int(answer.headers["Retry-After"]) <= 2
            assert answer.headers["Content-Type"] == "application/problem+json"
    return str(run_id)


def test_twice(server: Server, world: LaidWorld) -> None:
    """The same scheduled call a second time is a replay: one run row, one set of results, one mail, one alert row."""
    headers = fired(minutes_ago(1))
    first, second = server.call(PATH, headers), server.call(PATH, headers)
    assert [answer.status for answer in (first, second)] == [200, 200]
    assert [answer.body["replayed"] for answer in (first, second)] == [False, True]
    expected = Left(runs=1, results=len(first.body["results"]), alerts=1, mails=1)
    assert left_by(world, first.body["run_id"]) == expected


def test_twenty_at_once(server: Server, world: LaidWorld) -> None:
    """Of twenty that come at once one does the run; the others are answered with it, or told when to come again."""
    headers = fired(minutes_ago(2))
    answers = at_once([lambda: server.call(PATH, headers)] * 20)
    run_id = one_run(answers)
    after = server.insist(PATH, headers)
    assert after.body["replayed"]
    assert left_by(world, run_id) == Left(runs=1, results=len(after.body["results"]), alerts=1, mails=1)


def test_twenty_that_insist(server: Server, world: LaidWorld) -> None:
    """Twenty that honour Retry-After are all answered with the run in the end."""
    headers = fired(minutes_ago(3))
    answers = at_once([lambda: server.insist(PATH, headers)] * 20)
    run_id = one_run(answers)
    assert left_by(world, run_id) == Left(runs=1, results=len(answers[0].body["results"]), alerts=1, mails=1)


def test_two_instances(server: Server, world: LaidWorld) -> None:
    """Twenty at once over two servers that share a world are one run, too."""
    other = Server(world, world.folder)
    headers = fired(minutes_ago(4))
    answers = at_once([lambda: server.insist(PATH, headers), lambda: other.insist(PATH, headers)] * 10)
    other.stop()
    run_id = one_run(answers)
    assert left_by(world, run_id) == Left(runs=1, results=len(answers[0].body["results"]), alerts=1, mails=1)


def test_different_runs_at_once(server: Server, world: LaidWorld) -> None:
    """Runs that are different do not stand in each other's way: each is done, stored and told once."""
    calls = [fired(minutes_ago(10 + number)) for number in range(10)]
    answers = at_once([lambda headers=headers: server.call(PATH, headers) for headers in calls])  # type: ignore[misc]
    assert {(answer.status, answer.body["replayed"]) for answer in answers} == {(200, False)}
    for answer in answers:
        expected = Left(runs=1, results=len(answer.body["results"]), alerts=1, mails=1)
        assert left_by(world, answer.body["run_id"]) == expected


def test_over_the_wire(server: Server) -> None:
    """Paths, methods and HEAD are answered over the wire as they are in the contract."""
    assert server.call("//x", method="GET").status == 404
    assert server.call("/?schedule=post_overnight", method="FOO").headers["Allow"] == "GET, POST, HEAD"
    head = server.call("/?schedule=post_overnight", fired(minutes_ago(5)), "HEAD")
    assert (head.status, head.body, head.headers["Cache-Control"]) == (200, None, "no-store")
    assert server.call("/health", method="GET").body["status"] == "ok"
