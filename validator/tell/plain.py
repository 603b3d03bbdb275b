"""Text that comes from data made harmless: every name, message and command passes here once, before any rendering sees it."""

import re
import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_TERMINAL_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_JOINERS = "\u200c\u200d"
_NONCHARACTERS = range(0xFDD0, 0xFDF0)


def plain(text: str) -> str:
    """One line that no terminal, mail header, XML parser or reader can be tricked with.

    Terminal colours go; line breaks and tabs become a space, runs of spaces one; every other control, direction or unpaired
    character becomes a visible replacement character.
    """
    spaced = _BREAKS.sub(" ", _TERMINAL_SEQUENCE.sub("", text)).replace("\t", " ")
    return " ".join(_harmless(spaced).split())


def plain_lines(text: str) -> tuple[str, ...]:
    """The lines of a command, each harmless; its line breaks and inner spaces stay, because they matter to a shell."""
    lines = _BREAKS.split(_TERMINAL_SEQUENCE.sub("", text).strip())
    cleaned = (_harmless(line.replace("\t", "    ")).rstrip() for line in lines)
    return tuple(line for line in cleaned if line)


def clip(text: str, limit: int) -> str:
    """At most `limit` characters; what was cut off shows as an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def amount(number: int, noun: str, plural: str = "") -> str:
    """`1 error`, `1,200 errors`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _harmless(text: str) -> str:
    return text if text.isascii() and text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character in _JOINERS or not _is_hidden(character):
        return character
    return REPLACEMENT


def _is_hidden(character: str) -> bool:
    point = ord(character)
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"} or point & 0xFFFE == 0xFFFE or point in _NONCHARACTERS
