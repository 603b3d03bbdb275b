"""What people were last told of each problem, by channel."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from validator.status import Severity, Status, Transition
from validator.tell.problem import TODAY, YESTERDAY, Key

FLAPPING = "FLAPPING"
"""The status that is kept of a problem that was told as flapping."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a channel was last told of a problem. `opened` is when it was first told of this time, `status` what it was told to be;
    `was_critical` whether it was told as critical before, this time; `raised` when it was last told as new or worse. `of` is the date that
    it was told of, None for what has none.
    """

    key: Key
    check_name: str
    at: datetime
    opened: datetime
    run_id: str
    transition: Transition
    status: Status
    severity: Severity
    flapping: bool = False
    acknowledged_at: datetime | None = None
    note: str = ""
    was_critical: bool = False
    raised: datetime | None = None
    of: date | None = None

    def after(self, before: "Told | None") -> "Told":
        """This word as the one that came after `before`: of the same time that it stood, unless that was over."""
        if before is None or not before.is_open or self.transition is Transition.NEW:
            return replace(self, raised=self.at)
        raised = self.at if self.transition is Transition.WORSE else before.raised
        return replace(self, opened=before.opened, was_critical=before.is_critical, raised=raised)

    @property
    def is_critical(self) -> bool:
        """Whether those who are told of what is critical were told of it, this time."""
        return self.was_critical or (self.status is Status.FAIL and self.severity is Severity.P1_CRITICAL)

    @property
    def is_open(self) -> bool:
        """Whether people believe that it stands."""
        return self.transition is not Transition.FIXED


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What was told, by channel: of each problem the last word, and when the last messages went out, the oldest first."""

    told: Mapping[str, Mapping[Key, Told]] = field(default_factory=dict)
    messages: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)

    def of(self, channel: str) -> Mapping[Key, Told]:
        """What that channel was told."""
        return self.told.get(channel, {})


def newest(rows: Iterable[tuple[str, Told]]) -> Mapping[str, Mapping[Key, Told]]:
    """The last word by channel and problem. What was told of a date on that day, and again on the next, is one word, of yesterday; and what
    is told of the day after that goes on from there.
    """
    found: dict[str, dict[Key, Told]] = {}
    for channel, told in sorted(rows, key=lambda row: (row[1].at, row[1].key.day == TODAY)):
        mine = found.setdefault(channel, {})
        before, evening = mine.get(told.key), mine.get(Key(told.key.fingerprint, TODAY))
        if told.key.day == YESTERDAY and evening and evening.of and told.of and evening.of <= told.of:
            del mine[evening.key]
            before = evening if evening.is_open else before
        elif told.key.day == TODAY and before is None:
            before = mine.get(Key(told.key.fingerprint, YESTERDAY))
        mine[told.key] = told.after(before)
    return found
