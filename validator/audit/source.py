"""A file's bytes as text that can be pointed into and written back without changing anything else."""

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from validator.audit.findings import Edit

BREAKS = r"\r\n|\r|\n"
YAML_BREAKS = r"\r\n|\r|\n|\x85|\u2028|\u2029"
CONTEXT = 3
LONGEST_DIFF_LINE = 2_000


@dataclass(frozen=True, kw_only=True)
class Source:
    """`file` is the path below the root; `text` is what `raw` holds after a byte order mark, in `encoding`."""

    file: str
    raw: bytes
    text: str
    encoding: str
    mark: bytes = b""
    breaks: str = BREAKS

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins."""
        return [0, *(found.end() for found in re.finditer(self.breaks, self.text))]

    def place(self, offset: int) -> tuple[int, int]:
        """1-based line and column of a character."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        """A line with its line end; empty beyond the last."""
        if not 1 <= number <= len(self.starts):
            return ""
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end]

    def offset(self, line: int, utf8: int) -> int:
        """The character at a 1-based line and a column counted in UTF-8 bytes, as syntax trees count."""
        text = self.line(line)
        columns = (
            utf8 if text.isascii() else len(text.encode("utf-8", "surrogatepass")[:utf8].decode("utf-8", "ignore"))
        )
        return self.starts[min(line, len(self.starts)) - 1] + columns

    def edited(self, edits: Iterable[Edit]) -> bytes:
        """The file's bytes after the edits; every other byte as it was."""
        text = self.text
        for edit in sorted(edits, key=lambda one: one.start, reverse=True):
            text = text[: edit.start] + edit.new + text[edit.end :]
        return self.mark + text.encode(self.encoding)

    @cached_property
    def faithful(self) -> bool:
        """Whether the text gives back exactly the bytes it came from."""
        try:
            return self.edited(()) == self.raw
        except UnicodeError:
            return False

    def diff(self, edit: Edit) -> str:
        """The edit as a unified diff of one hunk."""
        number, _ = self.place(edit.start)
        start = self.starts[number - 1]
        old = self.line(number)
        if len(old) > LONGEST_DIFF_LINE:
            return ""
        new = old[: edit.start - start] + edit.new + old[edit.end - start :]
        first = max(1, number - CONTEXT)
        before = [self.line(one) for one in range(first, number)]
        after = [line for one in range(number + 1, number + 1 + CONTEXT) if (line := self.line(one))]
        count = len(before) + 1 + len(after)
        head = f"--- a/{self.file}\n+++ b/{self.file}\n@@ -{first},{count} +{first},{count} @@\n"
        changed = _marked("-", old) + _marked("+", new)
        return (
            head
            + "".join(_marked(" ", line) for line in before)
            + changed
            + "".join(_marked(" ", one) for one in after)
        )


def _marked(sign: str, line: str) -> str:
    return f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"


def python_source(file: str, raw: bytes) -> Source:
    """A Python file by its declared encoding. Raises SyntaxError, LookupError or UnicodeError where that cannot be."""
    mark = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    encoding = _declared(raw[len(mark) :]) or "utf-8"
    if mark and codecs.lookup(encoding).name not in ("utf-8", "utf-8-sig"):
        raise SyntaxError(f"declares {encoding}, but has a UTF-8 byte order mark")
    return Source(file=file, raw=raw, text=raw[len(mark) :].decode(encoding), encoding=encoding, mark=mark)


def plain_source(file: str, raw: bytes, *, breaks: str = BREAKS) -> Source:
    """Any other file: UTF-8, or byte for byte where it is not."""
    mark = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    for encoding in ("utf-8", "latin-1"):
        try:
            text = raw[len(mark) :].decode(encoding)
        except UnicodeDecodeError:
            continue
        return Source(file=file, raw=raw, text=text, encoding=encoding, mark=mark, breaks=breaks)
    raise AssertionError("latin-1 reads every byte")


_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


def _declared(raw: bytes) -> str | None:
    for line in re.split(rb"\r\n|\r|\n", raw[:2000])[:2]:
        found = _COOKIE.match(line)
        if found:
            return found.group(1).decode("ascii")
        if line.strip() and not line.lstrip().startswith(b"#"):
            return None
    return None
