"""What a comparison of the live world with the source of truth finds."""

import shlex
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Something that is not as declared: its name, what is the matter in words that follow it, and the shell command that mends it."""

    name: str
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.name} {self.what}"


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A group of things: how many are declared, how many of these are there, what differs, and what is there undeclared.

    `noun` is what its members are called, `file` where they are declared.
    """

    subject: str
    noun: str
    file: str
    declared: int
    live: int = 0
    differences: tuple[Difference, ...] = ()
    undeclared: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Unasked:
    """A group that could not be compared, and why."""

    subject: str
    reason: str


def shell(*words: str) -> str:
    """The words as one command, each quoted where a shell would read more than a word in it."""
    return shlex.join(words)
