"""The sites of a YAML file, from the document reader's plain data and places."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from validator.audit.sites import NAMED_BY, Group, Number, Sites, Text, phase_told
from validator.audit.source import Source
from validator.ssot.document import Document, Path, Problem, document_of

_SEPARATOR = re.compile(r"(?m)^---(?=[ \t\r\n]|\Z)")
_DIRECTIVES = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n|%[^\n]*\n)*")
_UNREADABLE = ("is not ", "is nested", "larger than", "cannot be read")


def read_yaml(source: Source, interesting: Callable[[str], bool]) -> tuple[Sites, list[Problem]]:
    """Every site of a YAML file, document by document, and why it cannot be read, if it cannot.

    Tags and aliases are usual in files that are not ours: they are passed over.
    """
    sites, problems = Sites(), []
    for first, text in _documents(source):
        document = document_of(text.encode(), source.file)
        problems += [
            replace(problem, line=problem.line and problem.line + first)
            for problem in document.problems
            if problem.text.startswith(_UNREADABLE)
        ]
        _Walk(source, document, first, interesting, sites).value(document.data, ())
    return sites, problems[:1]


def _documents(source: Source) -> Iterator[tuple[int, str]]:
    """The documents of a stream, each with the number of lines before it; directives before one are no document."""
    text = source.text
    edges = sorted({0, *(found.start() for found in _SEPARATOR.finditer(text)), len(text)})
    line = 0
    for start, end in pairwise(edges):
        document = text[start:end]
        if not _DIRECTIVES.fullmatch(document):
            yield line, document
        line += sum(1 for _ in re.finditer(source.breaks, document))


class _Walk:
    """One walk over a document's plain data."""

    def __init__(
        self, source: Source, document: Document, first: int, interesting: Callable[[str], bool], sites: Sites
    ) -> None:
        self.source = source
        self.document = document
        self.first = first
        self.interesting = interesting
        self.sites = sites
        self.phases: dict[Path, tuple[str, ...]] = {}
        self.offsets = sorted({self._at(path) for path in document.places})

    def value(self, data: Any, path: Path) -> None:
        if isinstance(data, dict):
            self._mapping(data, path)
        elif isinstance(data, list):
            self._list(data, path)
        elif isinstance(data, str):
            if self.interesting(data):
                self.sites.texts.append(self._text(data, path))
        elif type(data) is int:
            self._number(data, path)

    def _number(self, data: int, path: Path) -> None:
        start = self._behind(path)
        start += len(self.source.text[start : start + 80]) - len(self.source.text[start : start + 80].lstrip())
        written = str(data) if self.source.text.startswith(str(data), start) else ""
        self.sites.numbers.append(
            Number(
                value=data,
                written=written,
                offset=start if written else self._at(path),
                near=_near(path),
                scope=self.phases.get(path[:-1], ()),
                inside=path[:-1],
                line=self._line(path),
            )
        )

    def _mapping(self, data: dict[str, Any], path: Path) -> None:
        if told := tuple(name for key, item in data.items() for name in phase_told(key, item)):
            self.phases[path] = told
        keys = [self._key(key, (*path, key), data[key]) for key in data]
        if keys:
            self._group(keys, "keys", path)
        self.sites.texts.extend(key for key in keys if self.interesting(key.value))
        for key, item in data.items():
            self.value(item, (*path, key))

    def _list(self, data: list[Any], path: Path) -> None:
        members = [found for index, item in enumerate(data) if (found := self._named(item, (*path, index)))]
        if members and len(members) == len(data):
            self._group(members, "list", path)
        for index, item in enumerate(data):
            self.value(item, (*path, index))

    def _named(self, item: Any, path: Path) -> Text | None:
        if isinstance(item, dict):
            named = next((name for name in NAMED_BY if isinstance(item.get(name), str)), None)
            return self._text(item[named], (*path, named)) if named else None
        return self._text(item, path) if isinstance(item, str) else None

    def _group(self, members: list[Text], shape: str, path: Path) -> None:
        self.sites.groups.append(
            Group(
                members=tuple(members),
                shape="keys" if shape == "keys" else "list",
                offset=self._at(path),
                near=_near(path),
                scope=self.phases.get(path[:-1], ()),
                inside=path[:-1],
                line=self._line(path),
            )
        )

    def _end(self, path: Path) -> int:
        """Where the next thing begins."""
        after = bisect_right(self.offsets, self._at(path))
        return self.offsets[after] if after < len(self.offsets) else len(self.source.text)

    def _behind(self, path: Path) -> int:
        """Where the value at `path` may begin."""
        start = self._at(path)
        if path and isinstance(path[-1], str):
            return _behind_key(self.source.text, start, self._end(path), path[-1])
        return start

    def _line(self, path: Path) -> int:
        return self.document.places.get(path, (1, 1))[0] + self.first

    def _at(self, path: Path) -> int:
        line, column = self.document.places.get(path, (1, 1))
        line += self.first
        return min(self.source.starts[min(line, len(self.source.starts)) - 1] + column - 1, len(self.source.text))

    def _key(self, key: str, path: Path, item: Any) -> Text:
        start = self._at(path)
        start += self.source.text[start : start + 1] in ("'", '"')
        exact = self.source.text.startswith(key, start)
        beside = frozenset([item]) if isinstance(item, str) else frozenset()
        return Text(
            value=key, offsets=range(start, start + len(key)), near=_near(path[:-1]), beside=beside, exact=exact
        )

    def _text(self, value: str, path: Path) -> Text:
        start, end = self._behind(path), self._end(path)
        offsets = _aligned(self.source.text, value, start, end)
        near = _near(path)
        if offsets is None:
            return Text(value=value, offsets=[start] * len(value), near=near, exact=False)
        return Text(value=value, offsets=offsets, near=near)


def _near(path: Path) -> tuple[str, ...]:
    return tuple(step for step in path if isinstance(step, str))


def _behind_key(text: str, start: int, end: int, key: str) -> int:
    """Where a key's value may begin: behind its colon, and behind a comment that follows at once."""
    quoted = 1 if text[start : start + 1] in ("'", '"') else 0
    colon = text.find(":", start + quoted + len(key), end)
    at = colon + 1 if colon >= 0 else start
    comment = re.compile(r"[ \t]+#[^\n]*").match(text, at, end)
    return comment.end() if comment else at


def _aligned(text: str, value: str, start: int, end: int) -> list[int] | None:
    """Where each character of a value stands, word by word: block scalars are indented, folded ones broken anew."""
    offsets: list[int] = []
    at = start
    for run in re.finditer(r"\S+|\s+", value):
        word = run.group()
        if word.isspace():
            offsets.extend([at] * len(word))
            continue
        found = text.find(word, at, end)
        if found < 0:
            return None
        offsets.extend(range(found, found + len(word)))
        at = found + len(word)
    return offsets
