"""One message per change: new, worse, fixed; nothing while nothing changes; and whatever was refused is told by the next run."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.telling.town import ERROR, FAIL, PASS, SKIP, START, WARN, WHERE, Mailbox, Town, found
from validator.claim import NoClaim
from validator.results import Result
from validator.ssot.models.pipeline import TellingSpec
from validator.status import Severity, Status
from validator.telling import tell


@pytest.fixture
def town() -> Town:
    """A schedule that tells what changes."""
    return Town()


def test_ten_identical_failing_runs_are_one_message_and_recovery_is_one(town: Town) -> None:
    """L-85: 831 of 1,037 alerts were the same one."""
    for _ in range(10):
        town.run(found(FAIL))
    assert len(town.mailbox.subjects) == 1
    for _ in range(3):
        town.run(found(PASS))
    assert len(town.mailbox.subjects) == 2
    assert town.mailbox.subjects[1].endswith(": 1 fixed")
    assert town.words() == ["NEW", "FIXED"]


def test_a_channel_that_refused_five_times_is_told_everything_by_the_sixth(town: Town) -> None:
    """Also of what came and went meanwhile; then nothing more."""
    town.mailbox.outcome = "refused"
    for n in range(5):
        run = town.run(found(FAIL), found(FAIL if n == 2 else PASS, "gone again"))
        assert run.delivery.problems == ("email: the mail was refused",)
    town.mailbox.outcome = "accepted"
    town.run(found(FAIL), found(PASS, "gone again"))
    town.run(found(FAIL), found(PASS, "gone again"))
    assert len(town.mailbox.subjects) == 1
    assert (town.words(), town.words("gone again")) == (["NEW"], ["FIXED"])
    assert "it was not told here then" in town.mailbox.bodies[0]
    assert len(town.ledger.refused) == 5


def test_what_another_schedule_could_not_tell_is_told_by_the_next_run_of_any(town: Town) -> None:
    """The run that finally gets through need not have looked at it."""
    town.mailbox.outcome = "refused"
    town.run(found(FAIL, "s", "dlq_depth"))
    town.mailbox.outcome = "accepted"
    town.run(found(PASS, "t"))
    assert town.words() == ["NEW"]


@pytest.mark.parametrize(("first", "then"), [(WARN, FAIL), (WARN, ERROR), (ERROR, FAIL)])
def test_what_gets_worse_is_told(town: Town, first: object, then: object) -> None:
    """By status."""
    town.run(found(first))  # type: ignore[arg-type]
    town.run(found(then))  # type: ignore[arg-type]
    assert town.words() == ["NEW", "WORSE"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((140, 600), ["NEW", "WORSE"]),
        ((140, 160), ["NEW"]),
        ((101, 103), ["NEW"]),
        ((140, 170, 300, 310), ["NEW", "WORSE"]),
        ((600, 140), ["NEW"]),
    ],
)
def test_what_is_twice_as_far_beyond_its_limit_is_worse(town: Town, values: tuple[int, ...], words: list[str]) -> None:
    """A queue of 140 that became one of 600 is not `nothing changed`; one of 160 is. What was told last is what counts."""
    for value in values:
        town.run(found(FAIL, value=value, limit=100))
    assert town.words() == words


def test_a_share_that_sinks_is_worse_too(town: Town) -> None:
    """Its limit is a lower one: 45 % of the rows, then 9 %; also when somebody had it in hand."""
    town.run(found(FAIL, value=45, limit=50))
    town.ledger.acknowledge(town.now)
    town.run(found(FAIL, value=9, limit=50))
    assert town.words() == ["NEW", "WORSE"]


DAYS = [f"2026-01-{day:02}" for day in range(20, 32)]


def judged_by_day(*broken: str, days: Sequence[str] = DAYS) -> Result:
    """Days of which some have no row; what is stored as the value is the share of all of them."""
    shares = {day: 0.0 if day in broken else 100.0 for day in days}
    value = sum(shares.values()) / len(shares)
    return found(FAIL, value=value, limit=50, days=shares, ranges=[(day, day) for day in broken])


def test_a_backfill_that_goes_on_is_not_worse(town: Town) -> None:
    """58 % became 91 % and both are beyond 50: what was missing is less, and whoever fills it has it in hand all the same."""
    town.run(judged_by_day(*DAYS[1:6]))
    town.ledger.acknowledge(town.now)
    town.run(judged_by_day(DAYS[1]))
    assert town.words() == ["NEW"]


def test_days_that_were_broken_and_sink_further_are_worse(town: Town) -> None:
    """No other day is broken, and each has less: 45 % of the rows, then 9 %."""
    for share in (45.0, 40.0, 9.0):
        shares = dict.fromkeys(DAYS, share)
        town.run(found(FAIL, value=share, limit=50, days=shares, ranges=[(DAYS[0], DAYS[-1])]))
    assert town.words() == ["NEW", "WORSE"]


def test_a_day_that_was_there_and_is_gone_is_worse(town: Town) -> None:
    """However little that is of all of them; also where another one has come back."""
    town.run(judged_by_day(DAYS[1], DAYS[2]))
    town.run(judged_by_day(DAYS[2], DAYS[7]))
    assert town.words() == ["NEW", "WORSE"]


def test_an_outage_that_goes_on_is_worse_when_it_is_twice_as_long(town: Town) -> None:
    """Not every day: one day, then four; then a reminder, after which eight are no news."""
    for last in range(3, 12):
        town.run(judged_by_day(*DAYS[3 : last + 1], days=DAYS[: last + 1]), hours=24)
    assert town.words() == ["NEW", "WORSE", "STILL"]


def test_a_higher_severity_is_worse(town: Town) -> None:
    """The same failure of something that matters more now."""
    town.run(found(FAIL))
    town.run(found(FAIL, severity=Severity.P1_CRITICAL))
    assert town.words() == ["NEW", "WORSE"]
    assert "was FAIL P2, since" in town.mailbox.bodies[-1]


def test_a_failure_that_can_no_longer_be_judged_is_neither_worse_nor_better(town: Town) -> None:
    """And failing again afterwards is no news either."""
    for status in (FAIL, ERROR, FAIL):
        town.run(found(status))
    assert town.words() == ["NEW"]


def test_a_failure_that_could_not_be_judged_matters_as_much_as_before() -> None:
    """What can't be judged has its check's severity; the failure had its own."""
    town = Town(notify="always")
    town.run(found(FAIL, severity=Severity.P1_CRITICAL))
    town.run(found(ERROR, severity=Severity.P3_MEDIUM))
    town.run(found(FAIL, severity=Severity.P1_CRITICAL))
    assert town.words() == ["NEW", "STILL", "STILL"]
    assert town.mailbox.subjects[1].startswith("CRITICAL")


def test_what_gets_better_but_stands_makes_no_message(town: Town) -> None:
    """And coming back to what people were told makes none."""
    for status in (FAIL, WARN, FAIL, WARN):
        town.run(found(status))
    assert len(town.mailbox.subjects) == 1


def test_a_skip_ends_nothing(town: Town) -> None:
    """Nothing was judged, so nothing is known to be fixed."""
    for status in (FAIL, SKIP, FAIL):
        town.run(found(status))
    assert town.words() == ["NEW"]
    town.run(found(PASS))
    assert town.words() == ["NEW", "FIXED"]


def test_what_ends_long_after_it_was_last_seen_is_not_said_to_have_been_fine(town: Town) -> None:
    """What it was is not read any more; what it is now is not what it was."""
    town.run(found(FAIL))
    town.run(found(PASS), hours=24 * 9)
    assert "It is: s is PASS" in town.mailbox.bodies[-1]


def test_a_subject_that_its_check_no_longer_speaks_of_is_fixed(town: Town) -> None:
    """It was removed, and the check ran."""
    town.run(found(FAIL), found(PASS, "t"))
    town.run(found(PASS, "t"))
    assert town.words() == ["NEW", "FIXED"]
    assert "no longer speaks of it" in " ".join(town.mailbox.bodies[-1].split())


@pytest.mark.parametrize("history", [(FAIL,), (FAIL, PASS, FAIL, PASS, FAIL)])
def test_what_its_check_no_longer_speaks_of_does_not_come_back(town: Town, history: tuple[Status, ...]) -> None:
    """Nothing newer than its failure is ever stored of it; that it was told to be over is what is known last."""
    for status in history:
        town.run(found(status), found(PASS, "t"))
    for _ in range(6):
        town.run(found(PASS, "t"))
    assert town.words()[-1] == "FIXED"
    assert len(town.words()) == len(history) + 1
    town.run(found(FAIL), found(PASS, "t"), hours=48)
    assert town.words()[-1] == "NEW"


def test_a_check_that_could_not_look_once_is_told_once(town: Town) -> None:
    """Its error is about the check itself, and nothing speaks of that when it can look again."""
    town.run(found(ERROR, "a"))
    for _ in range(6):
        town.run(found(PASS))
    assert town.words("a") == ["NEW", "FIXED"]
    assert town.mailbox.subjects[-1].endswith(": 1 fixed")
    body = " ".join(town.mailbox.bodies[-1].split())
    assert "could not be judged since 2026-02-03 07:00 EST for 1 h; it is judged again" in body


def test_what_is_gone_is_not_said_to_have_passed(town: Town) -> None:
    """Nothing passed: it is over because nobody speaks of it, and the message says that nobody saw it well."""
    town.run(found(FAIL), found(PASS, "t"))
    town.run(found(PASS, "t"))
    body = " ".join(town.mailbox.bodies[-1].split())
    assert "GONE P2 a s" in body
    assert town.mailbox.subjects[-1].endswith(": 1 gone")
    assert "nobody has seen that it is well" in body


@pytest.mark.parametrize("status", [ERROR, SKIP])
def test_a_check_that_judged_nothing_ends_nothing(town: Town, status: object) -> None:
    """Its subjects are missing because it could not look."""
    town.run(found(FAIL), found(PASS, "t"))
    town.run(found(status, "a"))  # type: ignore[arg-type]
    assert "FIXED" not in town.words()


@pytest.mark.parametrize(("skipped", "words"), [("ref.runs", ["NEW"]), ("ops.scrapes", ["NEW", "FIXED"])])
def test_a_table_that_was_skipped_ends_nothing_that_is_in_it(town: Town, skipped: str, words: list[str]) -> None:
    """A log that is silent out of season says nothing of the processors that were failing in it; the other one, which spoke, is judged."""
    town.run(found(FAIL, table="ref.runs"), found(PASS, "t", table="ops.scrapes"))
    town.run(found(SKIP, skipped, table=skipped), found(PASS, "t", table="ops.scrapes"))
    assert town.words() == words


def test_today_passing_does_not_fix_yesterday(town: Town) -> None:
    """The same finding is judged for two dates in one day: two problems."""
    today = START.astimezone(WHERE).date()
    town.run(found(FAIL))
    town.run(found(PASS, day=today))
    assert town.words() == ["NEW"]


def test_the_end_says_for_which_dates_it_was_judged(town: Town) -> None:
    """That the next day passed does not fill the hole of the day before."""
    town.run(found(FAIL))
    town.run(found(PASS), hours=24)
    assert "it failed for 2026-02-02, and passed for 2026-02-03" in " ".join(town.mailbox.bodies[-1].split())


def test_a_date_that_somebody_looks_at_by_hand_fixes_nothing_of_now(town: Town) -> None:
    """A PASS for last week."""
    town.run(found(FAIL))
    town.run(found(PASS, day=START.date() - timedelta(days=7)), scheduled=False)
    assert town.words() == ["NEW"]


def test_a_problem_of_this_evening_is_not_new_again_in_the_morning(town: Town) -> None:
    """Told of today at 18:00, found of yesterday at 06:00: the same date's."""
    town.run(found(FAIL, day=START.astimezone(WHERE).date()), hours=12)
    town.run(found(FAIL), hours=12)
    assert len(town.mailbox.subjects) == 1


