"""A problem: one finding over time. Its name is its fingerprint and what it is about: now, the day of the run, the day before, another date."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from validator.clock import day_of
from validator.results import Result
from validator.status import Status

BAD = (Status.FAIL, Status.ERROR, Status.WARN)
LOOK_BACK_DAYS = 8
"""Days within which what was judged is looked at: what could not be told within them is told no more."""
NOW, TODAY, YESTERDAY = "now", "today", "yesterday"


class Key(NamedTuple):
    """Names a problem. The same finding of yesterday and of today are two: that one passes says nothing of the other."""

    fingerprint: str
    day: str


def key_of(result: Result, where: ZoneInfo, judged_now: Collection[str]) -> Key:
    """The problem that a result is about. `judged_now` are the checks that look at this moment whatever their date is."""
    if result.check_name in judged_now:
        return Key(result.fingerprint, NOW)
    return Key(result.fingerprint, relative_day(result.target_date, day_of(result.check_timestamp, where)))


def relative_day(target: date, today: date) -> str:
    """The date as people speak of it on that day."""
    return {0: TODAY, 1: YESTERDAY}.get((today - target).days, target.isoformat())


@dataclass(frozen=True, kw_only=True)
class Problem:
    """`seen` is what was judged of it, the oldest first, never empty: a SKIP judges nothing. `gone`: its check ran and no longer speaks of it,
    which was seen at `over`.
    """

    key: Key
    seen: tuple[Result, ...]
    gone: bool = False
    over: datetime | None = None

    @property
    def newest(self) -> Result:
        """What was judged last."""
        return self.seen[-1]

    @property
    def is_bad(self) -> bool:
        """Whether it stands."""
        return not self.gone and self.newest.status in BAD

    @property
    def answered(self) -> bool:
        """Whether it was the check itself that could not judge, and that judges again."""
        return self.gone and self.newest.status is Status.ERROR and self.newest.subject == self.newest.check_name

    @cached_property
    def episode(self) -> tuple[Result, ...]:
        """The last unbroken time it stood, or stands; empty when it never did."""
        kept: list[Result] = []
        for result in reversed(self.seen):
            if result.status in BAD:
                kept.append(result)
            elif kept:
                break
        return tuple(reversed(kept))

    @property
    def began(self) -> datetime:
        """When it was first found, this time or the last; of what never stood, when it was judged."""
        return (self.episode or self.seen)[0].check_timestamp

    def changes_since(self, first: datetime) -> int:
        """How often it came or went since then."""
        recent = [result.status in BAD for result in self.seen if result.check_timestamp >= first]
        return sum(before != after for before, after in pairwise(recent))


def problems_of(results: Iterable[Result], where: ZoneInfo, judged_now: Collection[str]) -> Mapping[Key, Problem]:
    """The problems that results tell of: what stood at some time."""
    return {key: problem for key, problem in series_of(results, where, judged_now).items() if problem.episode}


def series_of(results: Iterable[Result], where: ZoneInfo, judged_now: Collection[str]) -> Mapping[Key, Problem]:
    """Everything that was judged, whether it ever stood or not. A result that is given twice counts once."""
    seen: dict[Key, dict[str, Result]] = {}
    for result in results:
        if result.status is not Status.SKIP:
            seen.setdefault(key_of(result, where, judged_now), {})[result.result_id] = result
    return {
        key: Problem(key=key, seen=tuple(sorted(mine.values(), key=lambda result: result.check_timestamp)))
        for key, mine in seen.items()
    }


def gone_from(results: Iterable[Result], problem: Problem, where: ZoneInfo, judged_now: Collection[str]) -> bool:
    """Whether its check has judged things of that day since, without speaking of it.

    A check with an ERROR, or with nothing but SKIP, says nothing; nor does one that skipped the problem's table as a whole.
    """
    last = problem.newest
    mine = [
        result
        for result in results
        if result.check_name == last.check_name
        and result.check_timestamp >= last.check_timestamp
        and key_of(result, where, judged_now).day == problem.key.day
    ]
    statuses = {result.status for result in mine}
    unjudged = {
        result.target_table for result in mine if result.status is Status.SKIP and result.subject == result.target_table
    }
    return (
        bool(statuses - {Status.SKIP})
        and Status.ERROR not in statuses
        and last.target_table not in unjudged
        and last.fingerprint not in {result.fingerprint for result in mine}
    )
