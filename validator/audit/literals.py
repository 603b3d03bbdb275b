"""The strings of Python source with the place of every character: escapes, prefixes, f-strings, joined literals."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from validator.audit.sites import BLANK

_BETWEEN = re.compile(r"(?:[ \t\f\r\n]|\\\r?\n|#[^\r\n]*)*")
_OPENING = re.compile(r"([A-Za-z]{0,2})('''|\"\"\"|'|\")")
_ESCAPE = re.compile(
    r"\\(?:\r\n|[\r\n]|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]*)\}|([\\'\"abfnrtv]))"
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_BODY_END = {quote: re.compile(rf"(?:[^\\]|\\.)*?{quote}", re.DOTALL) for quote in ("'''", '"""')}
_BODY_END |= {quote: re.compile(rf"(?:[^\\{quote}]|\\.)*{quote}", re.DOTALL) for quote in ("'", '"')}
_LONGEST = 200_000


@dataclass(frozen=True, kw_only=True)
class Literal:
    """The value of a string expression; `offsets[i]` is where its i-th character stands in the source."""

    value: str
    offsets: Sequence[int]


def literal(source: str, start: int, end: int) -> Literal | None:
    """The string expression between two offsets; None for anything this does not understand."""
    value: list[str] = []
    offsets: list[int] = []
    at = start
    if end - start > _LONGEST:
        return None
    while at < end:
        opening = _OPENING.match(source, at)
        if opening is None:
            return None
        prefix, quote = opening.group(1).lower(), opening.group(2)
        closing = _BODY_END[quote].match(source, opening.end())
        if closing is None or "b" in prefix:
            return None
        body = (opening.end(), closing.end() - len(quote))
        _read(source, body, prefix, value, offsets)
        between = _BETWEEN.match(source, closing.end(), end)
        at = between.end() if between else closing.end()
    return Literal(value="".join(value), offsets=offsets)


def _read(source: str, body: tuple[int, int], prefix: str, value: list[str], offsets: list[int]) -> None:
    at, end = body
    while at < end:
        char = source[at]
        if "f" in prefix and char in "{}":
            if source[at : at + 2] in ("{{", "}}"):
                step = 2
            else:
                char, step = BLANK, _expression(source, at, end) - at
        elif char == "\\" and "r" not in prefix:
            char, step = _escape(source, at, end)
        elif char == "\r":
            char, step = "\n", 2 if source[at + 1 : at + 2] == "\n" else 1
        else:
            step = 1
        value.append(char)
        offsets.extend([at] * len(char))
        at += step


def _expression(source: str, at: int, end: int) -> int:
    """Behind the closing brace of the expression that begins at `at`."""
    depth = 0
    while at < end:
        depth += {"{": 1, "}": -1}.get(source[at], 0)
        at += 1
        if depth <= 0:
            break
    return at


def _escape(source: str, at: int, end: int) -> tuple[str, int]:
    found = _ESCAPE.match(source, at, end)
    if found is None:
        return "\\", 1
    step = found.end() - at
    octal, *hexadecimal, named, simple = found.groups()
    digits = next((one for one in hexadecimal if one), None)
    if octal:
        return chr(int(octal, 8)), step
    if digits:
        number = int(digits, 16)
        return (chr(number) if number <= 0x10FFFF else "?"), step
    if simple:
        return _SIMPLE.get(simple, simple), step
    return (_named(named) if named else ""), step


def _named(name: str) -> str:
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return "?"
