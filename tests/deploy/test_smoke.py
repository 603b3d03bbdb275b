"""The smoke test: over the wire, at the framework itself, behind a door that wants a token as the platform's does."""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from functions_framework import create_app
from werkzeug.serving import make_server

from tests.deploy.cloud import Cloud
from tests.deploy.conftest import CloudShell
from tests.http.worlds import environment_of, season_world, traces
from tests.typed import forget_environment
from tests.worlds.laid import LaidWorld
from validator.clock import real_now
from validator.commands import PROJECT_ROOT
from validator.deploy.smoke import Reply, Seen, over_http, smoke, token
from validator.ssot.source import Ssot
from validator.version import __version__

Start = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LaidWorld:
    """A league with its result tables, in the environment of this process."""
    made = season_world(tmp_path / "world")
    forget_environment(monkeypatch)
    for name, value in environment_of(made).items():
        monkeypatch.setenv(name, value)
    return made


def guarded(app: Start, key: str) -> Start:
    """Lets nobody in without the token."""

    def door(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if key and environ.get("HTTP_AUTHORIZATION") != f"Bearer {key}":
            start("403 Forbidden", [("Content-Type", "text/html")])
            return [b"<title>403 Forbidden</title>"]
        return app(environ, start)

    return door


@pytest.fixture
def address(world: LaidWorld, request: pytest.FixtureRequest) -> Iterator[str]:
    """The function's address; `@pytest.mark.parametrize("address", [""], indirect=True)` leaves its door open."""
    app = create_app("run_validation", str(PROJECT_ROOT / "main.py"), "http")
    server = make_server("127.0.0.1", 0, guarded(app, getattr(request, "param", "token")), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def tried(world: LaidWorld, address: str, *, message: bool = False, ssot: Ssot | None = None) -> list[Seen]:
    """What the smoke test saw."""
    return list(smoke(ssot or world.service().ssot, over_http(address, 60), "token", real_now(), message=message))


def test_a_function_that_works(world: LaidWorld, address: str) -> None:
    """Closed to strangers, healthy, of these schemas; a run is stored, and read back with all its results."""
    seen = tried(world, address)
    assert [one.text for one in seen if not one.fine] == []
    assert len(seen) == 5
    assert traces(world)[0] == 1


def test_with_a_message_the_whole_schedule_runs(world: LaidWorld, address: str) -> None:
    """As Cloud Scheduler calls it: stored as that schedule's run, and told to the people it tells."""
    seen = tried(world, address, message=True)
    assert [one.text for one in seen if not one.fine] == []
    assert "told: outbox" in seen[3].text
    assert list(world.outbox.glob("*.eml"))


@pytest.mark.parametrize("address", [""], indirect=True)
def test_an_open_door_is_found(world: LaidWorld, address: str) -> None:
    """Whoever answers without a token is open to everyone."""
    assert not tried(world, address)[0].fine


def test_other_schedules_are_found(world: LaidWorld, address: str) -> None:
    """A function that was built from other schemas is told by the schedules it knows."""
    ssot = world.service().ssot
    fewer = replace(ssot, schedules={name: ssot.schedules[name] for name in ("post_overnight", "evening")})
    (found,) = [one for one in tried(world, address, ssot=fewer) if not one.fine]
    assert "phase_triggers" in found.text


def test_a_run_that_is_not_stored_is_found(world: LaidWorld, address: str) -> None:
    """The answer of the run says so, and its row can't be read back."""
    world.sql("DROP TABLE ops.validation_check_results")
    texts = [one.text for one in tried(world, address) if not one.fine]
    assert any("stored: no" in text for text in texts)
    assert any(text.startswith("/runs/") for text in texts)


def test_nobody_there() -> None:
    """An address that nobody answers at ends the test with that."""
    from tests.parts.children import refusing_host
    from tests.worlds.laid import LEAGUE
    from validator.ssot.load import load

    with refusing_host() as host:
        seen = list(smoke(load(LEAGUE), over_http(f"http://{host}", 5), "token", real_now(), message=False))
    assert [one.fine for one in seen] == [False, False]
    assert "nothing (ConnectionError): whether it is open to everyone is not known" in seen[0].text
    assert "nothing (ConnectionError)" in seen[1].text


@pytest.mark.parametrize("body", [{"schedules": None}, {"delivery": None, "run_id": "r"}, {"delivery": {"sent": None}}])
def test_any_answer_is_taken(ssot: Ssot, body: dict[str, Any]) -> None:
    """Something else that answers at that address is no fault of ours."""

    def ask(method: str, path: str, headers: dict[str, str]) -> Reply:
        return Reply(status=200 if headers else 403, body={**body, "version": __version__})

    assert not all(one.fine for one in smoke(ssot, ask, "token", real_now(), message=False))


def test_the_token_is_the_schedulers(ssot: Ssot, cloud: Cloud) -> None:
    """Asked for with its account and audience; where that is refused, one's own, and it says so."""
    assert token(ssot, CloudShell(cloud=cloud)) == (
        "token",
        "as Cloud Scheduler does, as nba-orchestration@nba-props-platform.iam.gserviceaccount.com",
    )
    assert "--audiences=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner" in cloud.calls[0]
    cloud.held["fail"] = "impersonate"
    assert token(ssot, CloudShell(cloud=cloud)) == ("token", "as yourself")


def test_lost_results_are_found(ssot: Ssot) -> None:
    """A row that is read back with fewer results than the run had is not what was stored."""
    run = {"run_id": "r", "status": "OK", "target_date": "2026-02-04", "delivery": {"stored": True, "sent": []}}
    replies: dict[str, dict[str, Any]] = {
        "/schedules": {"schedules": [{"schedule": name} for name in ssot.schedules]},
        "/runs/r": {**run, "results": [{}]},
    }

    def ask(method: str, path: str, headers: dict[str, str]) -> Reply:
        if not headers:
            return Reply(status=403)
        if method == "POST":
            return Reply(status=200, body={**run, "results": [{}, {}]})
        return Reply(status=200, body=replies.get(path, {"version": __version__}))

    seen = list(smoke(ssot, ask, "token", real_now(), message=False))
    assert [one.fine for one in seen] == [True, True, True, True, False]
    assert "1 of 2 results" in seen[-1].text
