"""Silences: accepted findings make no message while they are what was accepted; their end, and what gets worse, is told."""

from dataclasses import replace
from datetime import date

import pytest

from tests.telling.town import FAIL, PASS, WARN, Town, found
from validator.ssot.models.checks import SilenceSpec
from validator.status import Status

ACCEPTED = SilenceSpec(
    check="a", subject="s", reason="refilled on Monday", author="ana", until=date(2026, 2, 10), since=date(2026, 2, 3)
)


def town(silence: SilenceSpec = ACCEPTED, notify: str = "change") -> Town:
    """A schedule with one silence."""
    return Town(silences=(silence,), notify=notify)  # type: ignore[arg-type]


def test_an_accepted_finding_makes_no_message() -> None:
    """It is stored and judged."""
    place = town()
    run = place.run(found(FAIL))
    assert place.mailbox.subjects == []
    (change,) = place.notice(run).changes
    assert change.quiet == "silenced by ana until 2026-02-10: refilled on Monday"


@pytest.mark.parametrize(
    ("check", "subject", "is_silent"),
    [
        ("a", None, True),
        ("*", "s", True),
        ("a", "s*", True),
        ("b", "s", False),
        ("a", "t", False),
        ("a", "S", False),
        ("[a]", "s", False),
        ("a", "?", False),
    ],
)
def test_what_a_silence_is_about(check: str, subject: str | None, is_silent: bool) -> None:
    """A check and a subject, `*` for any text."""
    place = town(replace(ACCEPTED, check=check, subject=subject))
    place.run(found(FAIL))
    assert (place.mailbox.subjects == []) is is_silent


def test_a_silence_ends_on_its_last_day() -> None:
    """On the tenth it is silent, on the eleventh it is told."""
    place = town()
    for _ in range(7):
        place.run(found(FAIL), hours=24)
    assert place.mailbox.subjects == []
    place.run(found(FAIL), hours=24)
    assert place.words() == ["NEW"]


def test_what_gets_worse_than_what_was_accepted_is_told() -> None:
    """Nobody accepted a failure."""
    place = town()
    place.run(found(WARN))
    place.run(found(FAIL))
    assert place.words() == ["NEW"]


def test_what_was_as_bad_when_it_was_accepted_stays_silent() -> None:
    """It began as a warning, was a failure when the silence was made, and still is."""
    place = town(replace(ACCEPTED, since=date(2026, 2, 4)))
    place.ledger.results += Town().run(found(WARN)).results
    for _ in range(3):
        place.run(found(FAIL), hours=20)
    assert place.mailbox.subjects == []


def test_what_clears_and_comes_back_is_told() -> None:
    """What was accepted is over; this is another one."""
    place = town()
    for status in (FAIL, PASS, FAIL):
        place.run(found(status), hours=24)
    assert place.words() == ["NEW"]


def test_the_recovery_of_what_people_were_told_is_told() -> None:
    """It was told, then silenced, then it ended."""
    place = Town()
    place.run(found(FAIL))
    place.silences = (ACCEPTED,)
    place.run(found(PASS))
    assert place.words() == ["NEW", "FIXED"]


@pytest.mark.parametrize("status", [FAIL, PASS])
def test_an_expired_silence_is_reported(status: Status) -> None:
    """Whoever reads the morning's mail can remove it."""
    place = town(replace(ACCEPTED, until=date(2026, 2, 2), since=None), notify="always")
    place.run(found(status))
    assert "a silence has expired and can be removed: a s (refilled on Monday;" in place.mailbox.bodies[0].replace(
        "\n", " "
    )


def test_a_silence_that_matches_nothing_is_reported() -> None:
    """After a week: a typing error in a name silences nothing, and nobody would know."""
    place = town(replace(ACCEPTED, subject="no such table", until=date(2026, 3, 1)), notify="always")
    for _ in range(8):
        place.run(found(PASS), hours=24)
    assert "matches no finding" not in place.mailbox.bodies[5]
    assert "matches no finding of the last 7 days: a no such table" in " ".join(place.mailbox.bodies[7].split())


def test_what_is_silenced_is_listed_in_the_morning() -> None:
    """Silent is not hidden."""
    place = town(notify="always")
    place.run(found(FAIL))
    assert "silenced by ana until 2026-02-10: refilled on Monday" in " ".join(place.mailbox.bodies[0].split())


def test_what_is_silenced_says_so_in_the_text_too() -> None:
    """The text part says what the HTML says: a state of its own, not that it was skipped."""
    place = town(notify="always")
    place.run(found(FAIL))
    assert "SILENCED a" in " ".join(place.mailbox.bodies[-1].split())


def test_what_is_silenced_leads_nothing() -> None:
    """Neither the headline nor the command to start with is about it."""
    place = town(notify="always")
    place.run(found(FAIL), found(WARN, "t"))
    body = " ".join(place.mailbox.bodies[0].split())
    first_screen = body.partition("What is new")[0]
    assert "P2 a · t: t is WARN" in first_screen
    assert "a · s:" not in first_screen


def test_a_run_that_found_only_what_is_silenced_says_so() -> None:
    """Nothing to start with, and no claim that nothing was found."""
    place = town(notify="always")
    place.run(found(FAIL))
    body = " ".join(place.mailbox.bodies[0].split())
    assert (
        "What failed, and why? Nothing that is not silenced. 1 finding, accepted for a while and listed below." in body
    )


def test_a_run_that_tells_nobody_because_of_a_silence_says_so() -> None:
    """`Nothing changed` would be false."""
    run = town().run(found(FAIL))
    assert run.delivery.quiet == "nothing else changed: 1 finding is silenced"


def test_what_is_silenced_and_over_is_not_listed() -> None:
    """It passed: that it is a FAIL would be no longer true, for a week."""
    place = town(notify="always")
    place.run(found(FAIL))
    place.run(found(PASS))
    assert "silenced by ana" not in " ".join(place.mailbox.bodies[1].split())


@pytest.mark.parametrize("history", [(WARN, FAIL), (FAIL, PASS, PASS, FAIL)])
def test_what_outlived_its_silence_is_not_silent_again(history: tuple[Status, ...]) -> None:
    """The results that say why it was over are not read for longer than a week; what people were told is."""
    place = town(replace(ACCEPTED, until=date(2026, 3, 1)), notify="always")
    for status in (*history, *(FAIL,) * 12):
        place.run(found(status), hours=24)
    assert place.words()[-13:] == ["NEW", *["STILL"] * 12]
