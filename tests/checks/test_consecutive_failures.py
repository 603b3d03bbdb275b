"""Consecutive failures: streaks by run, phantoms left out, silence told apart from health."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from tests.worlds.laid import DAY, LaidWorld, et
from tests.worlds.tables import halted
from validator.results import Result
from validator.status import Status

CHECK = "consecutive_failures"
NOON = et(DAY, "12:00")


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """A season in which two healthy subjects log."""
    laid = LaidWorld(tmp_path)
    laid.season()
    laid.run_rows("rosters", "healthy", "success", at=NOON)
    laid.scrape("box_scraper", "success", at=NOON)
    return laid


def fail(
    world: LaidWorld, count: int, name: str = "box", errors: str | None = '{"message": "expected 2 teams, got 0"}'
) -> None:
    """That many failed runs, an hour apart, the last just before noon."""
    world.sql(
        "INSERT INTO ref.runs SELECT ?, ? || range, 'failed', ?, CAST(? AS TIMESTAMPTZ) - to_hours(range + 1), 10, ?, NULL FROM range(?)",
        [name, f"{name}-", DAY - timedelta(days=1), NOON, errors, count],
    )


def look(world: LaidWorld, subject: str = "box") -> Result:
    """The subject's result, judged the next morning."""
    return world.look(CHECK)[subject]


@pytest.mark.parametrize(
    ("count", "wanted"), [(4, Status.PASS), (5, Status.WARN), (9, Status.WARN), (10, Status.FAIL), (148, Status.FAIL)]
)
def test_l2_limits(world: LaidWorld, count: int, wanted: Status) -> None:
    """L-2, FP-17: five failures in a row warn, ten fail; the real length is counted, 148 included."""
    world.run_rows("box", "first", "success", at=NOON - timedelta(days=8))
    fail(world, count)
    result = look(world)
    assert (result.status, result.affected_records) == (wanted, None if wanted is Status.PASS else count)
    assert f"{count} failures in a row" in result.message


def test_says_since_when_and_what_it_said(world: LaidWorld) -> None:
    """A finding says since when, when the last success was, and the last error."""
    world.run_rows("box", "first", "success", at=NOON - timedelta(days=3))
    fail(world, 12)
    message = look(world).message
    assert "since 2026-02-03 00:00 EST" in message
    assert "last success 2026-01-31 12:00 EST" in message
    assert "expected 2 teams, got 0" in message


def test_a_success_ends_the_streak(world: LaidWorld) -> None:
    """What failed before the last success is no streak."""
    fail(world, 20)
    world.run_rows("box", "good", "success", at=NOON)
    assert look(world).status is Status.PASS


def test_fa18_two_rows_of_one_run_are_one_run(world: LaidWorld) -> None:
    """FA-18, L-19: the start row that a sweeper flipped to failed does not make a successful run a failure."""
    for index in range(15):
        world.run_rows("box", f"r{index}", "failed", "success", at=NOON - timedelta(hours=index))
    result = look(world)
    assert (result.status, result.message.startswith("0 failures")) == (Status.PASS, True)


def test_swept_runs_do_not_count(world: LaidWorld) -> None:
    """A run that only a sweeper closed is no failure."""
    world.run_rows("box", "good", "success", at=NOON - timedelta(days=2))
    fail(world, 12, errors='{"cleanup_reason": "stale_running_cleanup"}')
    assert look(world).status is Status.PASS


@pytest.mark.parametrize(("attempts", "wanted"), [(9, Status.PASS), (10, Status.WARN)])
def test_l19_zero_successes(world: LaidWorld, attempts: int, wanted: Status) -> None:
    """L-19: ten attempts and no success is at least a WARN, even where no failure counts; nine are too few to say."""
    fail(world, attempts, errors='{"cleanup_reason": "stale_running_cleanup"}')
    result = look(world)
    assert result.status is wanted
    assert ("0 successes in 10 attempts" in result.message) == (wanted is Status.WARN)


def test_no_data_is_neutral_on_an_off_day(world: LaidWorld) -> None:
    """L-89: a scraper that finds nothing on a day without games has not failed."""
    world.sql("DELETE FROM raw.schedule WHERE game_date = '2026-02-01'")
    for index in range(6):
        world.scrape("box_scraper", "no_data", at=NOON + timedelta(minutes=index), day=DAY - timedelta(days=2))
    assert look(world, "box_scraper").status is Status.PASS


def test_l8_no_data_when_data_was_due(world: LaidWorld) -> None:
    """L-8: nothing found, again and again, for a day whose games are over is a streak of failures."""
    for index in range(6):
        world.scrape("box_scraper", "no_data", at=NOON + timedelta(minutes=index + 1), day=DAY - timedelta(days=1))
    result = look(world, "box_scraper")
    assert result.status is Status.WARN
    assert "6 failures in a row" in result.message


def test_no_data_after_that_days_success_is_neutral(world: LaidWorld) -> None:
    """Asking again after the data came in finds nothing new."""
    world.scrape("box_scraper", "success", at=NOON + timedelta(minutes=1), day=DAY - timedelta(days=1))
    for index in range(6):
        world.scrape("box_scraper", "no_data", at=NOON + timedelta(minutes=index + 2), day=DAY - timedelta(days=1))
    assert look(world, "box_scraper").status is Status.PASS


