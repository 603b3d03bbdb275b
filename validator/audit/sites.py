"""Where names and numbers stand in a file, whatever its language: what the judging modules look at."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

BLANK = "\u2d63"
"""Stands for one character of something that is filled in later: `{project}`, `%s`, an f-string's expression."""

NAMED_BY = ("name", "processor", "processor_name", "table", "table_name", "target_table")
"""The keys by which an entry of a list, itself a mapping, is named."""

_FILLED_IN = re.compile(r"\{\{[^{}]*\}\}|\$?\{[^{}\n]*\}|%\([A-Za-z_]\w*\)s|%s|(?<![\w$])\$[A-Za-z_]\w*")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_PHASE = re.compile(r"phase_?([0-9]+)", re.IGNORECASE)
_PHASE_VALUE = re.compile(r"(?:phase[_ ]?)?([0-9]{1,3})", re.IGNORECASE)
_PHASE_KEY = frozenset({"phase", "name", "number", "num", "id"})


def blanked(text: str) -> str:
    """The text with everything that the usual placeholders fill in later as `BLANK`s, as long as before."""
    return _FILLED_IN.sub(lambda found: BLANK * len(found.group()), text)


@dataclass(frozen=True, kw_only=True)
class Text:
    """A string that stands somewhere.

    `offsets[i]` is where its i-th character stands in the file. `near` are the names it is given to or compared with,
    innermost last; `beside` the strings of the same expression.
    """

    value: str
    offsets: Sequence[int]
    near: tuple[str, ...] = ()
    beside: frozenset[str] = frozenset()
    exact: bool = True

    @property
    def offset(self) -> int:
        """Where it begins."""
        return self.offset_of(0)

    def offset_of(self, at: int) -> int:
        """Where its `at`-th character stands; where it begins, when that is not known."""
        if at < len(self.offsets):
            return self.offsets[at]
        return self.offsets[0] if self.offsets else 0


@dataclass(frozen=True, kw_only=True)
class Group:
    """A list, tuple, set or the keys of a mapping, of strings. `inside` tells which groups and numbers stand together.

    `fallback`: it stands where an error is handled, for when the real list could not be had.
    """

    members: tuple[Text, ...]
    shape: Literal["list", "keys"]
    offset: int
    near: tuple[str, ...]
    scope: tuple[str, ...] = ()
    inside: object = None
    fallback: bool = False
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Number:
    """A whole number that is given a name; `written` is how it stands in the file."""

    value: int
    written: str
    offset: int
    near: tuple[str, ...]
    scope: tuple[str, ...] = ()
    inside: object = None
    line: int = 0


@dataclass
class Sites:
    """Everything of a file that may hold a name of the pipeline; `imports` are the last parts of what it imports."""

    texts: list[Text] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)


@lru_cache(maxsize=8192)
def words(name: str) -> frozenset[str]:
    """The words of an identifier, in small letters and without a plural s: `PHASE2_Processors` → phase, 2, processor."""
    found = (part.lower() for part in _PART.findall(name))
    return frozenset(
        part[:-1] if part.endswith("s") and len(part) > 3 and not part.endswith("ss") else part for part in found
    )


def words_of(names: Sequence[str]) -> frozenset[str]:
    """The words of several identifiers."""
    return frozenset().union(*(words(name) for name in names))


def vocabulary(text: str) -> frozenset[str]:
    """The words of a text, as `words` gives them."""
    return words_of(text.split())


def phase_of(names: Sequence[str]) -> int | None:
    """The phase that the innermost name with a phase in it speaks of; None where that name speaks of several."""
    for name in reversed(names):
        numbers = {int(number) for number in _PHASE.findall(name)}
        if numbers:
            return numbers.pop() if len(numbers) == 1 else None
    return None


def phase_told(key: str, value: object) -> tuple[str, ...]:
    """`phase2` where a key such as `phase` has the value 2, '2' or 'phase2': what stands beside it is of that phase."""
    if words(key) <= _PHASE_KEY and "phase" in words(key) and (found := _PHASE_VALUE.fullmatch(str(value))):
        return (f"phase{found[1]}",)
    return ()
