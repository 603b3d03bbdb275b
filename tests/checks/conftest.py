"""A laid world per test."""

from pathlib import Path

import pytest

from tests.worlds.laid import LaidWorld


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """The league, with a settled season behind it and nothing else."""
    laid = LaidWorld(tmp_path)
    laid.season()
    return laid
