"""Games that look postponed though the calendar doesn't say so."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld
from tests.worlds.tables import add_check
from validator.results import Result
from validator.status import Status

CHECK = "postponed_games"


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """A settled season."""
    laid = LaidWorld(tmp_path)
    laid.season()
    add_check(laid, CHECK, "PostponedEvents", {"days": 14})
    return laid


def calendar(world: LaidWorld) -> Result:
    """The one result."""
    return world.look(CHECK)["raw.schedule"]


def again(world: LaidWorld, days: int, status: int = 1) -> None:
    """A game of today, under the same id on another date."""
    world.sql(
        "INSERT INTO raw.schedule SELECT * REPLACE (game_date + ? AS game_date, ? AS game_status) FROM raw.schedule "
        "WHERE game_date = ? AND home = 'LAL'",
        [days, status, DAY],
    )


def test_a_settled_season(world: LaidWorld) -> None:
    """PASS says how many games were looked at."""
    result = calendar(world)
    assert result.status is Status.PASS
    assert "none of 28 games from 2026-01-21 to 2026-03-05 looks postponed" in result.message


def test_l41_final_without_a_score(world: LaidWorld) -> None:
    """L-41: over, and without a score: named with its date."""
    world.games(DAY, "GSW@MIN", scores=False)
    result = calendar(world)
    assert (result.status, result.affected_records) == (Status.WARN, 1)
    assert result.message == "GSW@MIN of 2026-02-03 is over without an outcome"


def test_l41_one_id_on_two_dates(world: LaidWorld) -> None:
    """L-41: the same game on two dates: one of them is not called postponed."""
    again(world, 20)
    result = calendar(world)
    assert result.status is Status.WARN
    assert "BOS@LAL is on 2026-02-03 and 2026-02-23" in result.message


def test_l41_what_is_called_postponed_is_fine(world: LaidWorld) -> None:
    """Marked as postponed on its old date, a game on its new one is no finding."""
    world.sql("UPDATE raw.schedule SET game_status = 9 WHERE game_date = ? AND home = 'LAL'", [DAY])
    again(world, 20)
    assert calendar(world).status is Status.PASS


def test_old_suspects_are_let_go(world: LaidWorld) -> None:
    """A suspect older than the look-back is not told for ever."""
    world.games(DAY - timedelta(days=14), "GSW@MIN", scores=False)
    assert calendar(world).status is Status.PASS
    world.games(DAY - timedelta(days=13), "GSW@MIN", scores=False)
    assert calendar(world).status is Status.WARN


def test_off_season(world: LaidWorld) -> None:
    """With no game in sight there is nothing to judge: SKIP."""
    day = DAY + timedelta(days=100)
    assert world.look(CHECK, day=day)["raw.schedule"].status is Status.SKIP


@pytest.mark.parametrize("score", ["home_score", "away_score"])
def test_l41_half_an_outcome_is_none(world: LaidWorld, score: str) -> None:
    """L-41: over, and one of the two scores is not known."""
    world.sql(f"UPDATE raw.schedule SET {score} = NULL WHERE game_date = ? AND home = 'LAL'", [DAY])
    assert calendar(world).message == "BOS@LAL of 2026-02-03 is over without an outcome"


def test_what_the_calendar_leaves_out_is_not_judged(world: LaidWorld) -> None:
    """An all-star game without an outcome is nobody's concern."""
    world.games(DAY, "EST@WST", scores=False)
    world.sql("UPDATE raw.schedule SET is_all_star = TRUE WHERE home = 'WST'")
    assert calendar(world).status is Status.PASS


def test_the_newest_row_names_the_game(world: LaidWorld) -> None:
    """Of two rows of one game that are as far along the newer one counts."""
    world.sql("DELETE FROM raw.schedule WHERE game_date = ?", [DAY])
    world.games(DAY, "BOS@LAL", scores=False)
    newer = datetime(DAY.year, DAY.month, DAY.day, 23, 30, tzinfo=UTC)
    change = "* REPLACE ('GSW' AS away, 'MIN' AS home, CAST(? AS TIMESTAMPTZ) AS processed_at)"
    world.sql(f"INSERT INTO raw.schedule SELECT {change} FROM raw.schedule WHERE game_date = ?", [newer, DAY])
    assert calendar(world).message == "GSW@MIN of 2026-02-03 is over without an outcome"
