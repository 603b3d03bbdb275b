"""The league with dead letters, and the environment that makes a process work on it."""

from pathlib import Path

import pytest
from werkzeug.test import Client

from tests.dead_letters.laying import letters_world
from tests.http.framework import serving
from tests.http.worlds import copied, environment_of
from tests.typed import Type, forget_environment, typing
from tests.worlds.laid import LaidWorld


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> LaidWorld:
    """The world of every test of this folder, before anything happened."""
    return letters_world(tmp_path_factory.mktemp("letters") / "world")


@pytest.fixture
def world(template: LaidWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LaidWorld:
    """A world of the test's own, and the environment that points at it."""
    forget_environment(monkeypatch)
    made = copied(template, tmp_path / "world")
    for name, value in environment_of(made).items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def pubsub(world: LaidWorld) -> Client:
    """Pub/Sub's side of the trigger."""
    return serving("alert_dead_letter")


@pytest.fixture
def typed(world: LaidWorld, capsys: pytest.CaptureFixture[str]) -> Type:
    """Types `dlq` commands."""
    return typing(capsys, "dlq")
