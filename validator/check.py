"""What a check class is made of.

A check measures; the engine judges. `measure` yields, per subject, a Measurement, a NotDue (→ SKIP) or an Unknown (→ ERROR
of that subject); it may raise Unmeasurable (→ ERROR of the check; what was yielded before is kept). It never compares with a
limit, formats a status, catches, logs or reads the clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from validator.errors import ValidatorError
from validator.ssot.source import Ssot
from validator.status import Severity

if TYPE_CHECKING:
    from validator.look import World


class Unmeasurable(ValidatorError):
    """The check could not measure at all; the text is a sentence for the reader."""


@dataclass(frozen=True, kw_only=True)
class Day:
    """The value of one expected day, and whether something is wrong with the day besides it."""

    value: float | str
    flaw: str = ""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What was measured of one subject.

    `value` is a number in the class's unit, or one of its states. `note` is the sentence a reader sees. A `flaw` names
    something wrong besides the value: the result is then at least WARN. With `days`, each expected day is judged and the
    worst counts. `remedy` overrides the remedy's template, `fill` are values for it. `facts` go to the evidence.
    `absent`: nothing is there to be measured, which in the first days of a season is a WARN, whatever the check.
    """

    subject: str
    value: float | str
    note: str
    flaw: str = ""
    days: Mapping[date, Day] = field(default_factory=dict)
    expected: str = ""
    actual: str = ""
    table: str | None = None
    affected: int | None = None
    severity: Severity | None = None
    remedy: str = ""
    fill: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    absent: bool = False


@dataclass(frozen=True, kw_only=True)
class NotDue:
    """Nothing to judge for this subject, and why. `lasting`: it may stay so for weeks and nothing be wrong,
    because there is no such thing here, or too little of it to judge.
    """

    subject: str
    reason: str
    table: str | None = None
    lasting: bool = False


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """This subject could not be judged, and why."""

    subject: str
    reason: str
    table: str | None = None


Finding = Measurement | NotDue | Unknown


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """A time until which something may still arrive for a target date: local, days after that date."""

    what: str
    due: str
    due_days: int


@dataclass(frozen=True, kw_only=True)
class Check:
    """Base of every check class. Its fields are the parameters that `checks.yaml` may set."""

    unit: ClassVar[str] = ""
    """What a numeric value counts."""
    warn: ClassVar[str | tuple[str, ...]] = ()
    """When a value is WARN, unless `checks.yaml` says otherwise."""
    fail: ClassVar[str | tuple[str, ...]] = ()
    """When a value is FAIL, unless `checks.yaml` says otherwise."""
    fine: ClassVar[tuple[str, ...]] = ()
    """States that are PASS. A state that is neither fine nor in a limit is an ERROR."""
    remedy: ClassVar[str] = ""
    """The command to type next; `$name` is filled in with real values, quoted for a shell."""
    query_jobs: ClassVar[int] = 1
    """The most warehouse jobs it makes by itself, however many tables it is about (a slice of some hundred counts as one); the calendar
    and the columns of live tables are read once a run for all checks."""
    seasonal: ClassVar[bool] = False
    """Whether the first days of a season, and the first after a break, turn a FAIL into a WARN."""

    judges_now: ClassVar[bool] = False
    """Whether it asks how things are at this moment, whatever date the run is for: then it is one problem whichever schedule asks."""

    def parameters(self) -> dict[str, Any]:
        """The parameters as the plain data that `checks.yaml` would hold; what stands at its default within them is left out."""
        return {field.name.rstrip("_"): _plain(getattr(self, field.name)) for field in fields(self)}

    def measure(self, world: "World") -> Iterator[Finding]:
        """Look, and yield what was found. Raises Unmeasurable or ServiceError when it can't."""
        raise NotImplementedError

    def problems(self, ssot: Ssot) -> Iterator[str]:  # noqa: ARG002
        """What the parameters speak of that the source of truth doesn't know, one sentence each; told when `checks.yaml` is loaded."""
        return iter(())

    def deadlines(self, ssot: Ssot) -> Iterator[Deadline]:  # noqa: ARG002
        """Deadlines of what this check judges only for its target date: some schedule must look after each."""
        return iter(())


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        given = ((one.name, getattr(value, one.name), one.default) for one in fields(value))
        return {name.rstrip("_"): _plain(held) for name, held, default in given if held != default}
    if isinstance(value, Mapping):
        return {name: _plain(held) for name, held in value.items()}
    return [_plain(held) for held in value] if isinstance(value, tuple) else value
