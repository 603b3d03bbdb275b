"""What the doctor says: a line a thing, and all of them together."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

from validator.tell.plain import plain

_ADDRESS = re.compile(r"[^\s'\"=:]*@[^\s'\",;]+|\b\w+://\S+|(?<![\w.`])/[^\s'\"]+")
_TELLING = re.compile(r"@|://|\.duckdb|(?<![\w.])/")
IN_FULL = "python -m validator doctor"
"""What shows a command that no caller over HTTP may see."""


class Verdict(Enum):
    """What one line says."""

    OK = "OK"
    SKIP = "SKIP"
    WARN = "WARN"
    FAIL = "FAIL"

    @cached_property
    def rank(self) -> int:
        """Position from harmless (0) to worst."""
        return list(Verdict).index(self)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that was looked at: what was found, and for WARN and FAIL the one command that mends it.

    `subject` names it where a probe looks at several; `probe` is filled in by who asked the probe. `outside` is what a caller over HTTP
    is told in place of what was found, where that is not for everybody.
    """

    verdict: Verdict
    found: str
    fix: str = ""
    subject: str = ""
    probe: str = ""
    outside: str = ""

    def body(self, *, outside: bool) -> dict[str, str]:
        """The line as JSON has it. `outside`: for a caller who must not see addresses, not even in a command."""
        found, fix = plain(self.found), self.fix
        if outside:
            found = self.outside or _ADDRESS.sub("…", found)
            fix = IN_FULL if _TELLING.search(fix) else fix
        return {
            "check": self.probe,
            "subject": plain(self.subject),
            "status": self.verdict.value,
            "found": found,
            "fix": fix,
        }


def ok(found: str, subject: str = "") -> Line:
    """Nothing to mend."""
    return Line(verdict=Verdict.OK, found=found, subject=subject)


def skip(why: str, subject: str = "") -> Line:
    """It does not apply here."""
    return Line(verdict=Verdict.SKIP, found=why, subject=subject)


def warn(found: str, fix: str, subject: str = "") -> Line:
    """The service does its job, and yet somebody should mend this."""
    return Line(verdict=Verdict.WARN, found=found, fix=fix, subject=subject)


def fail(found: str, fix: str, subject: str = "") -> Line:
    """Part of the job can't be done."""
    return Line(verdict=Verdict.FAIL, found=found, fix=fix, subject=subject)


@dataclass(frozen=True, kw_only=True)
class Report:
    """Every line, in the order of the probes."""

    lines: Sequence[Line]
    about: Mapping[str, str | None]

    @property
    def verdict(self) -> Verdict:
        """The worst of all; a SKIP is as good as an OK. No line at all is a FAIL."""
        worst = max((line.verdict for line in self.lines), key=lambda verdict: verdict.rank, default=Verdict.FAIL)
        return Verdict.OK if worst is Verdict.SKIP else worst

    def counts(self) -> Mapping[Verdict, int]:
        """How many lines say what."""
        return {verdict: sum(line.verdict is verdict for line in self.lines) for verdict in Verdict}

    def body(self, *, outside: bool = False) -> dict[str, Any]:
        """The report as JSON has it; see Line.body."""
        return {
            "status": self.verdict.value.lower(),
            **self.about,
            "checks": [line.body(outside=outside) for line in self.lines],
        }
