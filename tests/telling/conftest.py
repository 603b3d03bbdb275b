"""A league's world of its own for each test, asked as a caller does."""

from pathlib import Path

import pytest

from tests.http.asking import Asker
from tests.http.worlds import copied, season_world
from tests.worlds.laid import LaidWorld


@pytest.fixture(scope="package")
def template(tmp_path_factory: pytest.TempPathFactory) -> LaidWorld:
    """A league in season; nothing was asked yet."""
    return season_world(tmp_path_factory.mktemp("template") / "world")


@pytest.fixture
def ask(template: LaidWorld, tmp_path: Path) -> Asker:
    """Asks over the test's own world."""
    return Asker(copied(template, tmp_path / "world"))
