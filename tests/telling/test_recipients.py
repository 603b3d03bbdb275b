"""Who is told besides those who are told of everything: the schedule's people, the owners of what is news, and for what is critical the others."""

import pytest

from tests.telling.town import FAIL, PASS, WARN, Notify, Town, found
from validator.status import Severity, Status

P1 = Severity.P1_CRITICAL


@pytest.fixture
def town() -> Town:
    """Check `a` belongs to one team, `b` to another."""
    return Town(notify="always", addresses={"a": ["raw@example.com"], "b": ["models@example.com"]})


def test_the_owner_of_what_is_news_is_written_to(town: Town) -> None:
    """And the schedule's own people, always; not the owner of what is fine, or known."""
    town.run(found(FAIL), found(PASS, "t", "b"))
    town.run(found(FAIL), found(FAIL, "t", "b"))
    town.run(found(FAIL), found(FAIL, "t", "b"))
    assert [message.recipients for message in town.mailbox.messages] == [
        ("desk@example.com", "raw@example.com"),
        ("desk@example.com", "models@example.com"),
        ("desk@example.com",),
    ]


def test_an_owner_hears_the_end_too(town: Town) -> None:
    """Whoever was told that it broke is told that it is mended."""
    town.run(found(FAIL))
    town.run(found(PASS))
    assert "raw@example.com" in town.mailbox.messages[-1].recipients


@pytest.mark.parametrize(
    ("status", "severity", "is_critical"), [(FAIL, P1, True), (WARN, P1, False), (FAIL, Severity.P2_HIGH, False)]
)
def test_what_is_critical(town: Town, status: Status, severity: Severity, is_critical: bool) -> None:
    """A P1 that fails; its end is told to the same people."""
    town.run(found(status, severity=severity))
    town.run(found(PASS, severity=severity))
    town.run(found(PASS, severity=severity))
    assert [message.critical for message in town.mailbox.messages] == [is_critical, is_critical, False]


@pytest.mark.parametrize("notify", ["always", "change"])
def test_the_end_of_what_was_critical_is_told_to_whoever_knew_of_it(notify: Notify) -> None:
    """Also where it was only a warning by the time it ended, and whether or not people were told of that."""
    town = Town(notify=notify)
    for status in (FAIL, WARN, PASS, WARN, PASS):
        town.run(found(status, severity=P1))
    end = [
        message.critical
        for message, text in zip(town.mailbox.messages, town.mailbox.bodies, strict=True)
        if "is fixed" in text
    ]
    assert end == [True, False]