def test_one_incident_of_an_evening_and_a_morning_is_one(town: Town) -> None:
    """It is listed once, the next day's passing does not end it, and its own end is told once, with when it really began."""
    town = Town(notify="always")
    town.run(found(FAIL, day=today(town, 12)), hours=12)
    town.run(found(FAIL), hours=12)
    assert town.mailbox.subjects[-1].endswith(": 1 still")
    town.run(found(PASS, day=today(town, 8)), hours=8)
    assert town.mailbox.subjects[-1].endswith(": 1 still")
    town.run(found(PASS), hours=1)
    assert town.mailbox.subjects[-1].endswith(": 1 fixed")
    assert "was down since 2026-02-03 18:00 EST for 21 h" in " ".join(town.mailbox.bodies[-1].split())
    town.run(found(PASS), hours=1)
    assert town.words() == ["NEW", "STILL", "STILL", "FIXED"]


def test_what_failed_in_the_evening_and_is_well_in_the_morning_is_fixed(town: Town) -> None:
    """By the date that it was told of, not by the next one."""
    town.run(found(FAIL, day=today(town, 12)), hours=12)
    town.run(found(PASS), hours=12)
    assert town.words() == ["NEW", "FIXED"]
    town.run(found(FAIL, day=today(town, 8)), hours=8)
    assert town.words() == ["NEW", "FIXED", "NEW"]


