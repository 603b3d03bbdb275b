"""Mutants of what services answer: each field, key or list that a check reads is another one, or empty.

What counts as read is what the checks and their evidence read; adapters and the engine are left alone.
"""

import sys
import typing
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from types import UnionType
from typing import Any

import validator.world as ports
from tests.mutants.mutant import Mutant, Note, Noted, tests_of
from validator.check import Check
from validator.look import World

PORTS = ("documents", "queues", "services", "probes", "scheduler", "logs", "commits")
READERS = ("checks.", "validator.evidence")
ENTRIES = "the names of its entries"
_LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
_BLANK: Mapping[type, Any] = {str: "", int: 0, bool: False, datetime: _LONG_AGO}


class WrongField:
    """Each field of an answer that the class reads in its tests is another one of its type, or blank."""

    name = "wrong field"

    def watch(self, kind: type[Check], note: Note) -> None:
        """Note each field, key and plain answer read."""

        def read(one: Any, name: str, value: Any) -> Any:
            note(("field", type(one).__name__, name))
            return value

        for held in _answers():
            _patch_reads(held, read)
        _patch_ports(lambda question, answer: _noted(question, answer, note))

    def mutants(self, kind: type[Check], noted: Noted) -> Iterator[Mutant]:
        """One per field, key and plain answer."""
        held = {one.__name__: one for one in _answers()}
        for fact in noted:
            assert isinstance(fact, tuple)
            what, of, name = fact
            if what == "field":
                instead = _instead(held[of], name)
                said, apply = f"{of}.{name} is {instead or 'blank'}", _swapped(held[of], name, instead)
            elif what == "key":
                said, apply = f"{of}: {name} {'are others' if name == ENTRIES else 'is absent'}", _without(of, name)
            else:
                said, apply = f"{of} answers nothing", _emptied(of)
            yield Mutant(mutation=self.name, what=said, tests=tests_of(noted, fact), apply=apply)

    def why_none(self, kind: type[Check], noted: Noted) -> str:
        """It asks no service."""
        return "it asks no service but the warehouse"


def _answers() -> list[Any]:
    found = [one for one in vars(ports).values() if is_dataclass(one) and isinstance(one, type)]
    return [one for one in found if one not in (ports.Query, ports.Answer)]


def _read_by_check(depth: int) -> bool:
    return str(sys._getframe(depth).f_globals.get("__name__", "")).startswith(READERS)


def _patch_reads(held: Any, change: Callable[[Any, str, Any], Any]) -> None:
    names = {field.name for field in fields(held)}
    read = held.__getattribute__

    def reading(one: Any, name: str) -> Any:
        value = read(one, name)
        return change(one, name, value) if name in names and _read_by_check(2) else value

    held.__getattribute__ = reading


def _instead(held: Any, wrong: str) -> str:
    """Another field of the type; none where there is no other."""
    kinds = {field.name: field.type for field in fields(held)}
    return next((name for name, kind in kinds.items() if name != wrong and kind == kinds[wrong]), "")


def _swapped(held: Any, wrong: str, instead: str) -> Callable[[], None]:
    blank = _blank(typing.get_type_hints(held)[wrong])
    read = held.__getattribute__

    def change(one: Any, name: str, value: Any) -> Any:
        if name != wrong:
            return value
        return read(one, instead) if instead else blank

    return lambda: _patch_reads(held, change)


def _blank(kind: Any) -> Any:
    is_optional = isinstance(kind, UnionType) and type(None) in typing.get_args(kind)
    return None if is_optional else _BLANK[kind]


def _patch_ports(change: Callable[[str, Any], Any]) -> None:
    held: Any = World
    for name in PORTS:
        setattr(held, name, _asked(held.__dict__[name].fget, name, change))
    load_jobs = held.load_jobs
    held.load_jobs = lambda world, hours: change("warehouse.load_jobs", load_jobs(world, hours))


def _asked(inner: Callable[[World], Any], port: str, change: Callable[[str, Any], Any]) -> property:
    return property(lambda world: _Asked(inner(world), port, change))


class _Asked:
    """A port whose answers pass through a change."""

    def __init__(self, inner: Any, port: str, change: Callable[[str, Any], Any]) -> None:
        self._inner, self._port, self._change = inner, port, change

    def __getattr__(self, name: str) -> Any:
        ask = getattr(self._inner, name)
        return lambda *args: self._change(f"{self._port}.{name}", ask(*args))


class _Read(dict[str, Any]):
    """A document that passes each key read, and itself where all are, through a change."""

    def __init__(self, held: Mapping[str, Any], key: Callable[[str, Any], Any], entries: Callable[[str], str]) -> None:
        super().__init__({name: _document(value, key, entries) for name, value in held.items()})
        self._key, self._entries = key, entries

    def get(self, name: str, default: Any = None) -> Any:
        """One key."""
        value = self._key(name, dict.get(self, name))
        return default if value is None else value

    def __getitem__(self, name: str) -> Any:
        return self._key(name, dict.__getitem__(self, name))

    def items(self) -> Any:
        """All of it."""
        return {self._entries(name): value for name, value in dict.items(self)}.items()


def _document(value: Any, key: Callable[[str, Any], Any], entries: Callable[[str], str]) -> Any:
    return _Read(value, key, entries) if isinstance(value, dict) else value


def _is_plain(answer: Any) -> bool:
    """Whether it is a list or mapping without a dataclass in it, and not empty."""
    values = list(answer.values() if isinstance(answer, Mapping) else answer) if _is_many(answer) else []
    return bool(values) and not any(is_dataclass(value) for value in values)


def _is_many(answer: Any) -> bool:
    return isinstance(answer, Mapping | Sequence) and not isinstance(answer, str)


def _noted(question: str, answer: Any, note: Note) -> Any:
    def fact(name: str) -> Hashable:
        return ("key", question, name)

    def read(name: str, value: Any) -> Any:
        if value is not None:
            note(fact(name))
        return value

    def listed(name: str) -> str:
        note(fact(ENTRIES))
        return name

    if question.startswith("documents."):
        return _document(answer, read, listed)
    if _is_plain(answer):
        note(("answer", question, ""))
    return answer


def _without(of: str, wrong: str) -> Callable[[], None]:
    def change(question: str, answer: Any) -> Any:
        if question != of:
            return answer
        return _document(
            answer,
            lambda name, value: None if name == wrong else value,
            lambda name: name if name.startswith("_") or wrong != ENTRIES else f"other_{name}",
        )

    return lambda: _patch_ports(change)


def _emptied(of: str) -> Callable[[], None]:
    return lambda: _patch_ports(
        lambda question, answer: type(answer)() if question == of and _is_many(answer) else answer
    )
