"""The words of the product: statuses and severities, ordered, and what a set of results amounts to."""

from collections.abc import Iterable
from enum import Enum, IntEnum
from functools import cached_property


class Status(Enum):
    """What one result says."""

    PASS = "PASS"
    SKIP = "SKIP"
    WARN = "WARN"
    ERROR = "ERROR"
    FAIL = "FAIL"

    @cached_property
    def rank(self) -> int:
        """Position from harmless (0) to worst."""
        return list(Status).index(self)


class Severity(Enum):
    """How much a FAIL of a check matters."""

    P1_CRITICAL = "P1_CRITICAL"
    P2_HIGH = "P2_HIGH"
    P3_MEDIUM = "P3_MEDIUM"
    P4_LOW = "P4_LOW"

    @cached_property
    def rank(self) -> int:
        """Position from harmless (0) to worst."""
        return -list(Severity).index(self) + len(Severity) - 1


class RunStatus(Enum):
    """What a whole run says."""

    OK = "OK"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"

    @cached_property
    def rank(self) -> int:
        """Position from OK (0) to CRITICAL."""
        return list(RunStatus).index(self)


class Transition(Enum):
    """A result against the last one people were told of."""

    NEW = "NEW"
    WORSE = "WORSE"
    STILL = "STILL"
    BETTER = "BETTER"
    FIXED = "FIXED"


class ExitCode(IntEnum):
    """What a command's exit code means.

    0 FINE: it ran, and found nothing at or above `--fail-on`.
    1 FINDINGS: it ran and found something at or above `--fail-on` (default `fail`).
    2 ERROR: usage, configuration, or the runner itself could not do its job.
    3 UNTOLD: it ran, but the run was not stored or not delivered.
    Where several apply: 2, then 3, then 1. `--format nagios` answers 0/1/2/3 as Nagios plugins do; 3 also where no run could be made.
    """

    FINE = 0
    FINDINGS = 1
    ERROR = 2
    UNTOLD = 3


def run_status(results: Iterable[tuple[Status, Severity]]) -> RunStatus:
    """The status of a run from its results; no result at all is an ERROR."""
    seen = set(results)
    statuses = {status for status, _ in seen}
    if (Status.FAIL, Severity.P1_CRITICAL) in seen:
        return RunStatus.CRITICAL
    if Status.ERROR in statuses or not seen:
        return RunStatus.ERROR
    if statuses & {Status.FAIL, Status.WARN}:
        return RunStatus.WARNING
    return RunStatus.OK