def test_what_nobody_could_be_told_of_in_the_evening_is_told_in_the_morning(town: Town) -> None:
    """Once, since the evening."""
    town.mailbox.outcome = "refused"
    town.run(found(FAIL, day=today(town, 12)), hours=12)
    town.mailbox.outcome = "accepted"
    town.run(found(FAIL), hours=12)
    assert town.words() == ["NEW"]
    assert "stands since 2026-02-03 18:00 EST (2 runs)" in " ".join(town.mailbox.bodies[-1].split())


@pytest.mark.parametrize(
    ("history", "words"),
    [
        (["4 14 FAIL", "5 06 FAIL", "5 14 PASS", "5 18 PASS", "6 06 PASS", "6 14 PASS", "7 06 PASS"], ["NEW", "FIXED"]),
        (["4 14 FAIL", "5 06 PASS", "5 14 SKIP", "6 06 PASS", "6 14 PASS"], ["NEW", "FIXED"]),
        (["4 14 FAIL refused", "5 06 PASS", "5 14 PASS", "6 06 PASS"], ["FIXED"]),
        (["4 14 FAIL", "5 06 PASS", "5 14 PASS", "5 18 PASS", "6 06 PASS"], ["NEW", "FIXED"]),
        (["4 06 FAIL", "4 14 FAIL", "5 06 FAIL", "5 14 FAIL", "6 06 FAIL", "6 14 FAIL", "7 06 PASS", "7 14 PASS"], ["NEW", "NEW", "FIXED"]),
        (["4 14 FAIL", "5 06 FAIL", "5 14 FAIL", "6 06 FAIL", "6 14 FAIL", "7 06 FAIL", "7 14 PASS", "8 06 PASS"], ["NEW", "FIXED"]),
    ],
)  # fmt: skip
def test_days_of_evenings_and_mornings(town: Town, history: list[str], words: list[str]) -> None:
    """A check that is made of today at two in the afternoon, and of yesterday at six in the morning and in the evening: an outage is
    news once of yesterday and once of today, its end is told once, and nothing that passes is told to fail.
    """
    for step in history:
        day, hour, status, *refused = step.split()
        at = datetime(2026, 2, int(day), int(hour), tzinfo=WHERE)
        town.mailbox.outcome = "refused" if refused else "accepted"
        of = at.date() if hour == "14" else at.date() - timedelta(days=1)
        town.run(found(Status[status], day=of), found(PASS, "t", day=of), hours=(at - town.now) / timedelta(hours=1))
    assert [word for word in town.words() if word != "STILL"] == words
    assert not any(word.is_open for word in town.ledger.ledger(town.now).of("email").values())


