"""Text measured in terminal columns: cut, padded and wrapped by what a terminal shows, not by how many characters there are."""

import unicodedata
from collections.abc import Iterator


def columns(text: str) -> int:
    """How many columns a terminal gives that text."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def cut(text: str, width: int) -> str:
    """At most `width` columns; what was cut off shows as an ellipsis."""
    if columns(text) <= width:
        return text
    kept, used = [], 1
    for character in text:
        used += _columns(character)
        if used > width:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def pad(text: str, width: int) -> str:
    """Exactly `width` columns."""
    short = cut(text, width)
    return short + " " * (width - columns(short))


def wrap(text: str, width: int, *, first: str = "", rest: str | None = None) -> Iterator[str]:
    """Lines of at most `width` columns, the first led by `first`, the others by `rest` (default: as much space).

    A single word that is longer gets a line of its own, whole: it may be a name that somebody copies.
    """
    lead, follow = first, " " * columns(first) if rest is None else rest
    line = ""
    for word in text.split():
        if line and columns(lead) + columns(line) + 1 + columns(word) > width:
            yield lead + line
            lead, line = follow, word
        else:
            line = f"{line} {word}".lstrip()
    yield (lead + line).rstrip()


def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Cf", "Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
