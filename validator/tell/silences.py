"""Silences: findings that somebody has accepted for a while. They are judged and stored; only their message is left out."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from validator.clock import day_of
from validator.results import Result
from validator.ssot.models.checks import SilenceSpec
from validator.status import Status, Transition
from validator.tell.change import Change
from validator.tell.problem import BAD, Problem
from validator.tell.worse import rank

UNMATCHED_DAYS = 7
"""Days after which a silence that matches nothing is told of."""


def silence_of(
    change: Change, problem: Problem, silences: Iterable[SilenceSpec], where: ZoneInfo, today: date
) -> SilenceSpec | None:
    """The silence that keeps a change from being told. What people were told has ended is told; and so is what gets worse."""
    if change.transition is Transition.WORSE or (change.transition is Transition.FIXED and not change.missed):
        return None
    last = today if problem.is_bad else day_of(change.result.check_timestamp, where)
    for silence in silences:
        if not matches(silence, change.result) or last > silence.until:
            continue
        if not (_is_outlived(silence, change, where) or ends(silence, problem, where)):
            return silence
    return None


def _is_outlived(silence: SilenceSpec, change: Change, where: ZoneInfo) -> bool:
    """Whether people were told, after it was made, that this is new or worse: then it was over, however long that is ago."""
    raised = change.told.raised if change.told and change.told.is_open else None
    return bool(raised and silence.since and day_of(raised, where) > silence.since)


def matches(silence: SilenceSpec, result: Result) -> bool:
    """Whether a silence is about that finding."""
    return is_like(result.check_name, silence.check) and is_like(result.subject, silence.subject or "*")


def is_like(name: str, pattern: str) -> bool:
    """Whether a name is that of a pattern, in which `*` stands for any text and everything else for itself."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name, re.DOTALL) is not None


def ends(silence: SilenceSpec, problem: Problem, where: ZoneInfo) -> bool:
    """Whether what was accepted has become worse since, or has cleared and come back."""
    first, made = problem.episode[0], silence.since
    before = [result for result in problem.episode if made and day_of(result.check_timestamp, where) < made]
    # What was found first on the day it was made is the last that can have been accepted.
    accepted = problem.episode[len(before)] if len(before) < len(problem.episode) else before[-1]
    if any(rank(result) > rank(accepted) for result in problem.episode[len(before) :]):
        return True
    if made is None:
        return False
    return any(
        result.status is Status.PASS
        and result.check_timestamp < first.check_timestamp
        and day_of(result.check_timestamp, where) > made
        for result in problem.seen
    )


def silence_notes(silences: Sequence[SilenceSpec], results: Sequence[Result], today: date) -> list[str]:
    """What a reader should know of the silences themselves: which have expired, and which match nothing. `results` are of the last days."""
    notes = []
    for silence in silences:
        about = f"{silence.check} {silence.subject or '*'} ({silence.reason}; {silence.author}, until {silence.until})"
        hits = [result for result in results if result.status in BAD and matches(silence, result)]
        if silence.until < today:
            notes.append(f"a silence has expired and can be removed: {about}")
        elif not hits and silence.since is not None and silence.since <= today - timedelta(days=UNMATCHED_DAYS):
            notes.append(f"a silence matches no finding of the last {UNMATCHED_DAYS} days: {about}")
    return notes
