"""Repositories to try things in: made once a session, copied for each test."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.takeover import pipeline

Copy = Callable[[], Path]


@pytest.fixture(scope="session")
def fresh_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in sync, with a live world that is as declared."""
    return pipeline.with_world(pipeline.in_sync(tmp_path_factory.mktemp("fresh") / "pipeline"))


@pytest.fixture
def fresh(fresh_template: Path, tmp_path: Path) -> Path:
    """A repository in sync, with a live world that is as declared, to change at will."""
    return Path(shutil.copytree(fresh_template, tmp_path / "fresh", symlinks=True))


@pytest.fixture
def stale(fresh_template: Path, tmp_path: Path) -> Path:
    """A repository as the incident left it, with a live world that is as declared."""
    folder = pipeline.stale(tmp_path / "stale")
    shutil.copytree(fresh_template / "local", folder / "local")
    return folder


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as it is installed, without what it depends on: `bin/` and the packages."""
    return pipeline.built(tmp_path_factory.mktemp("installed"))
