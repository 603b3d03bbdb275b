"""Kick-off: after the first game is over the scrapers are sent."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Status

CHECK = "scraper_kickoff"
OVER = et(DAY, "18:00")
"""When the laid games were first called final."""


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """Two games that are over, and a table of workflows."""
    laid = LaidWorld(tmp_path)
    laid.season()
    parameters = {"table": "ops.workflows", "workflow": "name", "began": "began_at", "prefix": "post_game_"}
    laid.edit("checks.yaml", {"checks": {CHECK: {"class": "ScraperKickoff", "parameters": parameters}}})
    laid.sql("CREATE TABLE ops.workflows(name VARCHAR, began_at TIMESTAMPTZ)")
    return laid


def began(world: LaidWorld, name: str, at: datetime) -> None:
    """A workflow's run."""
    world.sql("INSERT INTO ops.workflows VALUES (?, ?)", [name, at])


def look(world: LaidWorld, at: str = "23:00") -> Result:
    """The one result, on the evening of the games."""
    (result,) = world.look(CHECK, now=et(DAY, at)).values()
    return result


def test_a_run_after_the_first_final(world: LaidWorld) -> None:
    """The first workflow of that kind counts, whatever its number."""
    began(world, "post_game_window_1", OVER + timedelta(minutes=30))
    result = look(world)
    assert result.status is Status.PASS
    assert result.message == "the first game was over 2026-02-03 18:00 EST; post_game_window_1 2026-02-03 18:30 EST"


def test_no_run_is_a_failure(world: LaidWorld) -> None:
    """Nothing began, or only before the game was over, or only something else (FA-12: `evening` is no workflow)."""
    began(world, "post_game_window_3", OVER - timedelta(hours=14))
    began(world, "betting_lines", OVER + timedelta(minutes=30))
    began(world, "not_post_game_1", OVER + timedelta(minutes=30))
    result = look(world)
    assert result.status is Status.FAIL
    assert "no workflow post_game_* has begun since" in result.message


def test_a_final_that_is_written_again_stays_the_first(world: LaidWorld) -> None:
    """L-40: a later row of the same game does not make it end later."""
    began(world, "post_game_window_1", OVER + timedelta(minutes=30))
    world.sql(
        "INSERT INTO raw.schedule SELECT * REPLACE (CAST(? AS TIMESTAMPTZ) AS processed_at) FROM raw.schedule WHERE game_date = ?",
        [OVER + timedelta(hours=3), DAY],
    )
    assert look(world).status is Status.PASS


def test_l56_the_scrapers_have_some_time(world: LaidWorld) -> None:
    """L-56: soon after the first final nothing is due yet."""
    assert look(world, "19:29").status is Status.SKIP
    assert look(world, "19:30").status is Status.FAIL


def test_nothing_is_over(world: LaidWorld) -> None:
    """No game over, or no game: SKIP with the reason."""
    world.sql("UPDATE raw.schedule SET game_status = 2, home_score = NULL WHERE game_date = ?", [DAY])
    assert look(world).message == "no game of 2026-02-03 is over yet"


def test_a_missing_table_is_an_error(world: LaidWorld) -> None:
    """FP-17: a wrong table is no silence."""
    world.sql("DROP TABLE ops.workflows")
    assert look(world).status is Status.ERROR


def test_where_the_calendar_does_not_tell_when_a_game_ended(world: LaidWorld) -> None:
    """FA-20: then the time counts at which every outcome should be known, six in the morning in the pipeline's own zone."""
    world.edit("pipeline.yaml", {"calendar": {"version": None}})
    for at, wanted in (("07:29", Status.SKIP), ("07:30", Status.FAIL)):
        (result,) = world.look(CHECK, now=et(DAY + timedelta(days=1), at)).values()
        assert result.status is wanted
        assert "the first game was over 2026-02-04 06:00 EST" in result.message
