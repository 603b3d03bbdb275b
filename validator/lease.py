"""The claim on a scheduled run: it keeps two copies of one run from working at the same time, no more.

Exactly-once is the store's; a claim only saves double work. It lives on the real clock, not on the run's.
"""

from collections.abc import Sequence
from typing import Protocol


class Leases(Protocol):
    """Claims by name. All of it may raise ServiceError."""

    def claim(self, name: str, holder: str, seconds: float) -> float:
        """Claim `name` for `seconds`. 0 when it is ours now (or already was); else the seconds until the other's claim lapses.

        Taking over a lapsed claim is a compare-and-set: of several that try, one wins.
        """

    def renew(self, name: str, holder: str, seconds: float) -> bool:
        """Prolong our claim; False when it is no longer ours."""

    def release(self, name: str, holder: str) -> None:
        """Give our claim up; nothing happens when it is not ours."""

    def note(self, name: str, text: str) -> None:
        """Write a short text down beside the claim on `name`; it outlives the claim and its release. The same text again changes nothing."""

    def notes(self, name: str) -> Sequence[str]:
        """What was noted beside the claim on `name`, in the order it was noted; empty when nothing was."""
