"""What a mutation is: it watches a check's tests once, says from what it saw which mutants there are, and breaks the check."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from validator.check import Check

Note = Callable[[Hashable], None]
"""Writes down a fact about the test that is running."""
Noted = Mapping[Hashable, Sequence[str]]
"""Each fact, and the tests it was seen in."""


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One way to break a check: what it is, the tests that can notice, those likely to, and how it is done in this process, for good.

    `unsound` says afterwards why a failing test proves nothing; empty where it does.
    """

    mutation: str
    what: str
    tests: Sequence[str]
    apply: Callable[[], None]
    likely: Sequence[str] = ()
    unsound: Callable[[], str] = str


class Mutation(Protocol):
    """A kind of mutant. What is patched stays patched: each of its methods that patch runs in a process of its own."""

    name: str

    def watch(self, kind: type[Check], note: Note) -> None:
        """Have everything noted that matters, while the tests run unbroken."""

    def mutants(self, kind: type[Check], noted: Noted) -> Iterator[Mutant]:
        """The mutants there are, from what was noted."""

    def why_none(self, kind: type[Check], noted: Noted) -> str:
        """Why there is no mutant."""


def tests_of(noted: Noted, *facts: Hashable) -> tuple[str, ...]:
    """The tests in which any of the facts was seen."""
    return tuple(dict.fromkeys(test for fact in facts for test in noted.get(fact, ())))