def test_l20_failures_for_games_not_played_yet(world: LaidWorld) -> None:
    """L-20: runs for a date whose data is not due yet fail for a good reason."""
    tomorrow = DAY + timedelta(days=1)
    for index in range(12):
        world.run_rows(
            "box", f"early-{index}", "failed", at=et(tomorrow, "02:00") + timedelta(minutes=index), day=tomorrow
        )
    assert look(world).status is Status.PASS


def test_benign_category_does_not_count(world: LaidWorld) -> None:
    """L-89: a failure of the category that only says `nothing there` is none."""
    world.run_rows("box", "good", "success", at=NOON - timedelta(days=2))
    fail(world, 12)
    world.sql("UPDATE ref.runs SET failure_category = 'no_data_available' WHERE status = 'failed'")
    assert look(world).status is Status.PASS


def test_l89_nothing_there_where_nothing_is_owed(world: LaidWorld) -> None:
    """L-89: runs that find nothing where nothing is owed are no attempts without success, also where they are logged as failed."""
    world.sql("DELETE FROM raw.schedule WHERE game_date = '2026-02-02'")
    fail(world, 12)
    assert look(world).status is Status.FAIL
    world.sql("UPDATE ref.runs SET failure_category = 'no_data_available'")
    assert look(world).status is Status.PASS


def test_names_are_matched(world: LaidWorld) -> None:
    """A class name in the log is the processor; a name nobody declared is still a subject."""
    fail(world, 10, "BoxProcessor")
    fail(world, 10, "mystery_job")
    results = world.look(CHECK)
    assert results["box"].status is Status.FAIL
    assert results["mystery_job"].status is Status.FAIL


def test_silent_ledger_in_season_is_an_error(world: LaidWorld) -> None:
    """FP-15, L-18: a ledger that logs nothing while there are games proves nothing: ERROR."""
    world.sql("DELETE FROM ref.runs")
    result = look(world, "ref.runs")
    assert result.status is Status.ERROR
    assert "logged no run in 14 days" in result.message


def test_silent_ledger_out_of_season_is_skipped(world: LaidWorld) -> None:
    """Out of season nothing needs to run."""
    world.sql("DELETE FROM ref.runs")
    day = DAY + timedelta(days=80)
    assert world.look(CHECK, day=day, now=et(day, "12:00"))["ref.runs"].status is Status.SKIP


def test_missing_ledger_is_an_error_of_its_own(world: LaidWorld) -> None:
    """FP-17: a ledger that is not there (the wrong dataset) is ERROR; the other is still judged."""
    world.sql("DROP TABLE ref.runs")
    results = world.look(CHECK)
    assert results["ref.runs"].status is Status.ERROR
    assert results["box_scraper"].status is Status.PASS


def test_hostile_names(world: LaidWorld) -> None:
    """A name out of the table goes into no SQL, and into the command only quoted."""
    name = "x'; DROP TABLE ref.runs; --$(reboot)"
    fail(world, 12, name)
    result = look(world, name)
    assert result.status is Status.FAIL
    assert world.sql("SELECT count(*) FROM ref.runs") == [(13,)]
    assert "$(reboot)" not in result.remedy.replace("'\"'\"'", "").split("'")[0]


def test_l4_silence_after_runs_is_said(world: LaidWorld) -> None:
    """L-4: no failure since is no health where no run was logged either, on three days that were due: WARN naming the first."""
    world.run_rows("box", "last", "success", at=NOON - timedelta(days=3), day=DAY - timedelta(days=3))
    result = look(world)
    assert result.status is Status.WARN
    assert f"no run for 3 days that were due, {DAY - timedelta(days=2)} the first" in result.message
    world.run_rows("box", "newer", "success", at=NOON - timedelta(days=1), day=DAY - timedelta(days=2))
    assert look(world).status is Status.PASS


def test_one_that_is_not_required_may_be_silent(world: LaidWorld) -> None:
    """A processor that need not run where nothing changed is not missed; a required one is."""
    for name in ("box", "rosters"):
        world.run_rows(name, f"last {name}", "success", at=NOON - timedelta(days=6), day=DAY - timedelta(days=6))
    assert look(world, "box").status is Status.WARN
    assert look(world, "rosters").status is Status.PASS


def test_l29_a_source_switched_off_is_not_missed(world: LaidWorld) -> None:
    """L-29, FA-9: whose source is switched off on purpose need not run from that day on."""
    world.run_rows("box", "last", "success", at=NOON - timedelta(days=3), day=DAY - timedelta(days=3))
    tables = yaml.safe_load((world.schemas / "infrastructure/bigquery_tables.yaml").read_text())
    (box,) = (table for dataset in tables["datasets"] for table in dataset["tables"] if table["name"] == "box")
    box["source"] = {"disabled": "no longer fetched", "since": DAY - timedelta(days=2)}
    world.edit("infrastructure/bigquery_tables.yaml", tables)
    assert look(world).status is Status.PASS


def test_fa14_silence_of_a_halted_phase_is_no_finding(world: LaidWorld) -> None:
    """FA-14: a processor of a phase that stands still on purpose need not run."""
    world.run_rows("props", "last", "success", at=NOON - timedelta(days=4), day=DAY - timedelta(days=4))
    assert look(world, "props").status is Status.WARN
    halted(world, (DAY - timedelta(days=days) for days in range(4)))
    assert look(world, "props").status is Status.PASS


def test_who_logged_nothing_is_not_left_out(world: LaidWorld) -> None:
    """A declared processor without any run in the window is SKIP with that reason, never absent."""
    result = look(world, "odds")
    assert result.status is Status.SKIP
    assert "logged no run in 14 days" in result.message
