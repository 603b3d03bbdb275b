"""Retry storms: the busiest hour of each ledger."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Status

CHECK = "retry_storm"
NOON = et(DAY, "12:00")


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """A ledger to storm in."""
    laid = LaidWorld(tmp_path)
    laid.season()
    laid.edit("checks.yaml", {"checks": {CHECK: {"class": "RetryStorm"}}})
    return laid


def storm(world: LaidWorld, runs: int, seconds: int = 10) -> None:
    """That many runs of `box`, each with two rows, so many seconds apart, the last at eleven."""
    world.sql(
        "INSERT INTO ref.runs (processor_name, run_id, status, data_date, started_at) SELECT 'BoxProcessor', 'r' || r.range, s.status, ?, "
        "CAST(? AS TIMESTAMPTZ) - to_seconds(r.range * ?) FROM range(?) AS r CROSS JOIN (VALUES ('running'), ('failed')) AS s(status)",
        [DAY, NOON - timedelta(hours=1), seconds, runs],
    )


def runs(world: LaidWorld) -> Result:
    """The run ledger's result."""
    return world.look(CHECK, now=NOON)["ref.runs"]


@pytest.mark.parametrize(
    ("count", "wanted"), [(50, Status.PASS), (51, Status.WARN), (200, Status.WARN), (201, Status.FAIL)]
)
def test_l20_runs_of_an_hour_are_counted(world: LaidWorld, count: int, wanted: Status) -> None:
    """L-20: 1,756 runs in an hour; runs are counted, not their rows."""
    storm(world, count)
    result = runs(world)
    assert result.status is wanted
    assert result.message.startswith(f"box began {count} runs in the hour from 2026-02-03 10:00 EST")


def test_many_runs_over_a_day_are_no_storm(world: LaidWorld) -> None:
    """L-21: it is the hour that counts."""
    storm(world, 300, seconds=240)
    assert runs(world).status is Status.PASS


def test_a_ledger_that_is_silent_or_missing(world: LaidWorld) -> None:
    """No run is no evidence: SKIP; no table is ERROR."""
    assert runs(world).status is Status.SKIP
    world.sql("DROP TABLE ref.runs")
    assert runs(world).status is Status.ERROR


def test_storms_of_the_last_day_only(world: LaidWorld) -> None:
    """A storm that was over 24 hours ago is told no more."""
    storm(world, 300)
    world.sql("UPDATE ref.runs SET started_at = started_at - INTERVAL '23 hours 30 minutes'")
    assert runs(world).status is Status.SKIP


def test_runs_in_the_evening_for_a_date_a_fortnight_ago(world: LaidWorld) -> None:
    """FA-20: the reach into the past is counted from the pipeline's own today, not from tomorrow's UTC."""
    storm(world, 51)
    world.sql(
        "UPDATE ref.runs SET started_at = started_at + INTERVAL 9 HOUR, data_date = ?", [DAY - timedelta(days=14)]
    )
    assert world.look(CHECK, now=et(DAY, "21:00"))["ref.runs"].status is Status.WARN


def test_a_storm_of_scrapes(world: LaidWorld) -> None:
    """Each ledger by itself, with the names and columns it has."""
    values = [NOON - timedelta(hours=1), DAY]
    world.sql(
        "INSERT INTO ops.scrapes SELECT 'box_scraper', 's' || range, 'failed', CAST($2 AS DATE), "
        "CAST($1 AS TIMESTAMPTZ) - to_seconds(range), NULL FROM range(51)",
        values,
    )
    result = world.look(CHECK, now=NOON)["ops.scrapes"]
    assert result.status is Status.WARN
    assert result.message == "box_scraper began 51 runs in the hour from 2026-02-03 10:00 EST"
