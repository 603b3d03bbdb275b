"""The runner watches itself: every schedule that should have run has a row."""

import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Status

CHECK = "schedules_ran"
TODAY = DAY + timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """Two schedules, at 06:00 and every six hours, and the table of runs."""
    laid = LaidWorld(tmp_path)
    laid.edit("checks.yaml", {"checks": {CHECK: {"class": "SchedulesRan"}}})
    (laid.schemas / "schedules.yaml").write_text(
        "schedules:\n"
        '  post_overnight: {cron: "0 6 * * *", target_date: yesterday, checks: [schedules_ran]}\n'
        '  often: {cron: "0 */6 * * *", target_date: today, checks: [schedules_ran]}\n'
    )
    laid.sql(
        "CREATE TABLE ops.validation_runs(run_id VARCHAR, run_timestamp TIMESTAMPTZ, schedule_name VARCHAR, trigger_source VARCHAR)"
    )
    return laid


def ran(world: LaidWorld, schedule: str, at: datetime, source: str = "scheduler") -> None:
    """A stored run."""
    world.sql("INSERT INTO ops.validation_runs VALUES (?, ?, ?, ?)", [str(uuid.uuid4()), at, schedule, source])


def all_ran(world: LaidWorld) -> None:
    """Every run of three days, a few seconds late."""
    for back in range(3):
        day = TODAY - timedelta(days=back)
        ran(world, "post_overnight", et(day, "06:00") + timedelta(seconds=9))
        for hour in ("00:00", "06:00", "12:00", "18:00"):
            if et(day, hour) < et(TODAY, "12:00"):
                ran(world, "often", et(day, hour) + timedelta(seconds=9))


def look(world: LaidWorld, at: str = "12:05") -> dict[str, Result]:
    """What the check says today at that time."""
    return world.look(CHECK, now=et(TODAY, at))


def test_all_ran(world: LaidWorld) -> None:
    """Each schedule passes, with its newest run; what fired a moment ago is not due yet."""
    all_ran(world)
    results = look(world)
    assert {name: result.status for name, result in results.items()} == {
        "post_overnight": Status.PASS,
        "often": Status.PASS,
    }
    assert "newest scheduled run 2026-02-04 06:00 EST" in results["often"].message


def test_l70_a_run_that_did_not_happen_is_named(world: LaidWorld) -> None:
    """L-70: a deleted job leaves no failure behind; the row that is missing is."""
    all_ran(world)
    world.sql(
        "DELETE FROM ops.validation_runs WHERE schedule_name = 'often' AND run_timestamp >= ?", [et(DAY, "18:00")]
    )
    result = look(world)["often"]
    assert result.status is Status.FAIL
    assert "no row for 2026-02-03 18:00 EST, 2026-02-04 00:00 EST, 2026-02-04 06:00 EST" in result.message
    assert (result.affected_records, result.expected_value, result.actual_value) == (3, "4 due", "1 stored")
    assert 'job_id="validation-often"' in result.remedy


def test_a_run_by_hand_is_not_the_scheduled_one(world: LaidWorld) -> None:
    """What someone ran instead does not hide that the scheduler did not."""
    all_ran(world)
    world.sql(
        "UPDATE ops.validation_runs SET trigger_source = 'manual' WHERE schedule_name = 'post_overnight' AND run_timestamp > ?",
        [et(TODAY, "00:00")],
    )
    assert look(world)["post_overnight"].status is Status.FAIL


def test_a_schedule_that_never_ran(world: LaidWorld) -> None:
    """L-70: its job is missing while the others run."""
    all_ran(world)
    world.sql("DELETE FROM ops.validation_runs WHERE schedule_name = 'post_overnight'")
    result = look(world)["post_overnight"]
    assert result.status is Status.FAIL
    assert "no scheduled run stored" in result.message


def test_what_lies_before_the_first_run_is_not_missed(world: LaidWorld) -> None:
    """A service that was deployed this morning missed nothing of yesterday."""
    ran(world, "often", et(TODAY, "06:00"))
    results = look(world)
    assert results["often"].status is Status.PASS
    assert results["often"].expected_value == "1 due"


def test_nothing_scheduled_yet(world: LaidWorld) -> None:
    """Without a scheduled run in a month nothing can be judged: SKIP with the reason, never PASS."""
    ran(world, "often", et(TODAY, "06:00"), source="cli")
    ran(world, "often", et(TODAY, "12:05") - timedelta(days=31))
    (result,) = look(world).values()
    assert result.status is Status.SKIP
    assert "has not called this service" in result.message


def test_rows_that_cannot_be_read(world: LaidWorld) -> None:
    """FP-4: not being able to look is ERROR."""
    world.sql("DROP TABLE ops.validation_runs")
    assert look(world)[CHECK].status is Status.ERROR


def test_a_run_may_be_an_hour_late(world: LaidWorld) -> None:
    """L-70: an hour after its time a run is missed, a minute earlier it is not."""
    all_ran(world)
    world.sql(
        "DELETE FROM ops.validation_runs WHERE schedule_name = 'often' AND run_timestamp >= ?", [et(TODAY, "06:00")]
    )
    assert look(world, "06:59")["often"].status is Status.PASS
    assert look(world, "07:00")["often"].status is Status.FAIL


def test_the_last_26_hours_count(world: LaidWorld) -> None:
    """Up to the hour of grace: at nine, six o'clock of yesterday is the first that counts, and a minute later it is over."""
    all_ran(world)
    assert look(world, "09:00")["often"].expected_value == "5 due"
    assert look(world, "09:01")["often"].expected_value == "4 due"


def test_a_dead_letter_is_no_beginning(world: LaidWorld) -> None:
    """Runs that tell of a dead letter come whenever one comes: they say nothing of when schedules were first called."""
    ran(world, "dead_letter", et(TODAY, "00:30"), "pubsub")
    assert look(world)["schedules"].status is Status.SKIP
    ran(world, "often", et(TODAY, "06:00"))
    assert look(world)["often"].status is Status.PASS
