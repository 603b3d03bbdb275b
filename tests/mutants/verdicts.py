"""Mutants of the verdict: a class whose WARN, FAIL, SKIP or ERROR is a PASS, and limits that are off by one."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import validator.execution
from tests.mutants.mutant import Mutant, Note, Noted, tests_of
from validator.check import Check
from validator.judge import Context, NamedCheck
from validator.limits import Bound, Limit, Limits, Unjudgeable, parse_limit
from validator.results import Result
from validator.status import Status

LEVELS = ("fail", "warn", "fine")


class AlwaysPass:
    """Every result of the class that is not PASS becomes PASS: one mutant for each status that its tests see."""

    name = "always pass"

    def watch(self, kind: type[Check], note: Note) -> None:
        """Note every status."""

        def noted(result: Result) -> Result:
            note(result.status.name)
            return result

        _patch_results(kind, noted)

    def mutants(self, kind: type[Check], noted: Noted) -> Iterator[Mutant]:
        """One per status. A class that no test sees failing or warning is always-pass for all that they know."""
        seen = [status for status in Status if status is not Status.PASS and status.name in noted]
        if not {Status.WARN, Status.FAIL} & {*seen}:
            seen.append(Status.FAIL)
        for status in seen:
            yield Mutant(
                mutation=self.name,
                what=f"{status.name} is PASS",
                tests=tests_of(noted, status.name),
                apply=lambda status=status: _pass_instead(kind, status),  # type: ignore[misc]
            )

    def why_none(self, kind: type[Check], noted: Noted) -> str:
        """There always is one."""
        return ""


def _pass_instead(kind: type[Check], wrong: Status) -> None:
    _patch_results(kind, lambda result: replace(result, status=Status.PASS) if result.status is wrong else result)


def _patch_results(kind: type[Check], change: Callable[[Result], Result]) -> None:
    engine: Any = validator.execution
    judge, error_result = engine.judge, engine.error_result

    def judged(finding: Any, named: NamedCheck, context: Context) -> Result:
        result: Result = judge(finding, named, context)
        return change(result) if type(named.check) is kind else result

    def failed(named: NamedCheck, context: Context, reason: str) -> Result:
        result: Result = error_result(named, context, reason)
        return change(result) if type(named.check) is kind else result

    engine.judge, engine.error_result = judged, failed


@dataclass(frozen=True)
class Shifted(Bound):
    """A bound whose own number lies on the other side of it: what included it excludes it, and the other way round."""

    def broken_by(self, value: float) -> bool:
        """The opposite at the number itself, the same everywhere else."""
        return super().broken_by(value) != (value == self.number)


class Thresholds:
    """Each limit in force in the tests, and each of the class's own: off by one where it is a number, left out where it is a state."""

    name = "threshold"

    def watch(self, kind: type[Check], note: Note) -> None:
        """Note each limit in force, and which tests have a value that it decides."""

        def judge(limits: Limits, value: float | str) -> Limits:
            for level, limit in _all(limits):
                note(("in force", level, str(limit)))
                if _status(limits, value) is not _status(_broken(limits, level, str(limit)), value):
                    note(("decides", level, str(limit)))
            return limits

        _patch_limits(kind, judge)

    def mutants(self, kind: type[Check], noted: Noted) -> Iterator[Mutant]:
        """One per limit. One that decides in no test has survived already."""
        own = Limits(warn=parse_limit(kind.warn), fail=parse_limit(kind.fail), fine=kind.fine)
        found = [("in force", level, str(limit)) for level, limit in _all(own)]
        found += [fact for fact in noted if isinstance(fact, tuple) and fact[0] == "in force"]
        for _, level, limit in dict.fromkeys(found):
            yield Mutant(
                mutation=self.name,
                what=f"{level}: {limit} {'off by one' if limit[0] in '<>=!' else 'left out'}",
                tests=tests_of(noted, ("decides", level, limit)),
                apply=lambda level=level, limit=limit: _patch_limits(  # type: ignore[misc]
                    kind, lambda limits, _: _broken(limits, level, limit)
                ),
            )

    def why_none(self, kind: type[Check], noted: Noted) -> str:
        """Every check judges."""
        return "no limit is in force in its tests"


def _all(limits: Limits) -> Iterator[tuple[str, Limit]]:
    for level in LEVELS:
        for limit in getattr(limits, level):
            yield level, limit


def _broken(limits: Limits, level: str, wrong: str) -> Limits:
    changed = (_shifted(limit) if str(limit) == wrong else limit for limit in getattr(limits, level))
    changes: Any = {level: tuple(limit for limit in changed if limit is not None)}
    return replace(limits, **changes)


def _shifted(limit: Limit) -> Limit | None:
    return Shifted(limit.sign, limit.number) if isinstance(limit, Bound) else None


_judge = Limits.judge


def _status(limits: Limits, value: float | str) -> Status:
    try:
        return _judge(limits, value)[0]
    except Unjudgeable:
        return Status.ERROR


def _patch_limits(kind: type[Check], change: Callable[[Limits, float | str], Limits]) -> None:
    """What is judged for a check of another class stays as it is; what a test judges by itself is meant for this one."""
    engine: Any = validator.execution
    held: Any = Limits
    judge, running = engine.judge, threading.local()

    def judged(finding: Any, named: NamedCheck, context: Context) -> Result:
        running.kind = type(named.check)
        try:
            result: Result = judge(finding, named, context)
            return result
        finally:
            running.kind = kind

    def of_limits(limits: Limits, value: float | str) -> tuple[Status, float | None]:
        return _judge(change(limits, value) if getattr(running, "kind", kind) is kind else limits, value)

    engine.judge, held.judge = judged, of_limits
