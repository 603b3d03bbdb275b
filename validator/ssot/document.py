"""One YAML file as plain data, with the place of every key and value kept.

YAML 1.2 scalars: `16:00`, `NO` and `2026-01-05` are text. Duplicate keys, aliases and unknown tags are problems, not surprises.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, ClassVar

import yaml

Path = tuple[str | int, ...]

LARGEST_BYTES = 5_000_000
DEEPEST = 40
FAR_TOO_DEEP = 1_000
"""Nesting beyond which a file is not even composed: the C parser does that on the stack, whose end is the process's."""

_INT = re.compile(r"[-+]?[0-9]{1,18}\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?\Z")
_STANDARD_TAGS = {
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp", "merge", "value")
}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Leaves plain scalars as text: `scalar` reads them."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


@dataclass(frozen=True, order=True, kw_only=True)
class Problem:
    """Something wrong in a file: where (1-based line and column; 0 when the whole file), and what."""

    file: str
    line: int = 0
    column: int = 0
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return "".join(map(_visible, f"{place}: {self.text}"))


def _visible(character: str) -> str:
    """The character, or its escape where a terminal would not print it but obey it."""
    return character if character.isprintable() else repr(character)[1:-1]


@dataclass
class Document:
    """A file's plain data and where each part of it stands."""

    file: str
    data: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, path: Path, text: str) -> Problem:
        """A problem at `path`, or at the nearest place above it that is known."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                line, column = self.places[path[:length]]
                return Problem(file=self.file, line=line, column=column, text=text)
        return Problem(file=self.file, text=text)


def read_document(path: FilePath, name: str) -> Document:
    """Read a YAML file. Never raises for what the file holds: what is wrong is in `problems`."""
    try:
        return document_of(path.read_bytes(), name)
    except OSError as error:
        problem = Problem(file=name, text=f"cannot be read: {error.strerror}")
        return Document(file=name, problems=[problem])


def document_of(raw: bytes, name: str) -> Document:
    """Read a YAML file's bytes, as `read_document` does."""
    document = Document(file=name)
    try:
        if len(raw) > LARGEST_BYTES:
            raise ValueError(f"larger than {LARGEST_BYTES} bytes")
        text = raw.decode("utf-8-sig")
        _refuse_far_too_deep(text)
        node = yaml.compose(text, Loader=_Loader)
    except UnicodeDecodeError as error:
        document.problems.append(Problem(file=name, text=f"is not UTF-8 (byte {error.start})"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        document.problems.append(_broken(name, mark, error.problem or error.context or "broken YAML"))
    except (yaml.YAMLError, ValueError) as error:
        document.problems.append(Problem(file=name, text=f"is not YAML: {str(error).splitlines()[0]}"))
    except RecursionError:
        document.problems.append(Problem(file=name, text="is nested too deeply"))
    else:
        if node is not None:
            document.data = _Reader(document).value(node, ())
    return document


def _refuse_far_too_deep(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > FAR_TOO_DEEP:
            raise RecursionError


def _broken(name: str, mark: Any, text: str) -> Problem:
    if mark is None:
        return Problem(file=name, text=f"is not YAML: {text}")
    return Problem(file=name, line=mark.line + 1, column=mark.column + 1, text=f"is not YAML: {text}")


class _Reader:
    """Walks composed nodes into plain data, noting places."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.seen: set[int] = set()

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.document.places.setdefault(path, _place(node))
        if len(path) > DEEPEST:
            return self._problem(node, "is nested too deeply")
        if not isinstance(node, yaml.ScalarNode):
            if id(node) in self.seen:
                return self._problem(node, "aliases are not read here: write the value out")
            self.seen.add(id(node))
        if node.tag not in _STANDARD_TAGS:
            return self._problem(node, f"unknown tag {node.tag!r}")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, index)) for index, child in enumerate(node.value)]
        return scalar(node.value) if getattr(node, "style", None) in (None, "") else node.value

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(key_node, "a key must be plain text")
            elif key_node.value in result:
                self._problem(key_node, f"duplicate key {key_node.value!r}")
            else:
                key = str(key_node.value)
                self.document.places[(*path, key)] = _place(key_node)
                result[key] = self.value(value_node, (*path, key))
        return result

    def _problem(self, node: yaml.Node, text: str) -> None:
        line, column = _place(node)
        self.document.problems.append(Problem(file=self.document.file, line=line, column=column, text=text))


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def scalar(text: str) -> str | int | float | bool | None:
    """A plain YAML 1.2 scalar: null, true, false, numbers; everything else is text."""
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text