def test_what_is_in_hand_is_in_hand_in_the_afternoon_too(town: Town) -> None:
    """An outage that somebody has in hand is not news again because another date is judged."""
    town.run(found(FAIL, day=today(town, 12)), hours=12)
    town.ledger.acknowledge(town.now)
    town.run(found(FAIL), hours=12)
    town.run(found(FAIL, day=today(town, 8)), hours=8)
    assert town.words() == ["NEW"]


def test_an_evening_of_a_check_that_was_removed_ends_too(town: Town) -> None:
    """The morning went by without a message, and then nobody declares it any more."""
    town.run(found(FAIL, day=today(town, 12)), hours=12)
    town.run(found(FAIL), hours=12)
    town.declared = frozenset({"b"})
    town.run(found(PASS, "t", "b"))
    assert town.words() == ["NEW", "FIXED"]


def today(town: Town, hours: float) -> date:
    """The day on which the run after so many hours is."""
    return (town.now + timedelta(hours=hours)).astimezone(WHERE).date()


def test_a_queue_does_not_fail_for_a_date() -> None:
    """What is looked at now has no date to speak of when it ends."""
    town = Town(judged_now=frozenset({"a"}))
    town.run(found(FAIL, day=START.date()))
    town.run(found(PASS), hours=24)
    body = " ".join(town.mailbox.bodies[-1].split())
    assert "was down since 2026-02-03 07:00 EST for 24 h" in body or "for 1 day" in body
    assert "it failed for" not in body
    assert "date 2026" not in body


