"""Pub/Sub: messages that were given up, taken under a lease, published again, acknowledged."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from validator.gcp.attempts import Remaining, ask
from validator.gcp.failures import asking
from validator.gcp.pubsub import SERVICE, Clients, keep_for, pull
from validator.letter_ports import KEPT_SECONDS, Letter

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
PATIENCE = 5.0
"""How long is waited for a first message."""
AT_ONCE = 1000
"""As many messages as Pub/Sub hands out, or takes receipts for, in one call."""


class PubSubLetters:
    """Implements Letters. Safe for threads."""

    def __init__(self, project: str, remaining: Remaining, emulator: str | None = None) -> None:
        """`remaining` are the seconds left; `emulator` is the `host:port` of one."""
        self._project = project
        self._remaining = remaining
        self._clients = Clients(emulator)

    def take(self, subscription: str, limit: int) -> Sequence[Letter]:
        """See Letters."""
        name, most = self._path("subscriptions", subscription), max(1, min(limit, AT_ONCE))
        received = ask(SERVICE, self._remaining, lambda seconds: pull(self._clients, name, most, PATIENCE, seconds))
        with asking(SERVICE):
            taken = [_letter(one) for one in received]
        self._keep(subscription, taken, KEPT_SECONDS)
        return sorted(taken, key=lambda letter: letter.published or LONG_AGO)

    def give_back(self, subscription: str, letters: Sequence[Letter]) -> None:
        """See Letters."""
        self._keep(subscription, letters, 0)

    def publish(self, topic: str, letter: Letter) -> str:
        """See Letters. A call whose answer was lost is made again: that may be a second message, never none."""
        message = {
            "data": letter.data,
            "attributes": dict(letter.attributes),
            "ordering_key": letter.ordering_key,
        }
        request = {"topic": self._path("topics", topic), "messages": [message]}

        def call(seconds: float) -> str:
            (accepted,) = self._clients.publisher.publish(request=request, retry=None, timeout=seconds).message_ids
            return str(accepted)

        return ask(SERVICE, self._remaining, call)

    def acknowledge(self, subscription: str, letters: Sequence[Letter]) -> None:
        """See Letters."""
        request = {
            "subscription": self._path("subscriptions", subscription),
            "ack_ids": [letter.receipt for letter in letters],
        }
        ask(
            SERVICE,
            self._remaining,
            lambda seconds: self._clients.subscriber.acknowledge(request=request, retry=None, timeout=seconds),
        )

    def close(self) -> None:
        """Close the channels."""
        self._clients.close()

    def _keep(self, subscription: str, letters: Sequence[Letter], lease: int) -> None:
        name = self._path("subscriptions", subscription)
        for first in range(0, len(letters), AT_ONCE):
            receipts = [letter.receipt for letter in letters[first : first + AT_ONCE]]
            ask(SERVICE, self._remaining, partial(keep_for, self._clients, name, receipts, lease))

    def _path(self, kind: str, name: str) -> str:
        return f"projects/{self._project}/{kind}/{name}"


def _letter(received: Any) -> Letter:
    message = received.message
    return Letter(
        message_id=str(message.message_id),
        data=bytes(message.data),
        attributes=dict(message.attributes),
        published=message.publish_time,
        ordering_key=str(message.ordering_key),
        receipt=str(received.ack_id),
    )
