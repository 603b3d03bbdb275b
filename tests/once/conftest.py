"""A world of today and a server over it, for all tests of a module."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.http.worlds import season_world
from tests.once.serving import Server
from tests.worlds.laid import LaidWorld
from validator.clock import day_of, real_now, zone


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LaidWorld:
    """A league in season up to yesterday, with result tables."""
    yesterday = day_of(real_now(), zone("America/New_York")) - timedelta(days=1)
    return season_world(tmp_path_factory.mktemp("once") / "world", yesterday)


@pytest.fixture(scope="module")
def server(world: LaidWorld) -> Iterator[Server]:
    """`python -m validator serve` over the module's world."""
    server = Server(world, world.folder)
    yield server
    server.stop()
