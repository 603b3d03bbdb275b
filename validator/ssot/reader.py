"""Plain data into typed, frozen dataclasses: unknown keys refused, every problem reported, the nearest valid name suggested.

The dataclasses are the whole description: their fields are the keys (a trailing `_` is dropped: `class_` reads `class`),
their annotations the types, their defaults what may be left out.
"""

import dataclasses
import difflib
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from validator.clock import parse_date, parse_time_of_day
from validator.ssot.document import Document, Path, Problem

T = TypeVar("T")
MISSING = object()


CUTOFF = 0.6
"""How alike two names are at least, for the one to be meant by the other."""


@dataclass(frozen=True)
class Rule:
    """A named rule on a text or number, for `Annotated[...]`: `test` says whether the value is right, `wants` what is."""

    wants: str
    test: typing.Callable[[Any], bool]


def read(kind: type[T], document: Document, problems: list[Problem], *, path: Path = ()) -> T | None:
    """Read the document's data (or the part at `path`) as `kind`; None when anything in it is wrong.

    Problems, all of them, are appended to `problems`.
    """
    before = len(problems)
    value = read_as_meant(kind, document, problems, path=path)
    return None if len(problems) > before else value


def read_as_meant(kind: type[T], document: Document, problems: list[Problem], *, path: Path = ()) -> T | None:
    """Like `read`, but the value as it was meant, where that can be guessed: an unknown key counts as the known one that it resembles, a
    wrong word as the nearest of those allowed, another wrong number or choice as if it were not there.

    Not to be worked with: it is for finding what else is wrong, in one go.
    """
    data = document.data
    for step in path:
        data = data[step]
    reading = _Reading(document, problems)
    value = reading.value(kind, data, path)
    return None if reading.lost else typing.cast(T, value)


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing when no known name is near."""
    close = difflib.get_close_matches(str(name), list(known), n=1, cutoff=CUTOFF)
    return f"; did you mean {close[0]!r}?" if close else ""


@cache
def _fields(kind: type) -> dict[str, tuple[str, Any, bool]]:
    hints = typing.get_type_hints(kind, include_extras=True)
    return {
        field.name.rstrip("_"): (field.name, hints[field.name], _required(field))
        for field in dataclasses.fields(kind)
        if field.init
    }


def _required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


class _Reading:
    def __init__(self, document: Document, problems: list[Problem]) -> None:
        self.document = document
        self.problems = problems
        self.lost = False

    def wrong(self, path: Path, text: str) -> Any:
        """Note a problem that leaves no value."""
        self.lost = True
        self._note(path, text)
        return MISSING

    def _note(self, path: Path, text: str) -> None:
        named = ".".join(str(step) for step in path)
        self.problems.append(self.document.problem(path, f"{named}: {text}" if named else text))

    def value(self, kind: Any, data: Any, path: Path) -> Any:
        origin = get_origin(kind)
        if origin is typing.Annotated:
            return self._annotated(kind, data, path)
        if kind is Any:
            return data
        if origin in (Union, types.UnionType):
            return self._union(get_args(kind), data, path)
        if origin is Literal:
            return self._one_of(get_args(kind), data, path)
        if origin is tuple:
            return self._tuple(get_args(kind)[0], data, path)
        if origin in (dict, Mapping):
            keys, values = get_args(kind)
            return self._mapping(keys, values, data, path)
        if dataclasses.is_dataclass(kind):
            return self._dataclass(typing.cast(type, kind), data, path)
        return self._scalar(kind, data, path)

    def _annotated(self, kind: Any, data: Any, path: Path) -> Any:
        inner, *rules = get_args(kind)
        value = self.value(inner, data, path)
        if value is not MISSING:
            for rule in rules:
                if isinstance(rule, Rule) and not rule.test(value):
                    return self.wrong(path, f"expected {rule.wants}, found {_show(data)}")
        return value

    def _union(self, kinds: tuple[Any, ...], data: Any, path: Path) -> Any:
        if data is None and type(None) in kinds:
            return None
        rest = [kind for kind in kinds if kind is not type(None)]
        fitting = [kind for kind in rest if _fits(kind, data)]
        if fitting:
            return self.value(fitting[0], data, path)
        return self.wrong(path, f"expected {' or '.join(_name(kind) for kind in rest)}, found {_show(data)}")

    def _one_of(self, allowed: tuple[Any, ...], data: Any, path: Path) -> Any:
        if any(data == value and type(data) is type(value) for value in allowed):
            return data
        known, near = ", ".join(str(value) for value in allowed), nearest(str(data), map(str, allowed))
        text = f"expected one of {known}; found {_show(data)}{near}"
        if not near:
            return self.wrong(path, text)
        self._note(path, text)
        return difflib.get_close_matches(str(data), map(str, allowed), n=1, cutoff=CUTOFF)[0]

    def _tuple(self, kind: Any, data: Any, path: Path) -> Any:
        if not isinstance(data, list):
            return self.wrong(path, f"expected a list of {_name(kind)}, found {_show(data)}")
        return tuple(self.value(kind, item, (*path, index)) for index, item in enumerate(data))

    def _mapping(self, key_kind: Any, kind: Any, data: Any, path: Path) -> Any:
        if not isinstance(data, dict):
            return self.wrong(path, f"expected a mapping, found {_show(data)}")
        return {
            self.value(key_kind, key, (*path, key)): self.value(kind, item, (*path, key)) for key, item in data.items()
        }

    def _dataclass(self, kind: type, data: Any, path: Path) -> Any:
        if not isinstance(data, dict):
            return self.wrong(
                path, f"expected a mapping with {', '.join(list(_fields(kind))[:6])} …, found {_show(data)}"
            )
        known = _fields(kind)
        given = {key: key for key in data if key in known}
        for key in data:
            if key not in known:
                self._note((*path, key), f"unknown key{nearest(key, known) or '; known: ' + ', '.join(known)}")
                for meant in difflib.get_close_matches(str(key), known.keys() - given.keys(), n=1, cutoff=CUTOFF):
                    given[meant] = key
        values = {}
        for key, (name, annotation, required) in known.items():
            if key in given:
                before, self.lost = self.lost, False
                value = self.value(annotation, data[given[key]], (*path, given[key]))
                if self.lost and not required and _is_no_name(annotation):
                    self.lost = False
                else:
                    values[name] = value
                self.lost = before or self.lost
            elif required:
                self.wrong(path, f"missing key {key!r}")
        return MISSING if self.lost else kind(**values)

    def _scalar(self, kind: Any, data: Any, path: Path) -> Any:
        if kind is date:
            day = parse_date(data) if isinstance(data, str) else None
            return day or self.wrong(path, f"expected a date like 2026-01-31, found {_show(data)}")
        if isinstance(kind, type) and issubclass(kind, Enum):
            values = tuple(member.value for member in kind)
            value = data if data in values else self._one_of(values, data, path)
            return MISSING if value is MISSING else kind(value)
        if not _fits(kind, data):
            return self.wrong(path, f"expected {_name(kind)}, found {_show(data)}")
        return kind(data) if kind is float else data


def _is_no_name(kind: Any) -> bool:
    """Whether a value of this kind is a number or a choice, of which nothing else in the files speaks."""
    if get_origin(kind) is typing.Annotated:
        return _is_no_name(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return all(one is type(None) or _is_no_name(one) for one in get_args(kind))
    is_choice = get_origin(kind) is Literal or (isinstance(kind, type) and issubclass(kind, Enum))
    return is_choice or kind in (int, float, bool)


def _fits(kind: Any, data: Any) -> bool:
    kind = get_args(kind)[0] if get_origin(kind) is typing.Annotated else kind
    origin = get_origin(kind)
    if dataclasses.is_dataclass(kind) or origin in (dict, Mapping):
        return isinstance(data, dict)
    if origin is tuple:
        return isinstance(data, list)
    if origin is Literal:
        return data in get_args(kind)
    if kind is float:
        return isinstance(data, int | float) and not isinstance(data, bool)
    if kind in (int, str, bool):
        return type(data) is kind
    return isinstance(data, str)


def _name(kind: Any) -> str:
    kind = get_args(kind)[0] if get_origin(kind) is typing.Annotated else kind
    origin = get_origin(kind)
    if origin is Literal:
        return " or ".join(map(str, get_args(kind)))
    if origin is tuple:
        return f"a list of {_name(get_args(kind)[0])}"
    if dataclasses.is_dataclass(kind) or origin in (dict, Mapping):
        return "a mapping"
    return {str: "text", int: "a whole number", float: "a number", bool: "true or false"}.get(kind, str(kind))


def _show(data: Any) -> str:
    if data is None:
        return "nothing"
    if isinstance(data, dict | list):
        return "a mapping" if isinstance(data, dict) else "a list"
    text = str(data).lower() if isinstance(data, bool) else str(data)
    return repr(text if len(text) <= 60 else text[:57] + "…")


TIME_OF_DAY = Rule("a time of day like 06:30", lambda text: parse_time_of_day(text) is not None)
