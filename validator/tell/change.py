"""Transitions: a problem as it is now, against what a channel was last told of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from validator.results import Result
from validator.ssot.models.pipeline import TellingSpec
from validator.status import Severity, Status, Transition
from validator.tell.problem import BAD, Key, Problem
from validator.tell.told import Told
from validator.tell.worse import is_much_worse, rank

NEWS = (Transition.NEW, Transition.WORSE, Transition.FIXED)
"""What makes a message."""
STANDS = (Transition.STILL, Transition.BETTER)
"""What people know of, and is not worse than they know."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What there is to tell of a problem.

    `result` is what stands, or what stood last, `judged` what was judged last; `ended` is when it was first seen to stand no more; `status`
    what people will have been told. `missed`: it came and went without anybody having been told. `gone`: its check no longer speaks of it;
    `answered`: it could not be judged, and is judged again. `flapping` is how often it came or went of late, where that is what there is to
    tell. `quiet` says why it makes no message of its own; `cause` is the problem that it follows from.
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
    answered: bool = False
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
        if change := change_of(problem, told.get(key), spec, now):
            yield change


def change_of(problem: Problem, told: Told | None, spec: TellingSpec, now: datetime) -> Change | None:
    """What there is to tell of a problem of which `told` was told last."""
    stands = told is not None and told.is_open
    flips = problem.changes_since(now - timedelta(hours=spec.flapping_hours))
    if flips >= spec.flapping_changes and not problem.gone:
        if stands and told is not None and told.flapping and not _has_grown(problem, told):
            return _change(problem, told, Transition.STILL, flapping=flips)
        return _change(problem, told, Transition.WORSE if stands else Transition.NEW, flapping=flips)
    if problem.is_bad:
        return _change(problem, told, _compared(problem, told) if stands and told else Transition.NEW)
    if stands:
        return _change(problem, told, Transition.FIXED)
    untold = problem.episode and (told is None or problem.episode[-1].check_timestamp > told.at)
    return _change(problem, told, Transition.FIXED, missed=True) if untold else None


def _has_grown(problem: Problem, told: Told) -> bool:
    """Whether what comes and goes is worse now than ever in the time of which people were told that it does."""
    known = [one for one in problem.seen if one.status in BAD and one.check_timestamp <= told.at]
    if not problem.is_bad or not known:
        return False
    worst = max(map(rank, known))
    if rank(problem.newest) != worst:
        return rank(problem.newest) > worst
    return all(is_much_worse(problem.newest, one) for one in known)


def _compared(problem: Problem, told: Told) -> Transition:
    """A finding that stands, against what was told of it. That it can't be judged any more makes a failure neither worse nor better."""
    result = problem.newest
    if told.flapping:
        return Transition.WORSE
    if result.status is Status.ERROR and told.status is Status.FAIL:
        return Transition.STILL
    now, before = rank(result), (told.status.rank, told.severity.rank)
    if now[0] > before[0] or (now[0] == before[0] and now[1] > before[1]):
        return Transition.WORSE
    if now != before:
        return Transition.BETTER
    as_told = next((one for one in problem.seen if one.run_id == told.run_id), None)
    return Transition.WORSE if as_told and is_much_worse(result, as_told) else Transition.STILL


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
        ended=None if problem.is_bad else problem.over or passed.check_timestamp,
        told=told,
        missed=missed,
        gone=problem.gone and not problem.answered,
        answered=problem.answered,
        flapping=flapping,
    )
