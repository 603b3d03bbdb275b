"""Applying the plan: each step looked for, made or changed only where it has to be, stopping at the first that fails."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from validator.deploy.shell import Answer, Failed, Shell
from validator.deploy.step import Step, covers


class Outcome(Enum):
    """What became of a step."""

    THERE = "was there"
    CREATED = "created"
    CHANGED = "changed"
    RAN = "done"
    LEFT_OUT = "left out"
    BY_HAND = "waits for you"
    FAILED = "failed"

    @property
    def stops(self) -> bool:
        """Whether nothing after it is tried."""
        return self in (Outcome.BY_HAND, Outcome.FAILED)


@dataclass(frozen=True, kw_only=True)
class Done:
    """A step and what became of it; `answer` is that of the command that failed, or that found nothing to belong to."""

    number: int
    step: Step
    outcome: Outcome
    answer: Answer | None = None


def apply(steps: Sequence[Step], shell: Shell, begin: Callable[[int, Step], None] | None = None) -> Iterator[Done]:
    """Do the steps in order, each once it is asked for; `begin` is told of each first. Ends after the first that stops.

    Raises ConfigurationError.
    """
    for number, step in enumerate(steps, start=1):
        if begin is not None:
            begin(number, step)
        try:
            outcome, answer = bring(step, shell)
        except Failed as failed:
            outcome, answer = Outcome.FAILED, failed.answer
        yield Done(number=number, step=step, outcome=outcome, answer=answer)
        if outcome.stops:
            return


def bring(step: Step, shell: Shell) -> tuple[Outcome, Answer | None]:
    """Make one thing what it should be; what became of it, and what was said where that was not enough. Raises Failed."""
    if step.probe is None:
        shell.must(step.create, step.environment)
        return Outcome.RAN, None
    found = look(step, shell)
    if found is None:
        return (Outcome.BY_HAND, None) if step.by_hand else _run(step, shell, Outcome.CREATED)
    if step.change is None or covers(found, shell.resolve(step.wanted)):
        return Outcome.THERE, None
    return _run(step, shell, Outcome.CHANGED)


def look(step: Step, shell: Shell) -> Any:
    """What is there, None where nothing is. Raises Failed where that can't be told."""
    answer = shell.look((*(step.probe or ()), "--format=json"))
    if answer.absent:
        return None
    if answer.code:
        raise Failed(answer)
    try:
        found = json.loads(answer.out)
    except ValueError:
        raise Failed(Answer(command=answer.command, code=1, err="it did not answer in JSON")) from None
    return None if step.many and not found else found


def _run(step: Step, shell: Shell, outcome: Outcome) -> tuple[Outcome, Answer | None]:
    command = (step.change if outcome is Outcome.CHANGED else None) or step.create
    answer = shell.run(command, step.environment)
    if answer.code == 0:
        return outcome, None
    if step.theirs and answer.absent:
        return Outcome.LEFT_OUT, answer
    raise Failed(answer)
