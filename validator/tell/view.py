"""The one view of a run that every rendering shows. Its texts are already harmless and of bounded length; a rendering only lays them out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from validator.status import RunStatus, Severity, Status
from validator.tell.plain import amount

REST = 12_000
"""Characters for the names of findings that a message has no room for."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One result that someone should look at. `remedy` are the lines to type; `why_cut` stands in for lines too many to show.

    `change` says what became of it since people were last told, `follows` name what follows from it, `unnamed` is how many more do,
    `date` the date it is about where that is not the run's.
    """

    check: str
    subject: str
    status: Status
    severity: Severity
    message: str
    expected: str = ""
    actual: str = ""
    remedy: tuple[str, ...] = ()
    why_cut: str = ""
    table: str = ""
    affected: int | None = None
    harms: tuple[str, ...] = ()
    owner: str = ""
    runbook: str = ""
    fingerprint: str = ""
    date: str = ""
    change: str = ""
    follows: tuple[str, ...] = ()
    unnamed: int = 0
    label: str = ""

    @property
    def state(self) -> str:
        """Its status in a word; of what is over, that it is."""
        return self.label or self.status.value

    @property
    def name(self) -> str:
        """Check and subject in one phrase."""
        return f"{self.check} · {self.subject}" if self.subject else self.check

    @property
    def priority(self) -> str:
        """`P1` … `P4`."""
        return self.severity.value[:2]

    @property
    def values(self) -> tuple[tuple[str, str], ...]:
        """What should have been and what was, where known: label and value."""
        return tuple((label, value) for label, value in (("expected", self.expected), ("actual", self.actual)) if value)

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What else is known: label and value."""
        affected = "" if self.affected is None else amount(self.affected, "record")
        known = (
            ("affected", affected),
            ("table", "" if self.table == self.subject else self.table),
            ("harms", ", ".join(self.harms)),
            ("owner", self.owner),
            ("runbook", self.runbook),
            ("date", self.date),
            ("id", self.fingerprint),
        )
        return tuple((label, value) for label, value in known if value)

    def limited(self, shown: int) -> "Finding":
        """The same with at most `shown` of what follows from it by name."""
        left = len(self.follows[shown:])
        return replace(self, follows=self.follows[:shown], unnamed=self.unnamed + left) if left else self


@dataclass(frozen=True, kw_only=True)
class Line:
    """Several results in one line: what passed of one check, or what was skipped for one reason. `names` are the first few of `count`;
    `state` stands in place of the status where that is not what it is about.
    """

    status: Status
    check: str
    checks: int
    names: tuple[str, ...]
    count: int
    text: str = ""
    state: str = ""

    @property
    def label(self) -> str:
        """The check, or how many checks, and how many results."""
        if self.checks == 1:
            return self.check if self.count == 1 else f"{self.check} ({self.count:,})"
        return f"{self.checks:,} checks" if self.checks == self.count else f"{self.checks:,} checks ({self.count:,})"

    @property
    def named(self) -> str:
        """The first few by name, the rest by number."""
        rest = self.count - len(self.names)
        return ", ".join(self.names) + (f" and {rest:,} more" if rest else "")


@dataclass(frozen=True, kw_only=True)
class Section:
    """Results of one status, or of one transition, the ones that matter most first.

    `more` says how many findings or lines are left out, `rest` names the findings among them.
    """

    title: str
    status: Status
    count: int
    findings: tuple[Finding, ...] = ()
    lines: tuple[Line, ...] = ()
    more: int = 0
    rest: tuple[str, ...] = ()

    @property
    def rest_named(self) -> str:
        """The findings left out, by name, as many as have room in a message."""
        text = ", ".join(self.rest)
        return text if len(text) <= REST else text[: REST - 1] + "…"


@dataclass(frozen=True, kw_only=True)
class Point:
    """One piece of evidence for an answer, with the name of the finding it is about."""

    text: str
    name: str = ""

    @property
    def sentence(self) -> str:
        """Name and text in one."""
        return f"{self.name}: {self.text}" if self.name else self.text


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One question of the first screen: a verdict in a word or two, the evidence, and a command where one helps."""

    question: str
    verdict: str
    tone: Status
    points: tuple[Point, ...] = ()
    command: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Link:
    """A way on from the message: an http(s) address under a short label."""

    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A run as people are told of it.

    `subject` leads with the state and fits a mail header. `notes` are what a reader must know before believing anything else:
    a dry run, a run that is not stored, a delivery that failed.
    """

    run_id: str
    schedule: str
    target_date: str
    status: RunStatus
    tone: Status
    subject: str
    headline: str
    dry_run: bool
    trusted: bool
    run_timestamp: datetime
    duration_ms: int
    counts: Mapping[Status, int]
    answers: tuple[Answer, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    foot: str = ""
    hint: str = ""
    links: tuple[Link, ...] = ()

    def limited(self, shown: int) -> "Summary":
        """The same with at most `shown` findings in all, and `shown` lines a section and consequences a finding; what is left out is counted."""
        sections: list[Section] = []
        room = shown
        for section in self.sections:
            findings = tuple(finding.limited(shown) for finding in section.findings[:room])
            lines = section.lines[:shown]
            dropped = len(section.findings) - len(findings) + len(section.lines) - len(lines)
            rest = (*(finding.name for finding in section.findings[room:]), *section.rest)
            sections.append(replace(section, findings=findings, lines=lines, more=section.more + dropped, rest=rest))
            room -= len(findings)
        return replace(self, sections=tuple(sections))
