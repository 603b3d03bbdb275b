"""Demo worlds, built once a session: the shipped pipeline's and another business's."""

from pathlib import Path

import pytest

from tests.demo.made import DAY, SHOP, SHOP_DAY, World, made_world
from validator.ssot.load import load
from validator.ssot.source import Ssot

SCHEMAS = Path(__file__).parents[2] / "schemas"


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The shipped pipeline's world."""
    return made_world(tmp_path_factory.mktemp("demo") / "world.duckdb", load(SCHEMAS), DAY)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The world of a shop: weekdays, other phases, other words."""
    return made_world(tmp_path_factory.mktemp("shop") / "world.duckdb", load(SHOP), SHOP_DAY)


@pytest.fixture(scope="session")
def ssot() -> Ssot:
    """The shipped source of truth."""
    return load(SCHEMAS)
