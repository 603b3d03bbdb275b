"""Worlds for asking, and the log as the service writes it."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.asking import Asker
from tests.http.worlds import copied, environment_of, season_world, traces
from tests.typed import forget_environment
from tests.worlds.laid import LaidWorld


@pytest.fixture(scope="package")
def template(tmp_path_factory: pytest.TempPathFactory) -> LaidWorld:
    """The world of every test of this folder, before anything was asked."""
    return season_world(tmp_path_factory.mktemp("template") / "world")


@pytest.fixture
def world(template: LaidWorld, tmp_path: Path) -> LaidWorld:
    """A world of the test's own."""
    return copied(template, tmp_path / "world")


@pytest.fixture
def ask(world: LaidWorld) -> Asker:
    """Asks over the test's own world."""
    return Asker(world)


@pytest.fixture(scope="module")
def shared(template: LaidWorld, tmp_path_factory: pytest.TempPathFactory) -> LaidWorld:
    """A world for all tests of a module that change nothing."""
    return copied(template, tmp_path_factory.mktemp("shared") / "world")


class Records(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.kept.append(record)

    def text(self) -> str:
        """All of it, with stacks, as text."""
        return "\n".join(map(logging.Formatter().format, self.kept))


@pytest.fixture
def logged() -> Records:
    """The service's log while the test runs."""
    records = Records()
    logging.getLogger("validator").addHandler(records)
    return records


@pytest.fixture
def environment(world: LaidWorld, monkeypatch: pytest.MonkeyPatch) -> LaidWorld:
    """The environment of a process whose world is the test's own; nothing else is set."""
    _set(monkeypatch, world)
    return world


@pytest.fixture(scope="module")
def shared_environment(shared: LaidWorld) -> Iterator[LaidWorld]:
    """The environment of a process, for all tests of a module that change nothing; that they did not is made sure of at the end."""
    with pytest.MonkeyPatch.context() as patch:
        _set(patch, shared)
        yield shared
    assert traces(shared) == (0, 0, 0, 0)


def _set(patch: pytest.MonkeyPatch, world: LaidWorld) -> None:
    forget_environment(patch)
    for name, value in environment_of(world).items():
        patch.setenv(name, value)
