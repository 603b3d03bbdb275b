"""Checks that judge nothing: told with their reasons."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Status

CHECK = "skipped_too_long"
NOON = et(DAY, "12:00")
EXCUSE = '{"evidence": {"lasting": true}}'


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """A table of results."""
    return laid_with_results(tmp_path)


def laid_with_results(folder: Path, days: int = 30) -> LaidWorld:
    """So many days of games, and a table of results."""
    laid = LaidWorld(folder)
    laid.season(days=days)
    laid.edit("checks.yaml", {"checks": {CHECK: {"class": "SkippedTooLong"}}})
    laid.sql(
        "CREATE TABLE ops.validation_check_results(check_name VARCHAR, check_timestamp TIMESTAMPTZ, status VARCHAR, message VARCHAR, details VARCHAR)"
    )
    return laid


def said(
    world: LaidWorld, status: str, first: int, last: int = 0, check: str = "dlq_depth", details: str | None = None
) -> None:
    """A check said so every day, from `first` days ago to `last` days ago."""
    world.sql(
        "INSERT INTO ops.validation_check_results SELECT ?, CAST(? AS TIMESTAMPTZ) - to_days(CAST(range AS INTEGER)), ?, 'switched off', ? FROM range(?, ?)",
        [check, NOON, status, details, last, first + 1],
    )


def look(world: LaidWorld) -> dict[str, Result]:
    """The results at noon."""
    return world.look(CHECK, now=NOON)


@pytest.mark.parametrize(("days", "wanted"), [(13, Status.PASS), (14, Status.WARN), (40, Status.WARN)])
def test_l79_a_fortnight_of_skip(world: LaidWorld, days: int, wanted: Status) -> None:
    """L-79, FP-4: a check that was switched off and forgotten says so, with its reason."""
    said(world, "PASS", days, days)
    said(world, "SKIP", days - 1)
    result = look(world)["dlq_depth"]
    assert result.status is wanted
    assert result.message.endswith("it says: switched off")


def test_what_does_not_exist_here_is_not_told(world: LaidWorld) -> None:
    """A SKIP that says there is no such thing in this installation will never change: nothing to judge, for its reason."""
    said(world, "SKIP", 40, details=EXCUSE)
    result = look(world)["dlq_depth"]
    assert (result.status, result.message) == (Status.SKIP, "excused 2026-02-03 12:00 EST; it says: switched off")


@pytest.mark.parametrize(
    ("judged", "wanted", "begins"), [(0, Status.PASS, "last judged 2026-02-03"), (1, Status.SKIP, "excused 2026-02-03")]
)
def test_judged_after_the_excuse(world: LaidWorld, judged: int, wanted: Status, begins: str) -> None:
    """Whoever judges one subject and excuses another has judged; an excuse is believed for as long as nothing was judged after it."""
    said(world, "SKIP", 40, details=EXCUSE)
    said(world, "PASS", 40, judged)
    result = look(world)["dlq_depth"]
    assert (result.status, result.message.startswith(begins)) == (wanted, True)


@pytest.mark.parametrize(("days", "wanted"), [(13, Status.PASS), (14, Status.WARN)])
def test_an_excuse_of_long_ago(world: LaidWorld, days: int, wanted: Status) -> None:
    """Once excused is not excused for ever: from then on its days of SKIP count."""
    said(world, "PASS", 40, 30)
    said(world, "SKIP", 29, days, details=EXCUSE)
    said(world, "SKIP", days - 1, details='{"evidence": {}}')
    result = look(world)["dlq_depth"]
    assert (result.status, result.message.startswith("last excused 2026-01-")) == (wanted, True)


@pytest.mark.parametrize(("games", "wanted"), [(13, Status.PASS), (14, Status.WARN)])
def test_l79_the_summer_does_not_count(tmp_path: Path, games: int, wanted: Status) -> None:
    """L-79: what has rested over the summer is told when it still rests after a fortnight of games, not on the season's first days."""
    laid = laid_with_results(tmp_path, days=games)
    said(laid, "SKIP", 50)
    assert look(laid)["dlq_depth"].status is wanted


def test_l54_a_break_does_not_count(world: LaidWorld) -> None:
    """L-54: on days without a game there is nothing to judge: a pause in the season is none of the check's."""
    said(world, "SKIP", 16)
    world.sql(
        "DELETE FROM raw.schedule WHERE game_date BETWEEN ? AND ?", [DAY - timedelta(days=8), DAY - timedelta(days=6)]
    )
    assert look(world)["dlq_depth"].status is Status.PASS
    world.games(DAY - timedelta(days=7))
    assert look(world)["dlq_depth"].status is Status.WARN


def test_one_subject_that_is_judged_is_enough(world: LaidWorld) -> None:
    """Other subjects of the same check may skip for ever."""
    said(world, "SKIP", 40)
    said(world, "FAIL", 0)
    assert look(world)["dlq_depth"].status is Status.PASS


def test_a_check_that_never_judged(world: LaidWorld) -> None:
    """From its first result on it has only skipped; a check that is declared no more is left alone."""
    said(world, "SKIP", 20)
    said(world, "SKIP", 40, check="retired")
    results = look(world)
    assert set(results) == {"dlq_depth"}
    assert results["dlq_depth"].message.startswith("never judged since 2026-01-14 12:00 EST")


def test_fa14_out_of_season_everything_skips(world: LaidWorld) -> None:
    """FA-14: in summer that is no news; and with nothing stored there is nothing to say."""
    assert look(world)["checks"].status is Status.SKIP
    said(world, "SKIP", 20)
    assert world.look(CHECK, day=DAY + timedelta(days=150))["checks"].status is Status.SKIP


def test_how_far_it_looks_back(world: LaidWorld) -> None:
    """Sixty days of results, and the reasons of the last three."""
    said(world, "SKIP", 70, 4)
    result = look(world)["dlq_depth"]
    assert (result.status, result.message) == (Status.WARN, "never judged since 2025-12-05 12:00 EST")
    said(world, "SKIP", 3, 3)
    assert look(world)["dlq_depth"].message.endswith("; it says: switched off")


def test_fa20_the_last_evening_in_season(world: LaidWorld) -> None:
    """FA-20: the tenth day after the last game is in season until midnight in the pipeline's own zone."""
    evening = et(DAY + timedelta(days=10), "21:00")
    world.games(DAY + timedelta(days=40), status=1)
    said(world, "SKIP", 14)
    results = world.look(CHECK, day=DAY + timedelta(days=10), now=evening)
    assert results["dlq_depth"].status is Status.WARN
    assert "checks" in world.look(CHECK, day=DAY + timedelta(days=10), now=evening + timedelta(hours=3))
