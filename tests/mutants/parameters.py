"""Mutants of the parameters: each number that a check class takes is one more."""

import dataclasses
import sys
from collections.abc import Iterator
from typing import Any

from tests.mutants.mutant import Mutant, Note, Noted, tests_of
from validator.check import Check

Field = tuple[str, str]
"""A dataclass of the check's module and a field of it."""


class Parameters:
    """Each number among the parameters, also of the entries in them, is one more (a fraction: its next neighbour)."""

    name = "parameter"

    def watch(self, kind: type[Check], note: Note) -> None:
        """Note which numbers the check reads."""
        for held in _held(kind):
            _watch_reads(held, kind.__module__, note)

    def mutants(self, kind: type[Check], noted: Noted) -> Iterator[Mutant]:
        """One per number, read or not: one that is never read decides nothing."""
        for held in _held(kind):
            for field in dataclasses.fields(held):
                fact = (held.__name__, field.name)
                if fact in noted or type(field.default) in (int, float):
                    named = field.name if held is kind else f"{held.__name__}.{field.name}"
                    yield Mutant(
                        mutation=self.name,
                        what=f"{named} is one more",
                        tests=tests_of(noted, fact),
                        apply=lambda held=held, name=field.name: _one_more(held, name),  # type: ignore[misc]
                    )

    def why_none(self, kind: type[Check], noted: Noted) -> str:
        """The class takes no number."""
        return "it takes no number"


def _held(kind: type[Check]) -> list[Any]:
    members = vars(sys.modules[kind.__module__]).values()
    return [
        one for one in members if dataclasses.is_dataclass(one) and getattr(one, "__module__", "") == kind.__module__
    ]


def _watch_reads(held: Any, module: str, note: Note) -> None:
    names = {field.name for field in dataclasses.fields(held)}
    read = held.__getattribute__

    def reading(self: Any, name: str) -> Any:
        value = read(self, name)
        if name in names and type(value) in (int, float) and sys._getframe(1).f_globals.get("__name__") == module:
            note((held.__name__, name))
        return value

    held.__getattribute__ = reading


def _one_more(held: Any, name: str) -> None:
    make = held.__init__

    def made(self: Any, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        if type(value := getattr(self, name)) in (int, float):
            object.__setattr__(self, name, value + 1)

    held.__init__ = made
