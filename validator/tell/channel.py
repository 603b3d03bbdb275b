"""What a channel is: something that takes a message and either accepts it or says why not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from validator.errors import ValidatorError


class NotSent(ValidatorError):
    """A message was not accepted. `transient` says whether the same message may be accepted later."""

    def __init__(self, reason: str, *, transient: bool = False) -> None:
        self.transient = transient
        super().__init__(reason)


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message in every form a channel may need. `run_id` names it: sending it again replaces or repeats the same message.

    `recipients` are those it concerns besides the ones who are told of everything. `message_id` and `references` are mail header values with their angle brackets. `slack` is a webhook payload.
    """

    run_id: str
    critical: bool
    subject: str
    text: str
    html: str
    message_id: str
    references: str
    recipients: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    slack: Mapping[str, object] = field(default_factory=dict)


class Channel(Protocol):
    """A way to people."""

    @property
    def name(self) -> str:
        """Its name in delivery reports: email, slack, outbox."""

    def send(self, message: Message) -> None:
        """Hand the message over; returns once it was accepted, raises NotSent otherwise."""