def test_runs_are_counted_within_the_time_that_is_looked_back() -> None:
    """What has stood for longer was found by more runs than are known."""
    town = Town(notify="always")
    for _ in range(12):
        town.run(found(FAIL), hours=24)
    assert "in the last 8 days, since 2026-02-04" in " ".join(town.mailbox.bodies[-1].split())


def test_a_schedule_that_always_tells_says_what_is_still_open() -> None:
    """Every morning, with since when."""
    town = Town(notify="always")
    for _ in range(3):
        town.run(found(FAIL), hours=24)
    assert [subject.rpartition(": ")[2] for subject in town.mailbox.subjects] == ["1 new", "1 still", "1 still"]
    assert "3 runs, since 2026-02-04 06:00 EST" in town.mailbox.bodies[-1]


def test_a_run_by_hand_tells_only_changes() -> None:
    """Also of a schedule that always tells."""
    town = Town(notify="always")
    town.run(found(PASS), scheduled=False)
    assert town.mailbox.subjects == []
    town.run(found(FAIL), scheduled=False)
    town.run(found(FAIL), scheduled=False, hours=200)
    assert town.words() == ["NEW"]


def test_a_schedule_that_never_tells_tells_nobody() -> None:
    """It is stored all the same."""
    town = Town(notify="never")
    town.run(found(FAIL))
    assert town.mailbox.subjects == []


def test_what_stands_is_told_again_after_a_time(town: Town) -> None:
    """Three days later, once."""
    for _ in range(80):
        town.run(found(FAIL))
    assert town.words() == ["NEW", "STILL"]


def test_what_is_acknowledged_is_not_told_again_until_it_gets_worse(town: Town) -> None:
    """Somebody has it in hand; worse is news, and so is the end."""
    town.run(found(WARN))
    town.ledger.acknowledge(town.now)
    for _ in range(80):
        town.run(found(WARN))
    assert town.words() == ["NEW"]
    town.run(found(FAIL))
    town.run(found(PASS))
    assert town.words() == ["NEW", "WORSE", "FIXED"]


def test_what_got_better_and_stands_is_told_again_after_a_time(town: Town) -> None:
    """That it is not as bad as it was keeps nobody from forgetting it."""
    town.run(found(FAIL))
    for _ in range(80):
        town.run(found(WARN))
    assert town.words() == ["NEW", "BETTER"]


def test_what_is_acknowledged_stays_so_when_it_gets_better(town: Town) -> None:
    """Another finding's message that says so is no reason to remind of it."""
    town.run(found(FAIL))
    town.ledger.acknowledge(town.now)
    town.run(found(WARN), found(FAIL, "t"))
    town.run(found(WARN), found(PASS, "t"))
    for _ in range(80):
        town.run(found(WARN), found(PASS, "t"))
    assert len(town.mailbox.subjects) == 3
    assert "acknowledged: ana: on it" in " ".join(town.mailbox.bodies[1].split())


