"""A world of yesterday, and commands typed over it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.http.worlds import copied, environment_of, season_world
from tests.worlds.laid import LaidWorld
from validator.cli import main
from validator.clock import day_of, real_now, zone


@dataclass(frozen=True, kw_only=True)
class Done:
    """A command that ended."""

    code: int
    out: str
    err: str


Type = Callable[..., Done]
"""Types a command: `typed("run", "post_overnight")`."""


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
    for name in list(os.environ):
        if name.startswith(("VALIDATOR_", "K_", "GOOGLE_", "ALERT_", "EMAIL_", "SLACK_", "SENDGRID_")) or name in (
            "PORT",
            "NO_COLOR",
        ):
            monkeypatch.delenv(name)
    made = copied(template, tmp_path / "world")
    for name, value in environment_of(made).items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def typed(world: LaidWorld, capsys: pytest.CaptureFixture[str]) -> Type:
    """Types commands."""

    def run(*arguments: str) -> Done:
        try:
            code = main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return Done(code=code, out=out, err=err)

    return run
