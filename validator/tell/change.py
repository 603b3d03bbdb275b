"""Transitions: a problem as it is now, against what a channel was last told of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from validator.results import Result
from validator.ssot.models.pipeline import TellingSpec
from validator.status import Severity, Status, Transition
from validator.tell.problem import TODAY, YESTERDAY, Key, Problem
from validator.tell.told import Told

FACTOR, LEAST = 2, 10
"""What makes a finding that stands much worse: so many times as far beyond its limit, and by at least so much."""
MORE_DAYS = 3
"""And what is judged day by day: so many times as many days broken, and at least so many more."""
NEWS = (Transition.NEW, Transition.WORSE, Transition.FIXED)
"""What makes a message."""
STANDS = (Transition.STILL, Transition.BETTER)
"""What people know of, and is not worse than they know."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What there is to tell of a problem.

    `result` is what stands, or what stood last, `judged` what was judged last; `ended` is when it was first seen to stand no more; `status`
    what people will have been told. `missed`: it came and went without anybody having been told. `flapping` is how often it came or went of late, where that is what there is to tell. `quiet` says why
    it makes no message of its own; `cause` is the problem that it follows from.
    """

    key: Key
    result: Result
    judged: Result
    transition: Transition
    status: Status
    since: datetime
    runs: int
    ended: datetime | None = None
    told: Told | None = None
    missed: bool = False
    gone: bool = False
    flapping: int = 0
    quiet: str = ""
    silenced: bool = False
    cause: Key | None = None

    @property
    def found_in(self) -> str:
        """The run that found it to be so."""
        return self.judged.run_id

    @property
    def severity(self) -> Severity:
        """What people will have been told that it matters: of a failure that can't be judged any more, what they were told."""
        kept = self.told is not None and self.transition in STANDS and self.status is not self.result.status
        return self.told.severity if kept and self.told else self.result.severity

    @property
    def is_news(self) -> bool:
        """Whether it makes a message of its own."""
        return self.transition in NEWS and not self.quiet

    @property
    def acknowledged(self) -> bool:
        """Whether somebody has it in hand: until it gets worse or clears."""
        return self.transition in STANDS and self.told is not None and self.told.acknowledged_at is not None


def changes_of(
    problems: Mapping[Key, Problem], told: Mapping[Key, Told], spec: TellingSpec, now: datetime
) -> Iterator[Change]:
    """What there is to tell of each problem, also that it stands unchanged; nothing of what is over and told."""
    for key, problem in problems.items():
        if change := change_of(problem, _last_word(key, problem, told), spec, now):
            yield change


def _last_word(key: Key, problem: Problem, told: Mapping[Key, Told]) -> Told | None:
    """What was told of it. Told of today in the evening, and found again of yesterday in the morning, it is the same date's problem."""
    mine = told.get(key)
    if key.day != YESTERDAY or not problem.is_bad or (mine and mine.is_open):
        return mine
    of_today = told.get(Key(key.fingerprint, TODAY))
    day_before = problem.newest.check_timestamp - timedelta(days=1, hours=6)
    return of_today if of_today and of_today.is_open and of_today.at >= day_before else mine


def change_of(problem: Problem, told: Told | None, spec: TellingSpec, now: datetime) -> Change | None:
    """What there is to tell of a problem of which `told` was told last."""
    stands = told is not None and told.is_open
    flips = problem.changes_since(now - timedelta(hours=spec.flapping_hours))
    if flips >= spec.flapping_changes and not problem.gone:
        if stands and told is not None and told.flapping:
            return _change(problem, told, Transition.STILL, flapping=flips)
        return _change(problem, told, Transition.WORSE if stands else Transition.NEW, flapping=flips)
    if problem.is_bad:
        return _change(problem, told, _compared(problem, told) if stands and told else Transition.NEW)
    if stands:
        return _change(problem, told, Transition.FIXED)
    untold = problem.episode and (told is None or problem.episode[-1].check_timestamp > told.at)
    return _change(problem, told, Transition.FIXED, missed=True) if untold else None


def _compared(problem: Problem, told: Told) -> Transition:
    """A finding that stands, against what was told of it. That it can't be judged any more makes a failure neither worse nor better."""
    result = problem.newest
    if told.flapping:
        return Transition.WORSE
    if result.status is Status.ERROR and told.status is Status.FAIL:
        return Transition.STILL
    now, before = (result.status.rank, result.severity.rank), (told.status.rank, told.severity.rank)
    if now[0] > before[0] or (now[0] == before[0] and now[1] > before[1]):
        return Transition.WORSE
    if now != before:
        return Transition.BETTER
    as_told = next((one for one in problem.seen if one.run_id == told.run_id), None)
    return Transition.WORSE if as_told and is_much_worse(result, as_told) else Transition.STILL


def is_much_worse(result: Result, before: Result) -> bool:
    """Whether what was measured is twice as far beyond its limit as it was, and by ten or more: 140 messages that became 600, 45 % that
    became 9 %. Of what is judged day by day: whether a day that was fine has broken since, one that was broken is that much worse, or twice
    as many days are broken, and three more.
    """
    if "days" not in result.evidence or "days" not in before.evidence:
        return _is_further(_beyond(result, result.evidence.get("value")), _beyond(before, before.evidence.get("value")))
    now, then = result.evidence["days"], before.evidence["days"]
    broken, known = _broken(result), _broken(before)
    if (broken - known) & set(then):
        return True
    if any(_is_further(_beyond(result, now[day]), _beyond(before, then[day])) for day in broken & known):
        return True
    return len(broken) >= FACTOR * len(known) and len(broken) - len(known) >= MORE_DAYS


def _is_further(now: float | None, then: float | None) -> bool:
    return now is not None and then is not None and now >= FACTOR * then and now - then >= LEAST


def _beyond(result: Result, value: Any) -> float | None:
    """How far a value of the result is beyond the limit that was broken; None where no number was judged."""
    limit = result.threshold
    if limit is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(abs(value - limit))


def _broken(result: Result) -> set[str]:
    """The days that broke a limit."""
    ranges = result.evidence.get("ranges", ())
    return {day for day in result.evidence["days"] if any(first <= day <= last for first, last in ranges)}


def _change(
    problem: Problem, told: Told | None, transition: Transition, *, missed: bool = False, flapping: int = 0
) -> Change:
    last = problem.episode[-1] if problem.episode else problem.newest
    first = problem.episode[0].check_timestamp if problem.episode else last.check_timestamp
    # What was told as flapping was told without a status.
    kept = transition is Transition.STILL and told is not None and told.status is Status.FAIL and not told.flapping
    passed = next((one for one in problem.seen if one.check_timestamp > last.check_timestamp), problem.newest)
    return Change(
        key=problem.key,
        result=last,
        judged=problem.newest,
        transition=transition,
        status=Status.PASS if transition is Transition.FIXED else Status.FAIL if kept else last.status,
        since=min(first, told.opened) if told is not None and told.is_open else first,
        runs=len(problem.episode),
        ended=None if problem.is_bad else passed.check_timestamp,
        told=told,
        missed=missed,
        gone=problem.gone,
        flapping=flapping,
    )
