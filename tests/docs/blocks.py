"""The parts of a document that a test follows: sections, fenced blocks with the mark above them, commands in tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^(?:<!-- ([^\n]+) -->\n)?```(\w+)\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"`(python -m validator [^`]+)`")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block: its language, its text, and the mark above it as `word` and `rest`, both empty without one."""

    language: str
    text: str
    word: str = ""
    rest: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """What stands below one heading of the second level, or before the first of them."""

    document: Path
    title: str
    text: str

    @property
    def blocks(self) -> list[Block]:
        """Its fenced blocks, in order."""
        return blocks_of(self.text)

    @property
    def stale(self) -> bool:
        """Whether it begins in a repository as the incident left it."""
        return "<!-- starts: stale -->" in self.text


def blocks_of(text: str) -> list[Block]:
    """The fenced blocks of a text. A mark reads `word: rest`, `exits N: rest`, or anything else that has no colon."""
    return [_block(*found) for found in _BLOCK.findall(text)]


def _block(mark: str, language: str, text: str) -> Block:
    word, _, rest = mark.partition(": ")
    return Block(language=language, text=text, word=word, rest=rest)


def sections_of(document: Path) -> Iterator[Section]:
    """The sections of a document."""
    for part in re.split(r"^## ", document.read_text(), flags=re.MULTILINE):
        title, _, text = part.partition("\n")
        yield Section(document=document, title=title.lstrip("# "), text=text)


def commands_in_tables(text: str) -> list[str]:
    """The project's own commands that stand in rows of tables."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [command for row in rows for command in _COMMAND.findall(row)]