def test_flapping_is_said_once_and_its_end_too(town: Town) -> None:
    """Four times in a day it came or went: from then on one message, until it has settled."""
    for n in range(12):
        town.run(found(PASS if n % 2 else FAIL))
    assert town.words() == ["NEW", "FIXED", "NEW", "FIXED", "NEW"]
    assert "came or went" in town.mailbox.bodies[-1]
    assert "FAIL" in town.mailbox.bodies[-1]
    for _ in range(30):
        town.run(found(PASS))
    assert town.words()[-1] == "FIXED"
    assert len(town.words()) == 6


def test_what_flaps_and_becomes_worse_than_ever_is_told_at_once(town: Town) -> None:
    """That it comes and goes is known; that it is critical now, or a hundred times as much, is not."""
    for n in range(8):
        town.run(found(PASS if n % 2 else WARN, value=0 if n % 2 else 12, limit=10), hours=0.3)
    assert len(town.words()) == 5
    town.run(found(FAIL, severity=Severity.P1_CRITICAL, value=50, limit=10), hours=0.3)
    assert town.words()[5:] == ["WORSE"]
    assert "FAIL P1 a s" in " ".join(town.mailbox.bodies[-1].split())
    town.run(found(FAIL, severity=Severity.P1_CRITICAL, value=55, limit=10), hours=0.3)
    assert len(town.words()) == 6
    town.run(found(FAIL, severity=Severity.P1_CRITICAL, value=900, limit=10), hours=1.2)
    assert town.words()[6:] == ["WORSE"]


def test_what_flaps_and_passes_now_is_not_said_to_fail() -> None:
    """It is told late: by then it has been well for an hour, and the message says so."""
    town = Town(mailbox=Mailbox(outcome="refused"))
    for n in range(6):
        town.run(found(PASS if n % 2 else FAIL))
    town.mailbox.outcome = "accepted"
    town.run(found(PASS), hours=1)
    body = " ".join(town.mailbox.bodies[-1].split())
    assert "FLAPPING P2 a s It was: s is FAIL" in body
    assert "it passes now, since 2026-02-03 12:00 EST" in body


def test_how_long_it_was_down_is_not_how_late_it_was_told() -> None:
    """It failed for an hour; that nobody could be told for six more is something else."""
    town = Town(mailbox=Mailbox(outcome="refused"))
    for status in (FAIL, PASS, PASS, PASS):
        town.run(found(status), hours=2 if status is PASS else 1)
    town.mailbox.outcome = "accepted"
    town.run(found(PASS))
    assert "for 2 h; it was not told here then" in " ".join(town.mailbox.bodies[-1].split())


def test_flapping_that_ends_in_failure_is_told_as_worse(town: Town) -> None:
    """It is down for good now."""
    for n in range(9):
        town.run(found(PASS if n % 2 else FAIL))
    for _ in range(30):
        town.run(found(FAIL))
    assert town.words()[-1] == "WORSE"


