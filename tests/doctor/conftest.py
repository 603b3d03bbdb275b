"""A healthy place on Google Cloud, and a healthy local world."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doctor.cloud import Cloud, healthy_cloud, lay
from tests.http.worlds import copied, season_world
from tests.typed import forget_environment
from tests.worlds.laid import LaidWorld


@pytest.fixture(scope="package")
def template(tmp_path_factory: pytest.TempPathFactory) -> LaidWorld:
    """The world of every test of this folder."""
    made = season_world(tmp_path_factory.mktemp("template") / "world")
    lay(made)
    return made


@pytest.fixture
def world(template: LaidWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LaidWorld:
    """A world of the test's own; nothing is set in the environment."""
    forget_environment(monkeypatch)
    return copied(template, tmp_path / "world")


@pytest.fixture
def cloud(world: LaidWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """Everything as it should be on Google Cloud."""
    with healthy_cloud(world, tmp_path, monkeypatch) as made:
        yield made
