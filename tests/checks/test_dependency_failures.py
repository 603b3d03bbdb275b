"""Dependencies: what processors looked for and did not find."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Status

CHECK = "dependency_failures"
NOON = et(DAY, "12:00")


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """An empty log of dependencies."""
    laid = LaidWorld(tmp_path)
    laid.season()
    laid.edit("checks.yaml", {"checks": {CHECK: {"class": "DependencyFailures"}}})
    laid.sql(
        "CREATE TABLE ops.dependency_check_log(check_time TIMESTAMPTZ, processor_name VARCHAR, required_table VARCHAR, check_result VARCHAR, fallback_used BOOLEAN)"
    )
    return laid


def looked(world: LaidWorld, result: str, count: int = 1, hours_ago: int = 1, fallback: bool | None = None) -> None:
    """That many looks of `summary` for `raw.box`."""
    values = [NOON - timedelta(hours=hours_ago), result, fallback, count]
    world.sql("INSERT INTO ops.dependency_check_log SELECT ?, 'summary', 'raw.box', ?, ? FROM range(?)", values)


def summary(world: LaidWorld) -> Result:
    """The processor's result."""
    return world.look(CHECK, now=NOON)["summary"]


@pytest.mark.parametrize(
    ("failures", "wanted"), [(0, Status.PASS), (1, Status.WARN), (9, Status.WARN), (10, Status.FAIL)]
)
def test_failed_looks_are_counted(world: LaidWorld, failures: int, wanted: Status) -> None:
    """L-32: what is missing upstream is named with how often."""
    looked(world, "PASS", 2)
    looked(world, "FAIL", failures)
    result = summary(world)
    assert result.status is wanted
    assert not failures or f"{failures} of {failures + 2} looks in 24 h failed: raw.box ({failures})" in result.message


def test_a_fallback_is_no_failure(world: LaidWorld) -> None:
    """Who could fall back on something found what it needs; yesterday's failures are over."""
    looked(world, "FAIL", 20, fallback=True)
    looked(world, "FAIL", 20, hours_ago=25)
    assert summary(world).status is Status.PASS


def test_not_in_use(world: LaidWorld) -> None:
    """No row ever: SKIP `not in use`; nothing of today: SKIP; no table: ERROR."""
    assert "not in use" in world.look(CHECK, now=NOON)["dependency_check_log"].message
    looked(world, "FAIL", hours_ago=30)
    assert summary(world).status is Status.SKIP
    world.sql("DROP TABLE ops.dependency_check_log")
    assert world.look(CHECK, now=NOON)[CHECK].status is Status.ERROR
