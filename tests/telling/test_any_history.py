"""Whatever is found, refused, or broken off: told at least once, never twice without a change or a reminder, and the end is told too."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.http.worlds import copied
from tests.telling.stored import stored_ledger
from tests.telling.town import ERROR, FAIL, PASS, SKIP, WARN, WHERE, Mailbox, Outcome, Town, found
from tests.worlds.laid import LaidWorld
from validator.results import Result
from validator.ssot.models.checks import SilenceSpec
from validator.status import Severity, Status, Transition
from validator.tell.problem import BAD, TODAY, YESTERDAY, Key
from validator.tell.told import Told, newest

SUBJECTS = (("a", "s"), ("a", "t"), ("b", "u"))
STATUSES = st.sampled_from([PASS, WARN, FAIL, ERROR, SKIP, None])
OUTCOMES = st.sampled_from(["accepted", "accepted", "refused", "killed before", "killed after"])
STEPS = st.lists(
    st.tuples(st.tuples(STATUSES, STATUSES, STATUSES), OUTCOMES, st.floats(0.1, 9), st.booleans()),
    min_size=1,
    max_size=12,
)
NOTIFY = st.sampled_from(["always", "change"])


def results(statuses: tuple[Status | None, ...]) -> list[Result]:
    """What a run found; None is a subject that nobody looked at."""
    severities = (Severity.P1_CRITICAL, Severity.P2_HIGH, Severity.P3_MEDIUM)
    return [
        found(status, subject, check, severity=severity)
        for status, (check, subject), severity in zip(statuses, SUBJECTS, severities, strict=True)
        if status is not None
    ]


def live(town: Town, steps: list[tuple[tuple[Status | None, ...], Outcome, float, bool]]) -> None:
    """Live through the steps; a run that was broken off is tried again where the step says so."""
    for statuses, outcome, hours, tried_again in steps:
        found_now = results(statuses)
        if not found_now:
            continue
        town.mailbox.outcome = outcome
        run = town.run(*found_now, hours=hours)
        if tried_again and outcome != "accepted":
            town.mailbox.outcome = "accepted"
            town.tell(run)


def settle(town: Town, status: Status) -> None:
    """Everything stays as it is for two days, and every message is accepted."""
    town.mailbox.outcome = "accepted"
    for _ in range(8):
        town.run(*results((status,) * 3), hours=7)


@given(STEPS, NOTIFY)
@settings(max_examples=150)
def test_every_problem_is_told_at_least_once(steps, notify) -> None:  # type: ignore[no-untyped-def]
    """Every finding that lasted at least one run is in a message that was accepted."""
    town = Town(notify=notify)
    live(town, steps)
    settle(town, PASS)
    was_bad = {result.subject for result in town.ledger.results if result.status in BAD}
    assert was_bad <= {change.result.subject for _, change, _ in town.ledger.words}


@given(STEPS, NOTIFY)
@settings(max_examples=150)
def test_every_problem_that_was_told_is_told_to_have_ended(steps, notify) -> None:  # type: ignore[no-untyped-def]
    """In the end everything is fine, and so is the last word of everything."""
    town = Town(notify=notify)
    live(town, steps)
    settle(town, PASS)
    last = {told.key: told for _, _, told in town.ledger.words}
    assert all(told.transition is Transition.FIXED for told in last.values())


@given(STEPS)
@settings(max_examples=150)
def test_nothing_is_told_twice_without_a_change(steps) -> None:  # type: ignore[no-untyped-def]
    """No NEW of what is open, no FIXED of what is over, no WORSE that is not, and no message without news or a reminder."""
    town = Town()
    live(town, steps)
    settle(town, FAIL)
    before: dict[object, tuple[Transition, Status, bool]] = {}
    news_at: dict[object, bool] = {}
    for _, change, told in town.ledger.words:
        was, status, flapping = before.get(change.key, (Transition.FIXED, PASS, False))
        if change.transition is Transition.NEW:
            assert was is Transition.FIXED
        if change.transition is Transition.FIXED:
            assert was is not Transition.FIXED or change.missed
        if change.transition is Transition.WORSE:
            assert change.flapping or flapping or change.status.rank > status.rank
        before[change.key] = change.transition, change.status, bool(change.flapping)
        reminds = change.told is not None and told.at - change.told.at >= timedelta(hours=72)
        news_at[told.at] = news_at.get(told.at, False) or change.is_news or reminds
    assert all(news_at.values())


@given(STEPS)
@settings(max_examples=50)
def test_a_second_look_finds_nothing_to_tell(steps) -> None:  # type: ignore[no-untyped-def]
    """What was accepted and recorded is told: the same run, told again, has nothing to say."""
    town = Town()
    live(town, steps)
    settle(town, WARN)
    run = town.run(*results((WARN,) * 3), hours=7)
    heard = len(town.mailbox.subjects)
    town.tell(run)
    assert len(town.mailbox.subjects) == heard


@given(STEPS, st.sampled_from(["s", "t", "u", "*"]))
@settings(max_examples=100)
def test_what_is_kept_quiet_has_a_reason(steps, subject) -> None:  # type: ignore[no-untyped-def]
    """Whatever stands and is in no message of its own says why."""
    silence = SilenceSpec(check="*", subject=subject, reason="refilled on Monday", author="ana", until=date(2026, 3, 1))
    town = Town(silences=(silence,))
    live(town, steps)
    run = town.run(*results((FAIL, FAIL, FAIL)))
    notice = town.notice(run)
    assert notice.why
    for change in notice.changes:
        if change.silenced:
            assert "refilled on Monday" in change.quiet
            assert change not in notice.told


DATED = st.lists(
    st.tuples(st.sampled_from([PASS, WARN, FAIL, ERROR, SKIP]), OUTCOMES, st.floats(0.5, 14), st.booleans()),
    min_size=1,
    max_size=14,
)
"""What a check says of today, or of yesterday, one run after the other."""


def live_dated(town: Town, steps: list[tuple[Status, Outcome, float, bool]]) -> None:
    """Live through them: what is said of a date in its evening is said again of it the next morning, or is not."""
    for status, outcome, hours, of_today in steps:
        town.mailbox.outcome = outcome
        town.run(found(status, day=today(town, hours)) if of_today else found(status), hours=hours)
    town.mailbox.outcome = "accepted"


def settle_dated(town: Town, status: Status) -> None:
    """Both dates are judged in turn for three days, and every message is accepted."""
    for _ in range(12):
        town.run(found(status), hours=4)
        town.run(found(status, day=today(town, 3)), hours=3)


def today(town: Town, hours: float) -> date:
    """The day on which the run after so many hours is."""
    return (town.now + timedelta(hours=hours)).astimezone(WHERE).date()


def was_open(before: list[tuple[str, Told]], key: Key, of: date | None) -> bool:
    """Whether people believed it to stand; told of a date in its evening, it is yesterday's in the morning."""
    told = newest(before).get("email", {})
    mine, evening = told.get(key), told.get(Key(key.fingerprint, TODAY))
    known_of_date = evening is not None and evening.is_open and evening.of == of
    return known_of_date or (key.day == YESTERDAY and mine is not None and mine.is_open)


