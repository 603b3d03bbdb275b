"""Applying the plan: each step looked for, made or changed only where it has to be, stopping at the first that fails."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from validator.deploy.shell import Answer, Failed, Shell
from validator.deploy.step import Step, unlike


class Outcome(Enum):
    """What became of a step."""

    THERE = "was there"
    CREATED = "created"
    CHANGED = "changed"
    TAKEN_AWAY = "taken away"
    RAN = "done"
    LEFT_OUT = "left out"
    UNLIKE = "is not as declared"
    BY_HAND = "waits for you"
    FAILED = "failed"

    @property
    def stops(self) -> bool:
        """Whether nothing after it is tried."""
        return self in (Outcome.BY_HAND, Outcome.FAILED)


@dataclass(frozen=True, kw_only=True)
class Done:
    """A step and what became of it.

    `answer` is that of the command that failed, or that found nothing to belong to; `differences` are what was unlike what is
    declared: what has been changed, or what could not be.
    """

    number: int
    step: Step
    outcome: Outcome
    answer: Answer | None = None
    differences: tuple[str, ...] = ()


def apply(steps: Sequence[Step], shell: Shell, begin: Callable[[int, Step], None] | None = None) -> Iterator[Done]:
    """Do the steps in order, each once it is asked for; `begin` is told of each first. Ends after the first that stops.

    Raises ConfigurationError.
    """
    for number, step in enumerate(steps, start=1):
        if begin is not None:
            begin(number, step)
        try:
            done = bring(number, step, shell)
        except Failed as failed:
            done = Done(number=number, step=step, outcome=Outcome.FAILED, answer=failed.answer)
        yield done
        if done.outcome.stops:
            return


def bring(number: int, step: Step, shell: Shell) -> Done:
    """Make one thing what it should be. Raises Failed."""
    if step.probe is None:
        shell.must(step.create, step.environment)
        return Done(number=number, step=step, outcome=Outcome.RAN)
    found = look(step, shell)
    if step.unwanted:
        there = Done(number=number, step=step, outcome=Outcome.THERE)
        return there if found is None else _run(number, step, shell, Outcome.TAKEN_AWAY)
    if found is None:
        waits = Done(number=number, step=step, outcome=Outcome.BY_HAND)
        return waits if step.by_hand else _run(number, step, shell, Outcome.CREATED)
    differences = differing(step, found, shell)
    if not differences:
        return Done(number=number, step=step, outcome=Outcome.THERE)
    if step.change is None:
        outcome = Outcome.BY_HAND if step.by_hand else Outcome.UNLIKE
        return Done(number=number, step=step, outcome=outcome, differences=differences)
    done = _run(number, step, shell, Outcome.CHANGED)
    if done.outcome is not Outcome.CHANGED:
        return done
    left = differing(step, look(step, shell, again=True), shell)
    return replace(done, outcome=Outcome.UNLIKE if left else done.outcome, differences=left or differences)


def differing(step: Step, found: Any, shell: Shell) -> tuple[str, ...]:
    """What of that which was found is not as it is wanted. Raises Failed."""
    return () if step.wanted is None else tuple(unlike(found, shell.resolve(step.wanted)))


def look(step: Step, shell: Shell, *, again: bool = False) -> Any:
    """What is there, None where nothing is. Raises Failed where that can't be told."""
    answer = shell.look((*(step.probe or ()), "--format=json"), again=again)
    if answer.absent:
        return None
    if answer.code:
        raise Failed(answer)
    try:
        found = json.loads(answer.out)
    except ValueError:
        raise Failed(Answer(command=answer.command, code=1, err="it did not answer in JSON")) from None
    return None if step.many and not found else found


def _run(number: int, step: Step, shell: Shell, outcome: Outcome) -> Done:
    command = (step.change if outcome is Outcome.CHANGED else None) or step.create
    answer = shell.run(command, step.environment)
    if answer.code == 0:
        return Done(number=number, step=step, outcome=outcome)
    if step.theirs and answer.absent:
        return Done(number=number, step=step, outcome=Outcome.LEFT_OUT, answer=answer)
    raise Failed(answer)
