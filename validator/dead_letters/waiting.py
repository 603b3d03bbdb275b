"""Messages that wait in a dead-letter subscription, taken to be read, and given back."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from validator.dead_letters.harm import Harm, harm_of, worlds
from validator.dead_letters.message import DeadLetter, of_letter
from validator.dead_letters.place import Place, Wiring
from validator.errors import BadRequest, NotFound, ServiceError
from validator.letter_ports import Letter, Letters
from validator.ssot.source import Ssot
from validator.world import Ports, Subscription

log = logging.getLogger("validator.dead_letters")

SEARCHED = 1_000
"""Messages looked through for one id, at most."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A message that waits: as it was taken, as it reads, where it belongs, and whom it harms."""

    letter: Letter
    read: DeadLetter
    place: Place
    harm: Harm

    @property
    def topic(self) -> str:
        """The topic that it was published to first; empty where that is not known."""
        return "" if self.place.again else self.place.source_topic


class Reader:
    """Reads what waits, against the source of truth and the world as it is. Raises ServiceError where that can't be had."""

    def __init__(self, ssot: Ssot, ports: Ports, now: datetime) -> None:
        @cache
        def live() -> Mapping[str, Subscription]:
            return {sub.name: sub for sub in ports.queues.subscriptions()}

        self._ssot, self._now = ssot, now
        self._worlds = worlds(ports, ssot, now, "dlq")
        self.wiring = Wiring(ssot, live)

    def refuse_others(self, subscription: str) -> None:
        """Raise NotFound for a subscription that nothing is known of, BadRequest for one whose messages are no dead letters."""
        if self.wiring.holds_dead_letters(subscription):
            return
        if subscription in self.wiring.subscriptions:
            raise BadRequest(f"{subscription} holds messages that are still to be worked on, not dead letters")
        raise NotFound("dead-letter subscription", subscription, sorted(self.wiring.dead_letter_subscriptions()))

    def read(self, letter: Letter, subscription: str) -> Waiting:
        """The message, and what it means."""
        read = of_letter(letter, subscription)
        place = self.wiring.place(read)
        harm = harm_of(read, place, self._ssot, self._now, self._worlds)
        return Waiting(letter=letter, read=read, place=place, harm=harm)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Messages that are ours for a while. `found` are those that were asked for, `held` all that have to be given back."""

    letters: Letters
    subscription: str
    found: Sequence[Letter]
    held: dict[str, Letter]

    def acknowledge(self, letter: Letter) -> None:
        """Take a message out of the subscription for good. Raises ServiceError."""
        self.letters.acknowledge(self.subscription, [letter])
        self.held.pop(letter.message_id, None)


@contextmanager
def taken(letters: Letters, subscription: str, limit: int, message_id: str | None = None) -> Iterator["Taken"]:
    """Messages of a subscription, for as long as the block lasts: up to `limit`, or the one of that id.

    Those that were not acknowledged are given back at the end; a lease that lapses does so too. Raises ServiceError.
    """
    held: dict[str, Letter] = {}
    try:
        _gather(letters, subscription, held, SEARCHED if message_id else limit, message_id)
        wanted = [one for one in held.values() if message_id in (None, one.message_id)]
        yield Taken(letters=letters, subscription=subscription, found=wanted, held=held)
    finally:
        try:
            if held:
                letters.give_back(subscription, list(held.values()))
        except ServiceError as error:
            log.warning("messages of %s are kept from others for some minutes: %s", subscription, error)


def _gather(letters: Letters, subscription: str, held: dict[str, Letter], most: int, message_id: str | None) -> None:
    """Take until there are enough, the wanted one is among them, or nothing new comes."""
    while len(held) < most and (message_id is None or message_id not in held):
        new = [one for one in letters.take(subscription, most - len(held)) if one.message_id not in held]
        if not new:
            return
        held.update((one.message_id, one) for one in new)
