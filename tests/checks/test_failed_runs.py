"""Failed runs of a day: counted by run, without phantoms."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Status

CHECK = "scraper_failures"
NOW = et(DAY, "23:00")
EARLIER = DAY - timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """A processor and a scraper that each ran well once."""
    laid = LaidWorld(tmp_path)
    laid.season()
    laid.edit("checks.yaml", {"checks": {CHECK: {"class": "FailedRuns"}}})
    laid.run_rows("odds", "good", "running", "success", at=NOW - timedelta(hours=2), day=EARLIER)
    laid.scrape("plays_scraper", "success", at=NOW - timedelta(hours=2), day=EARLIER)
    return laid


def look(world: LaidWorld) -> dict[str, Result]:
    """What the check says late in the evening."""
    return world.look(CHECK, now=NOW)


@pytest.mark.parametrize(
    ("failures", "wanted"), [(2, Status.PASS), (3, Status.WARN), (9, Status.WARN), (10, Status.FAIL)]
)
def test_l2_limits(world: LaidWorld, failures: int, wanted: Status) -> None:
    """L-2: nobody was told of 148 failures in 24 h."""
    for number in range(failures):
        world.scrape(
            "box_scraper",
            "failed",
            at=NOW - timedelta(hours=1, minutes=number),
            day=EARLIER,
            error="expected 2 teams, got 0",
        )
    result = look(world)["box_scraper"]
    assert result.status is wanted
    assert result.message.startswith(
        f"{failures} of {failures} runs failed in 24 h, the last 2026-02-03 22:00 EST: expected 2 teams, got 0"
    )


def test_fa18_two_rows_are_one_run_and_phantoms_none(world: LaidWorld) -> None:
    """L-19, FA-18: a start row that a sweeper failed beside its success is no failure, nor is one that it failed alone; a failed run counts once."""
    phantom = '{"cleanup_reason": "stale_running_cleanup"}'
    for number in range(12):
        at = NOW - timedelta(hours=3, minutes=number)
        world.run_rows("odds", f"swept{number}", "failed", at=at, day=EARLIER, errors=phantom)
        world.run_rows("odds", f"swept{number}", "success", at=at, day=EARLIER)
        world.run_rows("odds", f"alone{number}", "failed", at=at, day=EARLIER, errors=phantom)
    for number in range(3):
        world.run_rows("odds", f"bad{number}", "running", "failed", at=NOW - timedelta(hours=1), day=EARLIER)
    result = look(world)["odds"]
    assert (result.status, result.affected_records) == (Status.WARN, 3)
    assert "3 of 28 runs failed" in result.message
    assert "13 succeeded" in result.message


def test_l20_runs_for_unplayed_games_do_not_count(world: LaidWorld) -> None:
    """L-20: failures for data that is not due yet are expected."""
    for number in range(20):
        world.run_rows("box", f"early{number}", "failed", at=NOW - timedelta(hours=1), day=DAY)
    assert look(world)["box"].status is Status.PASS


def test_l20_scrapes_for_unplayed_games_do_not_count(world: LaidWorld) -> None:
    """L-20: the same of a scraper, whose ledger tells the date in a column of its own."""
    for number in range(20):
        world.scrape("box_scraper", "failed", at=NOW - timedelta(hours=1, minutes=number), day=DAY)
    assert look(world)["box_scraper"].message.startswith("0 of 20 runs failed")


def test_l89_a_benign_category_does_not_count(world: LaidWorld) -> None:
    """L-89: a failure of the category that only says `nothing there` is none; of another category it is."""
    for number in range(4):
        world.run_rows("odds", f"bad{number}", "failed", at=NOW - timedelta(hours=1), day=EARLIER)
    for category, wanted in (("no_data_available", Status.PASS), ("timeout", Status.WARN)):
        world.sql("UPDATE ref.runs SET failure_category = ? WHERE status = 'failed'", [category])
        assert look(world)["odds"].status is wanted


def test_only_the_last_day_counts(world: LaidWorld) -> None:
    """What failed the day before is over."""
    for number in range(20):
        world.scrape("plays_scraper", "failed", at=NOW - timedelta(hours=25, minutes=number), day=EARLIER)
    assert look(world)["plays_scraper"].message == "0 of 1 runs failed in 24 h; 1 succeeded"


def test_fp17_a_silent_ledger_does_not_pass(world: LaidWorld) -> None:
    """FP-17: in season a ledger without any run in 24 h is ERROR; one that is missing too."""
    world.sql("DELETE FROM ops.scrapes")
    assert look(world)["ops.scrapes"].status is Status.ERROR
    world.sql("DROP TABLE ops.scrapes")
    result = look(world)["ops.scrapes"]
    assert result.status is Status.ERROR
    assert "does not exist" in result.message


def test_l89_a_silent_ledger_out_of_season(world: LaidWorld) -> None:
    """L-89: nobody runs in summer: SKIP."""
    results = world.look(CHECK, day=DAY + timedelta(days=150))
    assert {result.status for result in results.values()} == {Status.SKIP}
