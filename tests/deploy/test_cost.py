"""The estimate follows from the source of truth, and each line says how."""

import pytest

from tests.config.conftest import Source
from tests.deploy.conftest import changed
from tests.typed import Type
from validator.deploy.cost import LEAST_BILLED, TIB, estimate, jobs_of, mails_a_month, runs_a_month
from validator.ssot.models.checks import ScheduleSpec


@pytest.mark.parametrize(
    ("cron", "runs"),
    [("0 6 * * *", 365 / 12), ("0 6 * * 1", 52 / 12), ("0,30 6-7 * * *", 4 * 365 / 12), ("0 6 1 * *", 1.0)],
)
def test_runs_are_counted_over_a_year(cron: str, runs: float) -> None:
    """Every fire of a year, a twelfth of it a month."""
    assert runs_a_month(ScheduleSpec(cron=cron, target_date="today", checks=("a",))) == pytest.approx(runs)


def test_queries_are_those_of_the_checks(source: Source) -> None:
    """Jobs of the schedules' checks, each billed at least 10 MB a table."""
    ssot = changed(source)
    jobs = sum(runs_a_month(schedule) * jobs_of(ssot, schedule) for schedule in ssot.schedules.values())
    tables = sum(not table.disabled for table in ssot.tables.values())
    assert estimate(ssot, 60)[0].amount == pytest.approx(jobs * tables * LEAST_BILLED / TIB)


def test_a_schedule_less_costs_less(source: Source) -> None:
    """Runs, queries and a job go with it."""
    before = estimate(changed(source), 60)
    source.edit("schedules.yaml", {"schedules": {"overnight": None}})
    after = estimate(changed(source), 60)
    cheaper = [old.what for old, new in zip(before, after, strict=True) if new.usd < old.usd]
    assert cheaper == ["queries", "results", "processor", "memory", "scheduler"]


def test_memory_and_time_are_multiplied(source: Source) -> None:
    """Twice the seconds cost twice; twice the memory more."""
    once, twice = (estimate(changed(source), seconds)[3].amount for seconds in (30, 60))
    assert twice == pytest.approx(2 * once)
    source.edit("pipeline.yaml", {"runner": {"memory": "1Gi"}})
    assert estimate(changed(source), 60)[3].amount == pytest.approx(2 * twice)


def test_mails_are_those_that_go_out_anyway(source: Source) -> None:
    """One a day for the schedule that always tells."""
    assert mails_a_month(changed(source)) == pytest.approx(365 / 12)


def test_the_command_shows_formulas_and_sources(source: Source, typed: Type) -> None:
    """Each item with its formula, then what the prices rest on."""
    out = typed("deploy", "cost", "--seconds", "90").out
    assert "243 runs × 90 s × 0.333 vCPU" in out
    assert "https://cloud.google.com/bigquery/pricing" in out


@pytest.mark.parametrize("seconds", ["0", "-1", "x", "9999", "1.5"])
def test_seconds_are_whole(source: Source, typed: Type, seconds: str) -> None:
    """Anything else is a usage error."""
    assert typed("deploy", "cost", "--seconds", seconds).code == 2
