"""The league with dead letters, and the environment that makes a process work on it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.test import Client

from tests.cli.conftest import Done
from tests.dead_letters.laying import letters_world
from tests.http.framework import serving
from tests.http.worlds import copied, environment_of
from tests.worlds.laid import LaidWorld
from validator.cli import main

OURS = ("VALIDATOR_", "K_", "GOOGLE_", "ALERT_", "EMAIL_", "SLACK_", "SENDGRID_", "PUBSUB_", "BIGQUERY_", "FIRESTORE_")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> LaidWorld:
    """The world of every test of this folder, before anything happened."""
    return letters_world(tmp_path_factory.mktemp("letters") / "world")


@pytest.fixture
def world(template: LaidWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LaidWorld:
    """A world of the test's own, and the environment that points at it."""
    for name in [name for name in os.environ if name.startswith(OURS) or name in ("PORT", "NO_COLOR")]:
        monkeypatch.delenv(name)
    made = copied(template, tmp_path / "world")
    for name, value in environment_of(made).items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def pubsub(world: LaidWorld) -> Client:
    """Pub/Sub's side of the trigger."""
    return serving("alert_dead_letter")


@pytest.fixture
def typed(world: LaidWorld, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Types `dlq` commands."""

    def run(*arguments: str) -> Done:
        try:
            code = main(["dlq", *arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return Done(code=code, out=out, err=err)

    return run