@given(DATED, NOTIFY)
@settings(max_examples=100)
def test_of_two_dates_everything_is_told_and_ended(steps, notify) -> None:  # type: ignore[no-untyped-def]
    """Whatever was bad is in a message, and in the end nobody believes that anything stands."""
    town = Town(notify=notify)
    live_dated(town, steps)
    settle_dated(town, PASS)
    assert bool(town.ledger.words) >= any(result.status in BAD for result in town.ledger.results)
    left = [word for word in town.ledger.ledger(town.now).of("email").values() if word.is_open]
    assert left == []


@given(DATED)
@settings(max_examples=100)
def test_of_two_dates_nothing_is_told_twice(steps) -> None:  # type: ignore[no-untyped-def]
    """No NEW of what people believe to stand, no FIXED of what they don't, no message without news or a reminder."""
    town = Town()
    live_dated(town, steps)
    settle_dated(town, FAIL)
    before: list[tuple[str, Told]] = []
    news: dict[object, bool] = {}
    for channel, change, told in town.ledger.words:
        if change.transition is Transition.NEW:
            assert not was_open(before, change.key, told.of)
        if change.transition is not Transition.FIXED and not change.flapping:
            said = [
                one
                for one in town.ledger.results
                if one.target_date == change.result.target_date and one.status is not SKIP
            ]
            assert [one for one in said if one.check_timestamp <= told.at][-1].status in BAD
        if change.transition is Transition.FIXED and not change.missed:
            assert change.told is not None
            assert change.told.is_open
        reminds = change.told is not None and told.at - change.told.at >= timedelta(hours=72)
        news[told.at] = news.get(told.at, False) or change.is_news or reminds
        before.append((channel, told))
    assert all(news.values())


