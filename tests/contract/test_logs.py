"""What every reader of logs answers."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.sides import LogsSide
from validator.errors import ServiceError
from validator.world import Logged

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
DAY = (NOON - timedelta(hours=24), NOON)


@pytest.mark.parametrize(
    ("severity", "errors"),
    [("INFO", 0), ("WARNING", 0), ("ERROR", 1), ("CRITICAL", 1), ("ALERT", 1), ("EMERGENCY", 1)],
)
def test_error_and_worse_count(logs_side: LogsSide, severity: str, errors: int) -> None:
    """A warning is none."""
    logs_side.entry("api", severity, "so it is", NOON)
    found = logs_side.logs().of_service("api", *DAY)
    assert (found.errors, found.heard) == (errors, True)


def test_the_newest_speaks(logs_side: LogsSide) -> None:
    """Errors are counted, and the newest is shown."""
    logs_side.entry("api", "ERROR", "first", NOON - timedelta(hours=2))
    logs_side.entry("api", "ERROR", "second", NOON - timedelta(hours=1))
    logs_side.entry("api", "INFO", "all well", NOON)
    found = logs_side.logs().of_service("api", *DAY)
    assert found == Logged(errors=2, heard=True, newest="second", newest_at=NOON - timedelta(hours=1))


def test_only_the_service_and_the_span_asked_for(logs_side: LogsSide) -> None:
    """Others' errors and older ones are not its own."""
    logs_side.entry("web", "ERROR", "not ours", NOON)
    logs_side.entry("api", "ERROR", "long ago", NOON - timedelta(hours=25))
    logs_side.entry("api", "ERROR", "later", NOON + timedelta(seconds=1))
    assert logs_side.logs().of_service("api", *DAY) == Logged(errors=0, heard=False)


def test_logs_that_cannot_be_reached_are_an_error(logs_side: LogsSide) -> None:
    """Not being able to ask is never no error."""
    with pytest.raises(ServiceError) as caught:
        logs_side.unreachable().of_service("api", *DAY)
    assert caught.value.service == "Cloud Logging"
