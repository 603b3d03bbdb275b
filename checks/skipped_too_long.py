"""Checks that have not judged anything for long."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from validator.check import Check, Finding, Measurement, NotDue
from validator.clock import day_of, days
from validator.evidence.own_words import OwnWords, own_words
from validator.look import World
from validator.ssot.models.kinds import Span


@dataclass(frozen=True, kw_only=True)
class SkippedTooLong(Check):
    """For how many days with events has each check said nothing but SKIP, and why? A day without an event is none on which it could have judged."""

    unit = "days of SKIP only"
    warn = ">= 14"
    query_jobs = 2
    remedy = "python -m validator checks $subject"

    history_days: Span = 60
    reason_days: Span = 3

    def measure(self, world: World) -> Iterator[Finding]:
        calendar = world.pipeline.calendar
        if not calendar.in_season(world.pipeline.today):
            yield NotDue(subject="checks", reason=f"no {calendar.spec.event} within ten days: most checks skip")
            return
        told = own_words(world, self.history_days, self.reason_days)
        if not told:
            yield NotDue(subject="checks", reason=f"no result is stored of the last {self.history_days} days")
        for words in told:
            yield _finding(world, words)


def _finding(world: World, words: OwnWords) -> Finding:
    """A check whose newest word is an excuse need not judge; one that was excused once and only skips since then is counted from there."""
    why = f"; it says: {'; '.join(words.reasons[:3])}" if words.reasons else ""
    if words.rests and words.excused == words.newest:
        return NotDue(subject=words.check, reason=f"excused {world.pipeline.local(words.newest)}{why}")
    last = words.excused if words.rests else words.judged
    said = "last excused" if words.rests else "last judged" if last else "never judged since"
    since = day_of(last or words.first, world.pipeline.zone) + timedelta(days=1)
    return Measurement(
        subject=words.check,
        value=sum(bool(world.pipeline.calendar.events(day)) for day in days(since, world.pipeline.today)),
        note=f"{said} {world.pipeline.local(last or words.first)}{why}",
        facts={"reasons": words.reasons},
    )
