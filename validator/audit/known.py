"""Which bytes and strings can hold anything that is judged: a cheap look before a file is read with understanding."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from validator.audit.names import Names

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORD_IN_CODE = re.compile(rb"(?:\\.)?([A-Za-z_][A-Za-z0-9_]*)")
_COUNTING = (b"xpected", b"XPECTED", b"rocessor", b"ROCESSOR")


@dataclass(frozen=True, kw_only=True)
class Known:
    """The words that every judged text has one of; names that are no plain word are looked for as they are."""

    words: frozenset[str]
    phrases: tuple[str, ...]
    raw_words: frozenset[bytes]
    raw_phrases: tuple[bytes, ...]

    def in_text(self, text: str) -> bool:
        """Whether a string can be, or hold, a name."""
        return not self.words.isdisjoint(_WORD.findall(text)) or any(phrase in text for phrase in self.phrases)

    def in_file(self, raw: bytes) -> bool:
        """Whether a file can hold anything that is judged. A name spelt in pieces or with escapes does not count."""
        return (
            any(word in raw for word in _COUNTING)
            or not self.raw_words.isdisjoint(_WORD_IN_CODE.findall(raw))
            or any(phrase in raw for phrase in self.raw_phrases)
        )


def known_of(names: Names) -> Known:
    """What to look for, from the declared names."""
    told = {names.project, *names.datasets, *names.bare_tables, *names.formers}
    told |= {part for former in names.former_tables for part in former.split(".")}
    told |= {name for phase in names.phases for name in phase.by_name}
    words = frozenset(name for name in told if _WORD.fullmatch(name))
    phrases = tuple(sorted(told - words))
    return Known(words=words, phrases=phrases, raw_words=frozenset(_raw(words)), raw_phrases=tuple(_raw(phrases)))


def _raw(names: Iterable[str]) -> Iterable[bytes]:
    return (name.encode() for name in names)
