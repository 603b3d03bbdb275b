"""The port to messages that were given up: read without being lost, published again, acknowledged. Checks, which only look, don't have it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

KEPT_SECONDS = 600
"""How long a message that was taken is kept from other readers: the most that Pub/Sub allows."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message as it waits in a subscription. `receipt` is what acknowledges it or gives it back."""

    message_id: str
    data: bytes = b""
    attributes: Mapping[str, str] = field(default_factory=dict)
    published: datetime | None = None
    ordering_key: str = ""
    receipt: str = ""


class Letters(Protocol):
    """Takes, publishes and acknowledges messages. Every method may raise ServiceError."""

    def take(self, subscription: str, limit: int) -> Sequence[Letter]:
        """Up to `limit` messages, kept from other readers for KEPT_SECONDS and still in the subscription; oldest first among those that came.

        Fewer may come than there are, and a backend without such a lease gives the same ones again; none means that none was found.
        """

    def give_back(self, subscription: str, letters: Sequence[Letter]) -> None:
        """Let others have messages that were taken."""

    def publish(self, topic: str, letter: Letter) -> str:
        """Publish a message's data and attributes; returns the id it got once the topic has accepted it.

        After a ServiceError it may have been accepted all the same.
        """

    def acknowledge(self, subscription: str, letters: Sequence[Letter]) -> None:
        """Take messages out of the subscription for good."""