@given(DATED)
@settings(max_examples=100)
def test_of_two_dates_nothing_is_listed_twice(steps) -> None:  # type: ignore[no-untyped-def]
    """In one message a finding stands for a date once."""
    town = Town(notify="always")
    live_dated(town, steps)
    settle_dated(town, FAIL)
    listed: dict[object, list[object]] = {}
    for _, change, told in town.ledger.words:
        if change.transition is not Transition.FIXED:
            listed.setdefault(told.at, []).append((change.key.fingerprint, change.result.target_date))
    assert all(len(set(mine)) == len(mine) for mine in listed.values())


@pytest.fixture(scope="module")
def world(template: LaidWorld, tmp_path_factory: pytest.TempPathFactory) -> LaidWorld:
    """A world whose result tables hold the histories."""
    return copied(template, tmp_path_factory.mktemp("histories") / "world")


def heard(town: Town) -> list[tuple[str, str]]:
    """The messages, but for the ids of the runs."""
    return [(message.subject, message.text.replace(message.run_id, "")) for message in town.mailbox.messages]


FLAPPING_ERROR = [((PASS, PASS, status), "accepted", 1.0, False) for status in (PASS, ERROR, PASS, ERROR)]


@given(STEPS, NOTIFY)
@example(FLAPPING_ERROR, "always")
@settings(max_examples=12)
def test_what_is_kept_in_tables_tells_the_same(world: LaidWorld, steps, notify) -> None:  # type: ignore[no-untyped-def]
    """Read back from the result tables each time, every message is what it is where nothing is ever written down: what holds of the one holds of both."""
    remembered = Town(notify=notify)
    live(remembered, steps)
    settle(remembered, PASS)
    with stored_ledger(world) as ledger:
        read_back = Town(notify=notify, ledger=ledger)
        live(read_back, steps)
        settle(read_back, PASS)
    assert heard(read_back) == heard(remembered)


@given(DATED, NOTIFY)
@settings(max_examples=12)
def test_of_two_dates_what_is_kept_in_tables_tells_the_same(world: LaidWorld, steps, notify) -> None:  # type: ignore[no-untyped-def]
    """The evening's word and the morning's are one, read back from the tables too."""
    remembered = Town(notify=notify)
    live_dated(remembered, steps)
    settle_dated(remembered, PASS)
    with stored_ledger(world) as ledger:
        read_back = Town(notify=notify, ledger=ledger)
        live_dated(read_back, steps)
        settle_dated(read_back, PASS)
    assert heard(read_back) == heard(remembered)


def test_a_mailbox_that_breaks_off_after_taking_the_mail_is_sent_the_same_mail_again() -> None:
    """The one repeat that can't be excluded: it died between the provider's answer and our note. Nothing is lost."""
    town = Town(mailbox=Mailbox(outcome="killed after"))
    run = town.run(found(FAIL))
    town.mailbox.outcome = "accepted"
    town.tell(run)
    assert town.mailbox.subjects[0] == town.mailbox.subjects[1]
    assert town.words() == ["NEW"]
