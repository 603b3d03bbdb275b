"""Repairing what is certain: former names become current ones; every other byte stays as it is."""

import os
import tempfile
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path

from validator.audit.files import read_file
from validator.audit.findings import Finding, Flaw, Kind
from validator.audit.reading import FileFlaws
from validator.audit.run import Audit, Report, finding


@dataclass(frozen=True, kw_only=True)
class Repair:
    """What was repaired, and the files that could not be, each with the reason."""

    done: tuple[Finding, ...]
    refused: tuple[tuple[str, str], ...] = ()


def repair(audit: Audit, report: Report, accepted: Container[Finding]) -> Repair:
    """Write every file that has certain repairs, whole or not at all; findings that are `accepted` stay as they are."""
    done: list[Finding] = []
    refused: list[tuple[str, str]] = []
    for file in report.flawed:
        told = [(flaw, finding(file.source, flaw)) for flaw in file.flaws if flaw.certain]
        flaws = [(flaw, one) for flaw, one in told if one not in accepted]
        if not flaws:
            continue
        why = _repair(audit, file, [flaw for flaw, _ in flaws])
        if why:
            refused.append((file.source.file, why))
        else:
            done += [one for _, one in flaws]
    return Repair(done=tuple(done), refused=tuple(refused))


def _repair(audit: Audit, file: FileFlaws, flaws: list[Flaw]) -> str:
    """Why a file was not written; empty when it was."""
    source, place = file.source, audit.root / file.source.file
    if not source.faithful:
        return "its encoding does not give back the same bytes"
    new = source.edited({flaw.edit for flaw in flaws if flaw.edit})
    repaired = {(flaw.kind, flaw.name) for flaw in flaws}
    after = audit.judge(source.file, new).flaws
    if _unreadable(after) > _unreadable(file.flaws) or any(
        flaw.certain and (flaw.kind, flaw.name) in repaired for flaw in after
    ):
        return "it would not be right after the repair"
    try:
        if read_file(place) != source.raw:
            return "it changed meanwhile"
        _replace(place, new)
    except OSError as error:
        return f"it cannot be written: {error.strerror}"
    return ""


def _unreadable(flaws: Iterable[Flaw]) -> int:
    return sum(flaw.kind is Kind.UNREADABLE for flaw in flaws)


def _replace(place: Path, raw: bytes) -> None:
    """Write beside the place and move there: a reader sees the old file or the new one."""
    mode = place.stat().st_mode & 0o7777
    handle, draft = tempfile.mkstemp(dir=place.parent, prefix=".audit.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(mode)
        Path(draft).replace(place)
    finally:
        Path(draft).unlink(missing_ok=True)