def test_a_storm_becomes_few_messages_with_everything_in_them() -> None:
    """L-85: 1,037 alerts in 36 hours, 831 of them the same; here 206 others, one after the other."""
    town = Town()
    others = [found(WARN, f"other {n}") for n in range(206)]
    for n in range(144):
        town.run(found(FAIL), *others[: (n + 1) * 206 // 144 + 1], hours=0.25)
    assert len(town.mailbox.subjects) <= 12
    town.run(found(FAIL), *others, hours=6)
    assert len(town.mailbox.subjects) <= 12
    told = " ".join(town.mailbox.bodies)
    assert [
        one.subject for one in others if f"{one.subject}:" not in told.replace("\n", " ") and one.subject not in told
    ] == []
    assert all(town.words(one.subject)[0] == "NEW" for one in others)


def test_a_storm_holds_what_is_critical_for_an_hour_only() -> None:
    """What is P1 waits less."""
    town = Town(spec=TellingSpec(storm_messages=1))
    town.run(found(WARN))
    town.run(found(WARN), found(WARN, "other"), hours=1)
    assert len(town.mailbox.subjects) == 1
    town.run(found(WARN), found(WARN, "other"), found(FAIL, "worst", severity=Severity.P1_CRITICAL), hours=0.1)
    assert len(town.mailbox.subjects) == 2
    assert town.words("other") == ["NEW"]


def test_a_run_that_is_told_late_ends_nothing_that_was_found_after_it() -> None:
    """Its message was refused; when it is tried again, another run has found what it could not speak of."""
    town = Town(notify="always")
    town.mailbox.outcome = "refused"
    late = town.run(found(PASS, "t"))
    town.mailbox.outcome = "accepted"
    town.run(found(PASS, "t"), found(FAIL))
    town.now += timedelta(hours=1)
    town.tell(late)
    assert town.words() == ["NEW", "STILL"]


class Noted(NoClaim):
    """Beside the claim stands that the mail was sent."""

    def told(self) -> set[str]:
        """See Claim."""
        return {"email"}


def test_what_was_found_after_a_message_is_not_taken_as_told_by_it(town: Town) -> None:
    """The mail went out and could not be recorded; the next run's was refused; then the first is tried again."""
    outside: Any = town
    town.mailbox.outcome = "killed after"
    sent = town.run(found(FAIL))
    town.mailbox.outcome = "refused"
    town.run(found(FAIL, "t"))
    town.mailbox.outcome = "accepted"
    tell(town.order(sent), sent, outside, Noted())
    assert (town.words(), town.words("t")) == (["NEW"], [])
    town.run(found(PASS, "u", "b"))
    assert town.words("t") == ["NEW"]


def test_a_check_that_is_not_declared_any_more_ends_what_it_said(town: Town) -> None:
    """It will never speak again; what it had found and nobody was told is nobody's any more."""
    town.run(found(FAIL, "s", "a"), found(PASS, "t", "b"))
    town.mailbox.outcome = "refused"
    town.run(found(FAIL, "u", "a"))
    town.mailbox.outcome = "accepted"
    town.declared = frozenset({"b"})
    town.run(found(PASS, "t", "b"), scheduled=False)
    assert town.words() == ["NEW"]
    town.run(found(PASS, "t", "b"))
    town.run(found(PASS, "t", "b"))
    assert (town.words(), town.words("u")) == (["NEW", "FIXED"], [])
    assert "no longer speaks of it" in " ".join(town.mailbox.bodies[-1].split())


def test_a_message_that_was_tried_again_later_begins_the_thread_of_the_end(town: Town) -> None:
    """The thread is named after when people were told, not after when it was found."""
    town.mailbox.outcome = "refused"
    run = town.run(found(FAIL))
    town.mailbox.outcome = "accepted"
    town.now += timedelta(hours=1)
    town.tell(run)
    town.run(found(PASS))
    first, last = town.mailbox.messages
    assert first.references == last.references


def test_a_run_that_tells_what_another_found_says_so(town: Town) -> None:
    """Its own four answers say that nothing failed; whoever reads them first must not stop there."""
    town.mailbox.outcome = "refused"
    town.run(found(FAIL))
    town.mailbox.outcome = "accepted"
    town.run(found(PASS, "t", "b"))
    town.run(found(FAIL, "t", "b"))
    first, second = (" ".join(body.split()) for body in town.mailbox.bodies)
    assert "NOT OF THIS RUN: 1 finding below was made by other runs, 1 of them not told before." in first
    assert "Nothing in this run, 1 finding of others open. P2 a · s: s is FAIL" in first
    assert "not told before" not in second


def test_the_first_screen_of_a_run_without_findings_names_what_is_open() -> None:
    """A red banner over an answer that says nothing would be read as a mistake."""
    town = Town(notify="always")
    town.run(found(FAIL, "s", "a"), found(WARN, "t", "a"))
    town.run(found(PASS, "u", "b"))
    body = " ".join(town.mailbox.bodies[-1].split())
    assert town.mailbox.subjects[-1].endswith(": 2 still")
    assert "Nothing in this run, 2 findings of others open" in body
    assert "What do I type? Nothing" not in body
    town.run(found(FAIL, "u", "b"))
    last = " ".join(town.mailbox.bodies[-1].split())
    assert "NOT OF THIS RUN: 2 findings below were made by other runs; the answers are of this run alone." in last
