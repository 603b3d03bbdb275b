"""Run history coverage: who writes rows logs its runs."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Status

CHECK = "run_history_coverage"
DAYS = [DAY - timedelta(days=back) for back in range(3)]


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """Three days of rows of `box`, with a run for each."""
    laid = LaidWorld(tmp_path)
    laid.season()
    laid.edit("checks.yaml", {"checks": {CHECK: {"class": "RunHistoryCoverage"}}})
    for day in DAYS:
        laid.rows("raw.box", day, team="BOS")
        laid.run_rows("box", f"run {day}", "success", at=et(day + timedelta(days=1), "05:00"), day=day)
    return laid


def box(world: LaidWorld) -> Result:
    """The processor's result."""
    return world.look(CHECK)["box"]


def test_every_day_has_its_run(world: LaidWorld) -> None:
    """Rows and runs for the same days."""
    result = box(world)
    assert (result.status, result.message) == (Status.PASS, "runs for each of the 3 days with rows")


def test_a_day_without_a_run_is_named(world: LaidWorld) -> None:
    """Rows came, and nobody says who brought them."""
    world.sql("DELETE FROM ref.runs WHERE data_date = ?", [DAYS[1]])
    result = box(world)
    assert (result.status, result.affected_records) == (Status.WARN, 1)
    assert result.message == "rows but no run for 2026-02-02"


def test_l7_who_never_logs_is_named(world: LaidWorld) -> None:
    """L-7: what no ledger tells of is blind for every other check of runs."""
    world.sql("DELETE FROM ref.runs")
    assert box(world).message.startswith("it never logs: rows but no run for 2026-02-01, 2026-02-02, 2026-02-03")


def test_the_second_log_counts_too(world: LaidWorld) -> None:
    """A run in processor_execution_log is a run, under any of the processor's names."""
    world.sql("DELETE FROM ref.runs WHERE data_date = ?", [DAYS[1]])
    world.sql(
        "CREATE TABLE ops.processor_execution_log(processor_name VARCHAR, data_date DATE, triggered_at TIMESTAMPTZ)"
    )
    world.sql("INSERT INTO ops.processor_execution_log VALUES ('BoxProcessor', ?, ?)", [DAYS[1], et(DAY, "05:00")])
    assert box(world).status is Status.PASS


def test_no_rows_no_judgement(world: LaidWorld) -> None:
    """A table that got nothing is other checks' business: SKIP; one that is not there is ERROR."""
    assert world.look(CHECK)["odds"].status is Status.SKIP
    world.sql("DROP TABLE raw.odds")
    assert world.look(CHECK)["odds"].status is Status.ERROR


def test_every_processor_with_a_dated_table(world: LaidWorld) -> None:
    """Each is judged by the rows of its own table, and by its own runs, also those of the scrapers."""
    tables = {
        "odds": "raw.odds",
        "plays": "raw.plays",
        "rosters": "raw.rosters",
        "summary": "analytics.summary",
        "context": "analytics.context",
        "props": "predictions.props",
    }
    for table in (*tables.values(), "ops.scrapes"):
        world.rows(table)
    assert {world.look(CHECK)[name].status for name in tables} == {Status.WARN}
    for name in tables:
        world.run_rows(name, name, "success", at=et(DAY, "22:00"))
    results = world.look(CHECK)
    assert {results[name].status for name in tables} == {Status.PASS}


def test_a_week_is_looked_at(world: LaidWorld) -> None:
    """Rows of the seventh day back count, those of the eighth no longer do."""
    world.rows("raw.box", DAY - timedelta(days=7), team="BOS")
    assert box(world).status is Status.PASS
    world.rows("raw.box", DAY - timedelta(days=6), team="BOS")
    assert box(world).message == "rows but no run for 2026-01-28"


def test_the_ledger_of_the_scrapers_counts_too(world: LaidWorld) -> None:
    """A run is a run, whichever ledger tells of it; it is looked for from three days before its date, in the pipeline's own zone, on."""
    first = DAY - timedelta(days=6)
    world.rows("raw.box", first, team="BOS")
    world.scrape("box", "success", at=et(first - timedelta(days=4), "23:59"), day=first)
    assert box(world).message == f"rows but no run for {first}"
    world.scrape("box", "success", at=et(first - timedelta(days=3), "00:00"), day=first)
    assert box(world).status is Status.PASS
