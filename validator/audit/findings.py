"""What an audit finds: a place, what is wrong there, how much it matters, and the repair."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from validator.status import Severity


class Kind(Enum):
    """What kind of drift a finding is. Baselines and annotations name it."""

    FORMER_NAME = "former-name"
    UNDECLARED_TABLE = "undeclared-table"
    PROCESSOR_LIST = "processor-list"
    PROCESSOR_COUNT = "processor-count"
    HARD_CODED = "hard-coded-list"
    EDITED_GENERATED = "edited-generated"
    FORMER_IN_COMMENT = "former-name-in-comment"
    UNREADABLE = "unreadable"
    EXPIRED = "expired-acceptance"
    UNUSED = "unused-acceptance"


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Characters `start` to `end` of a file's text become `new`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """A finding inside one file, by character offset; None is the whole file. `edit` repairs it.

    The edit is `certain` where a former name stands that is declared to have one current name; else it is only proposed.
    """

    offset: int | None
    severity: Severity
    kind: Kind
    name: str
    message: str
    nearest: str | None = None
    edit: Edit | None = None
    certain: bool = False


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A finding as it is told. Line and column are 1-based, 0 when it is about the whole file.

    `name` is what stands there, `nearest` the declared name next to it, `diff` the repair as a unified diff, which `--fix`
    makes where `certain`.
    """

    file: str
    line: int = 0
    column: int = 0
    severity: Severity
    kind: Kind
    name: str = ""
    message: str
    nearest: str | None = None
    diff: str = ""
    certain: bool = False

    @property
    def place(self) -> str:
        """`file:line:column`, or the file alone."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By file and position, the worst first at one place."""
    worst = list(Severity)
    return tuple(
        sorted(findings, key=lambda one: (one.file, one.line, one.column, worst.index(one.severity), one.kind.value))
    )
