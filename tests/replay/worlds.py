"""Worlds to begin with: built once per day and process, then copied."""

import tempfile
from datetime import date
from functools import cache
from pathlib import Path

from tests.replay.games import Season
from tests.replay.scenario import Scenario
from tests.replay.work import Work
from tests.replay.world import ReplayWorld, morning
from validator.ssot.load import load

SCHEMAS = Path(__file__).parents[2] / "schemas"


@cache
def season_work(seed: int = 1) -> Work:
    """The season's work, of the pipeline that `schemas/` declares."""
    return Work(load(SCHEMAS), Season(seed))


def standing(scenario: Scenario) -> ReplayWorld:
    """The world in order on the morning on which a scenario begins."""
    return on(scenario.day)


@cache
def on(day: date) -> ReplayWorld:
    """The season's world on the morning of a day."""
    return ReplayWorld(Path(tempfile.mkdtemp(prefix="replay-")) / "world", season_work(), morning(day))
