"""Findings that are accepted for a while: the entries of a baseline file, and what they match."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from validator.audit.findings import Finding, Kind
from validator.errors import ConfigurationError
from validator.ssot.document import Document, read_document
from validator.ssot.reader import read
from validator.status import Severity

AcceptedKind = Literal[
    "former-name", "undeclared-table", "processor-list", "processor-count", "hard-coded-list", "edited-generated",
    "former-name-in-comment", "unreadable",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """Findings that are accepted, up to and including `until`: of files like `file`, of this kind, of this name.

    What is left out matches everything, but not all of it may be left out. `file` may hold `*`, `?` and `[…]`.
    """

    reason: str
    until: date
    file: str | None = None
    kind: AcceptedKind | None = None
    name: str | None = None
    by: str | None = None

    def matches(self, finding: Finding) -> bool:
        """Whether it is about this finding."""
        return (
            (self.file is None or self.file == finding.file or fnmatchcase(finding.file, self.file))
            and (self.kind is None or self.kind == finding.kind.value)
            and (self.name is None or self.name == finding.name)
        )


@dataclass(frozen=True, kw_only=True)
class BaselineFile:
    """The file: `accepted`, a list."""

    accepted: tuple[Acceptance, ...] = ()
    version: str = "1.0"


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """A baseline as it was read, and the line of each entry in it."""

    file: str
    entries: tuple[Acceptance, ...] = ()
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sifted:
    """Findings after a baseline: what is left, with what is wrong with the baseline itself, and what it accepts."""

    left: tuple[Finding, ...]
    accepted: tuple[Finding, ...] = ()


def read_baseline(path: Path) -> Baseline:
    """Read a baseline file. Raises ConfigurationError with every problem, each with file and line."""
    document = read_document(path, str(path))
    problems = list(document.problems)
    model = None if problems else read(BaselineFile, document, problems)
    entries = model.accepted if model else ()
    problems += [
        document.problem(
            ("accepted", at), f"accepted.{at}: says neither file nor kind nor name: it would accept everything"
        )
        for at, entry in enumerate(entries)
        if entry.file is None and entry.kind is None and entry.name is None
    ]
    if problems or model is None:
        raise ConfigurationError([str(problem) for problem in sorted(problems)] or [f"{path}: is empty"])
    return Baseline(file=str(path), entries=entries, lines=tuple(_lines(document, len(entries))))


def sift(findings: Sequence[Finding], baseline: Baseline, today: date) -> Sifted:
    """Set accepted findings aside; an entry that has expired, or matches nothing, is a finding itself."""
    valid = [entry for entry in baseline.entries if entry.until >= today]
    accepted = [finding for finding in findings if any(entry.matches(finding) for entry in valid)]
    left = [finding for finding in findings if not any(entry.matches(finding) for entry in valid)]
    for entry, line in zip(baseline.entries, baseline.lines, strict=True):
        matched = any(entry.matches(finding) for finding in findings)
        if entry.until < today:
            text = f"expired after {entry.until}: " + (
                "what it accepted counts again" if matched else "it matches nothing"
            )
            left.append(_finding(baseline, line, Kind.EXPIRED, Severity.P3_MEDIUM, f"{text} (reason: {entry.reason})"))
        elif not matched:
            text = f"matches no finding any more: take it out (reason: {entry.reason})"
            left.append(_finding(baseline, line, Kind.UNUSED, Severity.P4_LOW, text))
    return Sifted(left=tuple(left), accepted=tuple(accepted))


def _finding(baseline: Baseline, line: int, kind: Kind, severity: Severity, text: str) -> Finding:
    return Finding(file=baseline.file, line=line, column=1, severity=severity, kind=kind, message=text)


def _lines(document: Document, count: int) -> Iterable[int]:
    return (document.places.get(("accepted", at), (0, 0))[0] for at in range(count))
