"""Root causes: one headline, what follows under it; what follows is still stored, judged and told when it stands alone."""

from dataclasses import replace

import pytest

from tests.telling.town import ERROR, FAIL, PASS, SKIP, WARN, Town, found
from validator.results import Result
from validator.status import Severity, Status
from validator.tell.causes import Phases

P1 = Severity.P1_CRITICAL
PHASES = Phases(
    completion={"phase2_completion": 2, "phase3_completion": 3},
    checks={"phase2_completion": 2, "phase3_completion": 3},
    subjects={"raw.box": 2, "analytics.summary": 3, "predictions": 5},
)


def phase(number: int, status: Status = FAIL) -> Result:
    """What a phase's completion check said."""
    return found(status, f"phase{number}", f"phase{number}_completion", severity=P1)


def table(name: str, status: Status = FAIL, severity: Severity = Severity.P2_HIGH) -> Result:
    """What was said of a table."""
    return found(status, name, "rows", severity=severity)


def town() -> Town:
    """A pipeline of five phases."""
    return Town(phases=PHASES)


def test_what_follows_from_a_failed_phase_is_under_it() -> None:
    """One headline: phase 2; its consequences beneath."""
    place = town()
    place.run(phase(2), phase(3), table("analytics.summary"), table("predictions"))
    assert place.mailbox.subjects[0].endswith(": 1 new, 3 blocked")
    body = place.mailbox.bodies[0]
    assert body.count("it blocks") == 3
    assert "What is new (1)" in body


def test_what_follows_later_makes_no_message_of_its_own() -> None:
    """Phase 2 is known to be down; that phase 3 is now down too is no news."""
    place = town()
    place.run(phase(2), phase(3, PASS))
    place.run(phase(2), phase(3))
    assert len(place.mailbox.subjects) == 1


def test_what_still_fails_when_its_cause_is_mended_is_told() -> None:
    """It stands on its own now."""
    place = town()
    place.run(phase(2), phase(3, PASS))
    place.run(phase(2), phase(3))
    place.run(phase(2, PASS), phase(3))
    assert place.words("phase3") == ["NEW"]
    assert place.words("phase2") == ["NEW", "FIXED"]


def test_everything_that_was_told_is_told_to_have_recovered() -> None:
    """The cause and what followed from it, in one message."""
    place = town()
    place.run(phase(2), phase(3), table("predictions"))
    place.run(phase(2, PASS), phase(3, PASS), table("predictions", PASS))
    assert place.mailbox.subjects[1].endswith(": 3 fixed")


def test_what_is_upstream_or_of_the_same_phase_does_not_follow() -> None:
    """Phase 3's failure explains nothing of phase 2."""
    place = town()
    place.run(phase(3), table("raw.box"), table("analytics.summary"))
    assert place.mailbox.subjects[0].endswith(": 3 new")


def test_what_matters_more_than_its_cause_is_told_beside_it() -> None:
    """A P1 does not hide under a P2."""
    place = town()
    minor = found(FAIL, "phase2", "phase2_completion", severity=Severity.P3_MEDIUM)
    place.run(minor, table("predictions", severity=P1))
    assert place.mailbox.subjects[0].endswith(": 2 new")


def test_a_phase_that_only_warns_blocks_nothing() -> None:
    """It is late, not down."""
    place = town()
    place.run(phase(2, WARN), phase(3))
    assert place.mailbox.subjects[0].endswith(": 2 new")


def test_the_cause_of_a_cause_is_the_headline() -> None:
    """The earliest failed phase."""
    place = town()
    place.run(phase(2), phase(3), table("predictions"))
    assert "What is new (1)" in place.mailbox.bodies[0]


def test_a_phase_that_is_stored_and_not_told_makes_no_message() -> None:
    """`alert_on_failure: false`; what people had been told of before is told to have ended."""
    place = Town(phases=replace(PHASES, untold=frozenset({3})))
    run = place.run(phase(3), table("raw.box", PASS))
    assert place.mailbox.subjects == []
    assert place.notice(run).changes[0].quiet == "phase 3 is declared with alert_on_failure: false"
    told = town()
    told.run(phase(3))
    told.phases = place.phases
    told.run(phase(3, PASS))
    assert told.words("phase3") == ["NEW", "FIXED"]


def test_a_finding_names_the_phases_it_harms() -> None:
    """Those that work with what it says is missing."""
    place = Town(phases=replace(PHASES, names={2: "raw", 3: "analytics", 5: "predictions"}))
    place.run(table("raw.box"), found(FAIL, "a queue"))
    body = " ".join(place.mailbox.bodies[0].split())
    assert body.count("harms analytics, predictions") == 1


def test_what_began_before_its_cause_does_not_follow_from_it() -> None:
    """It was there when phase 2 was still fine."""
    place = town()
    place.run(phase(2, PASS), table("predictions"))
    place.run(phase(2), table("predictions"))
    assert place.mailbox.subjects[1].endswith(": 1 new, 1 still")


def test_what_is_judged_over_many_days_follows_from_no_day() -> None:
    """A hole of last week is not today's phase's doing."""
    place = town()
    week = found(FAIL, "predictions", "rows", days={"2026-01-28": 0.0, "2026-02-02": 100.0})
    place.run(phase(2), week)
    assert place.mailbox.subjects[0].endswith(": 2 new")


