"""Worlds to begin with: built once per day and process, then copied."""

import tempfile
from datetime import date
from functools import cache
from pathlib import Path

from tests.replay.games import Season
from tests.replay.work import Work
from tests.replay.world import ReplayWorld, morning
from validator.ssot.load import load

SCHEMAS = Path(__file__).parents[2] / "schemas"
_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []


@cache
def season_work(seed: int = 1) -> Work:
    """The season's work, of the pipeline that `schemas/` declares."""
    return Work(load(SCHEMAS), Season(seed))


@cache
def on(day: date) -> ReplayWorld:
    """The season's world on the morning of a day."""
    _FOLDERS.append(tempfile.TemporaryDirectory(prefix="replay-"))  # removed when the process ends
    return ReplayWorld(Path(_FOLDERS[-1].name) / "world", season_work(), morning(day))
