"""The quota of load jobs: the busiest table decides."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.local.warehouse import LocalWarehouse
from validator.results import Result
from validator.status import Status

CHECK, NOW = "load_job_quota", et(DAY, "12:00")


@pytest.fixture
def world(world: LaidWorld) -> LaidWorld:
    """The league, with the check."""
    world.edit("checks.yaml", {"checks": {CHECK: {"class": "LoadJobQuota"}}})
    return world


def judged(world: LaidWorld, monkeypatch: pytest.MonkeyPatch, jobs: dict[str, int]) -> Result:
    """The result where the warehouse says so of the last 24 hours."""

    def load_jobs(
        warehouse: LocalWarehouse, first: datetime, last: datetime, labels: Mapping[str, str]
    ) -> tuple[Any, int]:
        assert (first, last) == (et(DAY, "12:00").replace(day=DAY.day - 1), NOW)
        return jobs, 0

    monkeypatch.setattr(LocalWarehouse, "load_jobs", load_jobs)
    return world.look(CHECK, now=NOW)["load jobs"]


@pytest.mark.parametrize(
    ("jobs", "wanted"), [(1200, Status.PASS), (1201, Status.WARN), (1425, Status.WARN), (1426, Status.FAIL)]
)
def test_l57_the_table_with_most_jobs_decides(
    world: LaidWorld, monkeypatch: pytest.MonkeyPatch, jobs: int, wanted: Status
) -> None:
    """L-57: 1,321 jobs of one table and 575 of another: each has its own quota."""
    found = judged(world, monkeypatch, {"ops.breaker": 575, "ref.runs": jobs, "analytics.summary": 570})
    assert (found.status, found.target_table) == (wanted, "ref.runs")
    assert found.message == f"of 1500 a table, in 24 h: ref.runs {jobs}, ops.breaker 575, analytics.summary 570"


def test_no_jobs_are_no_pass(world: LaidWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """No load job at all, or a warehouse without any: SKIP with the reason."""
    result = world.look(CHECK)["load jobs"]
    assert (result.status, "knows no load jobs" in result.message) == (Status.SKIP, True)
    result = judged(world, monkeypatch, {})
    assert (result.status, "no load job of the last 24 h" in result.message) == (Status.SKIP, True)
