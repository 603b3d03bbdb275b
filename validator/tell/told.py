"""What people were last told of each problem, by channel."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from validator.status import Severity, Status, Transition
from validator.tell.problem import Key

FLAPPING = "FLAPPING"
"""The status that is kept of a problem that was told as flapping."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a channel was last told of a problem. `opened` is when it was first told of this time, `status` what it was told to be."""

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
    """The last word by channel and problem, from rows with the oldest first."""
    found: dict[str, dict[Key, Told]] = {}
    for channel, told in rows:
        found.setdefault(channel, {})[told.key] = told
    return found
