"""What was told, word for word: the rows of the ledger."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from validator.tell.problem import TODAY, YESTERDAY, Key

SENT, REFUSED = "sent", "refused"


@dataclass(frozen=True, kw_only=True)
class Word:
    """One row of the ledger: a message (without fingerprint), or one problem that a message told of."""

    alert_id: str
    at: datetime
    run_id: str
    channel: str
    text: str
    fingerprint: str | None
    transition: str
    status: str

    def is_of(self, key: Key) -> bool:
        """Whether it is about that problem; what was of today is of yesterday on the next day."""
        days = {key.day, YESTERDAY} if key.day == TODAY else {key.day}
        ids = {alert_id(self.run_id, self.channel, key.fingerprint, day) for day in days}
        return self.fingerprint == key.fingerprint and self.alert_id in ids


def word_of(words: Iterable[Word], run_id: str, key: Key) -> Word | None:
    """The word that the message of that run said of a problem, in the channel whose words these are; None where it said nothing."""
    return next(
        (
            word
            for word in words
            if word.fingerprint == key.fingerprint
            and word.alert_id == alert_id(run_id, word.channel, key.fingerprint, key.day)
        ),
        None,
    )


def alert_id(run_id: str, channel: str, fingerprint: str, day: str) -> str:
    """The id of the row of a problem: the same run tells a channel of it once."""
    return str(uuid.uuid5(uuid.UUID(run_id), f"{channel}|{fingerprint}|{day}"))
