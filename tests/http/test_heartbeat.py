"""The heartbeat: a runner that is dead is missed from outside; an endpoint that is dead harms no run."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.http.asking import Asker, fired, request
from tests.parts.children import refusing_host
from tests.parts.http_fakes import HeartbeatFake
from tests.parts.http_server import RESET, Behaviour, refuse, slow
from tests.worlds.laid import LaidWorld
from validator.gcp.heartbeat import LONGEST_SECONDS
from validator.http import handle

SECRET = "/ping/3f1c-nobody-may-see"


@pytest.fixture
def endpoint() -> Iterator[HeartbeatFake]:
    """An endpoint that hears everything."""
    with HeartbeatFake() as fake:
        yield fake


def beating(world: LaidWorld, url: str) -> Asker:
    """Asks a service that has a heartbeat."""
    return Asker(world, settings=replace(world.settings(), heartbeat_url=url + SECRET))


def test_a_scheduled_run_begins_and_ends(world: LaidWorld, endpoint: HeartbeatFake) -> None:
    """Start and ok, whatever was found; a retry that finds it done says ok again."""
    ask = beating(world, endpoint.url)
    assert ask.run(headers=fired())["status"] != "OK"
    assert endpoint.pings == [f"{SECRET}/start", SECRET]
    assert ask.run(headers=fired())["replayed"]
    assert endpoint.pings[2:] == [f"{SECRET}/start", SECRET]


@pytest.mark.parametrize("query", ["schedule=post_overnight", "schedule=post_overnight&dry_run=true"])
def test_a_run_by_hand_does_not_beat(world: LaidWorld, endpoint: HeartbeatFake, query: str) -> None:
    """It would hide that the scheduler no longer calls."""
    beating(world, endpoint.url).run(query)
    assert endpoint.pings == []


def test_what_is_not_told_is_a_failure(world: LaidWorld, endpoint: HeartbeatFake) -> None:
    """The run is judged and stored, its message went nowhere: fail."""
    world.outbox.write_text("a file where the folder should be")
    answer = beating(world, endpoint.url)("/?schedule=post_overnight", headers=fired())
    assert answer.status_code == 500
    assert endpoint.pings == [f"{SECRET}/start", f"{SECRET}/fail"]


def test_what_breaks_is_a_failure(world: LaidWorld, endpoint: HeartbeatFake, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that nobody expected is answered with 500, and beats fail."""
    monkeypatch.setattr("validator.run._perform", lambda *_: 1 / 0)
    assert beating(world, endpoint.url)("/?schedule=post_overnight", headers=fired()).status_code == 500
    assert endpoint.pings == [f"{SECRET}/start", f"{SECRET}/fail"]


@pytest.mark.parametrize("behaviour", [refuse(500), refuse(404), RESET, slow(LONGEST_SECONDS + 1)])
def test_an_endpoint_that_does_not_hear_harms_no_run(world: LaidWorld, behaviour: Behaviour) -> None:
    """The run is what it would have been; its row and its mail say that nobody listens, and nothing says where."""
    with HeartbeatFake(behaviour) as endpoint:
        ask = beating(world, endpoint.url)
        run = ask.run(headers=fired())
    assert run["delivery"] == {"stored": True, "sent": ["outbox"], "problems": []}
    text = ask(f"/runs/{run['run_id']}?format=text").get_data(as_text=True)
    assert "HEARTBEAT NOT HEARD" in text
    mail = (world.outbox / f"{run['run_id']}.eml").read_text()
    assert "HEARTBEAT NOT HEARD" in mail
    assert SECRET not in text + mail


def test_an_endpoint_that_is_not_there(world: LaidWorld) -> None:
    """Refused connections are the same."""
    with refusing_host() as host:
        settings = replace(world.settings(), heartbeat_url=f"http://{host}{SECRET}")
        answer = handle(request("/?schedule=post_overnight", headers=fired()), settings, Asker(world).now)
    assert answer.status_code == 200
