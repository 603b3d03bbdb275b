"""One file of a checkout: what is wrong in it. Nothing that it holds raises."""

import symtable
import warnings
from dataclasses import dataclass
from pathlib import PurePosixPath

from validator.audit.findings import Flaw, Kind
from validator.audit.judge import judge
from validator.audit.known import Known
from validator.audit.names import Names
from validator.audit.python import read_python
from validator.audit.sites import Text
from validator.audit.source import YAML_BREAKS, Source, plain_source, python_source
from validator.audit.sql import read_sql
from validator.audit.statements import judge_reading
from validator.audit.yaml import read_yaml
from validator.status import Severity

_BROKEN = (SyntaxError, ValueError, LookupError, RecursionError, MemoryError)


@dataclass(frozen=True, kw_only=True)
class FileFlaws:
    """A file as it was read, and what is wrong in it. Where it could not be read at all, its text is empty."""

    source: Source
    flaws: tuple[Flaw, ...] = ()


def flaws_of(file: str, raw: bytes, names: Names, known: Known) -> FileFlaws:
    """Everything that is wrong in a file."""
    if b"\0" in raw:
        return unreadable(file, raw, f"is binary (a NUL byte at {raw.index(0)})")
    reads = {".py": _python, ".sql": _sql}.get(PurePosixPath(file).suffix.lower(), _yaml)
    return reads(file, raw, names, known)


def unreadable(file: str, raw: bytes, why: str, source: Source | None = None, offset: int | None = None) -> FileFlaws:
    """A file that could not be judged, and why."""
    flaw = Flaw(offset=offset, severity=Severity.P3_MEDIUM, kind=Kind.UNREADABLE, name="", message=f"{why}: not judged")
    return FileFlaws(source=source or Source(file=file, raw=raw, text="", encoding="utf-8"), flaws=(flaw,))


def _python(file: str, raw: bytes, names: Names, known: Known) -> FileFlaws:
    try:
        source = python_source(file, raw)
    except UnicodeError as error:
        return unreadable(file, raw, f"is not {_encoding(error)}")
    except _BROKEN as error:
        return unreadable(file, raw, f"cannot be decoded ({error})")
    try:
        if not known.in_file(raw):
            _check_syntax(source)
            return FileFlaws(source=source)
        return FileFlaws(source=source, flaws=tuple(judge(read_python(source, known.in_text), names)))
    except SyntaxError as error:
        offset = source.starts[min(error.lineno or 1, len(source.starts)) - 1]
        return unreadable(file, raw, f"is not Python that this version reads ({error.msg})", source, offset)
    except _BROKEN:
        return unreadable(file, raw, "is nested too deeply", source)


def _check_syntax(source: Source) -> None:
    """Raise what parsing raises; a table of symbols is made in half the time of a tree."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        symtable.symtable(source.text, "", "exec")


def _encoding(error: UnicodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"{error.encoding.upper()} (byte {error.start})"
    return "text in the encoding that it declares"


def _sql(file: str, raw: bytes, names: Names, known: Known) -> FileFlaws:
    source = plain_source(file, raw)
    text = Text(value=source.text, offsets=range(len(source.text)))
    reading = read_sql(source.text)
    flaws = list(judge_reading(text, reading, names)) if known.in_file(raw) else []
    flaws += _encoding_doubts(source)
    if not reading.parsed:
        flaws.append(_doubt("the SQL parser cannot read it: only names behind FROM, JOIN and the like are judged"))
    return FileFlaws(source=source, flaws=tuple(flaws))


def _doubt(message: str) -> Flaw:
    return Flaw(offset=None, severity=Severity.P4_LOW, kind=Kind.UNREADABLE, name="", message=message)


def _yaml(file: str, raw: bytes, names: Names, known: Known) -> FileFlaws:
    source = plain_source(file, raw, breaks=YAML_BREAKS)
    sites, problems = read_yaml(source, known.in_text)
    flaws = list(judge(sites, names)) if known.in_file(raw) else []
    flaws += _encoding_doubts(source)
    if problems:
        offset = source.starts[min(problems[0].line, len(source.starts)) - 1] if problems[0].line else None
        flaws += unreadable(file, raw, problems[0].text, source, offset).flaws
    return FileFlaws(source=source, flaws=tuple(flaws))


def _encoding_doubts(source: Source) -> list[Flaw]:
    return [_doubt("is not UTF-8: read byte for byte")] if source.encoding != "utf-8" else []