def hole(*days: str) -> Result:
    """What was said of a table that is judged day by day, those days broken."""
    share = {day: 0.0 if day in days else 100.0 for day in ("2026-01-28", "2026-02-01", "2026-02-02")}
    return found(FAIL, "predictions", "completeness", days=share, ranges=[(day, day) for day in days], limit=50)


def test_the_hole_that_a_failed_phase_leaves_follows_from_it() -> None:
    """Of all the days that were looked at just its own is broken."""
    place = town()
    place.run(phase(2), hole("2026-02-02"))
    assert place.mailbox.subjects[0].endswith(": 1 new, 1 blocked")


def test_a_hole_that_people_know_of_does_not_hide_what_follows() -> None:
    """The day of last week was told; the one that is new is the failed phase's."""
    place = town()
    place.run(phase(2, PASS), hole("2026-01-28"))
    place.run(phase(2), hole("2026-01-28", "2026-02-02"))
    assert place.mailbox.subjects[1].endswith(": 1 new, 1 blocked")


def test_a_hole_stays_under_its_cause() -> None:
    """It was told with it, and it is listed with it for as long as both stand."""
    place = Town(phases=PHASES, notify="always")
    for _ in range(3):
        place.run(phase(2), hole("2026-02-02"))
    assert place.mailbox.subjects[-1].endswith(": 1 blocked, 1 still")


def test_a_known_hole_that_sinks_is_told_beside_the_cause() -> None:
    """Of last week's day nearly half was there; now nothing is, and phase 2 explains nothing of it."""
    place = town()

    def days(last_week: float, newest: float) -> Result:
        share = {"2026-01-28": last_week, "2026-02-02": newest}
        return found(
            FAIL,
            "predictions",
            "completeness",
            days=share,
            ranges=[(one, one) for one in share if share[one] < 50],
            limit=50,
        )

    place.run(phase(2, PASS), days(45, 100))
    place.run(phase(2), days(0, 0))
    assert place.mailbox.subjects[1].endswith(": 1 new, 1 worse")


def test_more_holes_than_the_failed_phase_s_are_told_beside_it() -> None:
    """Of another day that nobody knows of, phase 2 explains nothing."""
    place = town()
    place.run(phase(2), hole("2026-02-01", "2026-02-02"))
    assert place.mailbox.subjects[0].endswith(": 2 new")


def test_what_is_looked_at_now_follows_too() -> None:
    """How old a table is now, in the same run; what was too old before follows from nothing of today."""
    for before, said in ((PASS, ": 1 new, 1 blocked"), (FAIL, ": 1 new, 1 still")):
        place = Town(phases=PHASES, judged_now=frozenset({"rows"}))
        place.run(phase(2, PASS), table("predictions", before))
        place.run(phase(2), table("predictions"))
        assert place.mailbox.subjects[-1].endswith(said)


def test_the_cause_comes_first() -> None:
    """Before what else is new, however the names sort; and its command is the one to start with."""
    place = town()
    other = found(FAIL, "a queue", "depth", severity=P1)
    place.run(other, phase(2), phase(3), table("predictions"))
    body = " ".join(place.mailbox.bodies[0].split())
    assert "P1 phase2_completion · phase2: phase2 is FAIL - Also failed: depth" in body
    assert body.index("1. P1 phase2_completion") < body.index("2. P1 depth")


def test_what_follows_can_be_acknowledged_too() -> None:
    """Its id stands beside it."""
    place = town()
    place.run(phase(2), phase(3))
    assert f"id {phase(3).fingerprint}" in " ".join(place.mailbox.bodies[0].split())


def test_what_follows_from_a_phase_of_which_nobody_is_told_is_told() -> None:
    """A cause that is in no message can't stand for what follows from it."""
    place = Town(phases=replace(PHASES, untold=frozenset({2})))
    place.run(phase(2), phase(3))
    assert place.words("phase3") == ["NEW"]


@pytest.mark.parametrize("now", [SKIP, ERROR])
def test_what_failed_for_another_date_is_no_cause(now: Status) -> None:
    """Nobody could tell how phase 2 did on the second day; that it was down for the first one explains nothing."""
    place = town()
    place.run(phase(2))
    place.run(phase(2, now), phase(3), hours=24)
    assert place.words("phase3") == ["NEW"]


def test_what_follows_in_hundreds_leaves_room_for_what_it_follows_from() -> None:
    """A mail has a size; the consequences that have no room in it are counted, and the cause stays."""
    place = town()
    place.run(phase(2), *(found(FAIL, "predictions", f"check {n}") for n in range(600)))
    (message,) = place.mailbox.messages
    text = " ".join(message.text.split())
    assert "What is new (1) " in text
    assert "phase2_completion · phase2 phase2 is FAIL" in text
    assert "it blocks 550 more" in text
    assert "and 550 more" in message.html
    assert "and 597 more" in str(message.slack)


def test_what_followed_and_is_gone_when_its_cause_is_mended_is_not_new() -> None:
    """Nobody had been told of it; its check speaks of it no longer."""
    place = town()
    place.run(phase(2))
    place.run(phase(2), found(ERROR, "predictions", "rows"), found(PASS, "t", "rows"))
    place.run(phase(2, PASS), found(PASS, "t", "rows"))
    assert place.words("predictions") == ["FIXED"]
