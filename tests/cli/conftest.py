"""A world of yesterday, and commands typed over it."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.http.worlds import copied, environment_of, season_world
from tests.typed import Type, forget_environment, typing
from tests.worlds.laid import LaidWorld
from validator.clock import day_of, real_now, zone


@pytest.fixture(scope="session")
def yesterday() -> date:
    """The last day of the world."""
    return day_of(real_now(), zone("America/New_York")) - timedelta(days=1)


@pytest.fixture(scope="session")
def template(yesterday: date, tmp_path_factory: pytest.TempPathFactory) -> LaidWorld:
    """The world of every test of this folder, before anything was typed."""
    return season_world(tmp_path_factory.mktemp("template") / "world", yesterday)


@pytest.fixture
def world(template: LaidWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LaidWorld:
    """A world of the test's own, and the environment of a shell that works on it."""
    forget_environment(monkeypatch)
    made = copied(template, tmp_path / "world")
    for name, value in environment_of(made).items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def typed(world: LaidWorld, capsys: pytest.CaptureFixture[str]) -> Type:
    """Types commands."""
    return typing(capsys)
