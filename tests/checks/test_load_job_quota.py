"""The quota of load jobs: the busiest table decides."""

from types import SimpleNamespace
from typing import Any

import pytest

from checks.load_job_quota import LoadJobQuota
from tests.worlds.laid import DAY, LaidWorld, et
from validator.check import Finding, Measurement
from validator.limits import Limits, parse_limit
from validator.look import Shared, World
from validator.status import Status

NOW = et(DAY, "12:00")


def measured(world: LaidWorld, jobs: dict[str, int]) -> Finding:
    """What the check finds where the warehouse says so."""
    asked: list[Any] = []

    def load_jobs(first: Any, last: Any, labels: Any) -> Any:
        asked.append((last - first).total_seconds() / 3600)
        return jobs, 0

    ports: Any = SimpleNamespace(warehouse=SimpleNamespace(load_jobs=load_jobs))
    shared = Shared(ports=ports, ssot=world.service().ssot, now=NOW, around=DAY, run_labels={})
    (finding,) = LoadJobQuota().measure(World(shared, "load_job_quota", DAY))
    assert asked == [24]
    return finding


@pytest.mark.parametrize(
    ("jobs", "wanted"), [(1200, Status.PASS), (1201, Status.WARN), (1425, Status.WARN), (1426, Status.FAIL)]
)
def test_l57_the_table_with_most_jobs_decides(world: LaidWorld, jobs: int, wanted: Status) -> None:
    """L-57: 1,321 jobs of one table and 575 of another: each has its own quota."""
    found = measured(world, {"ops.breaker": 575, "ref.runs": jobs, "analytics.summary": 570})
    assert isinstance(found, Measurement)
    assert found.table == "ref.runs"
    assert found.note == f"of 1500 a table, in 24 h: ref.runs {jobs}, ops.breaker 575, analytics.summary 570"
    limits = Limits(warn=parse_limit(LoadJobQuota.warn), fail=parse_limit(LoadJobQuota.fail))
    assert limits.judge(found.value)[0] is wanted


def test_no_jobs_are_no_pass(world: LaidWorld) -> None:
    """No load job at all, or a warehouse without any: SKIP with the reason."""
    assert not isinstance(measured(world, {}), Measurement)
    world.edit("checks.yaml", {"checks": {"load_job_quota": {"class": "LoadJobQuota"}}})
    result = world.look("load_job_quota")["load jobs"]
    assert result.status is Status.SKIP
    assert "knows no load jobs" in result.message
