"""Delivery of a run's message: each channel that has not had it gets it; what goes wrong is part of the answer, never only a log line."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from validator.errors import ServiceError
from validator.results import Run
from validator.tell.channel import Channel, Message, NotSent
from validator.tell.message import Links, compose_message
from validator.tell.summary import summarise

log = logging.getLogger("validator.tell")

Record = Callable[[str, str], None]
"""Called with the channel's name and the subject right after a channel accepted the message."""


@dataclass(frozen=True, kw_only=True)
class Teller:
    """The channels of a run. `unset` are the names of settings without which a channel could not even be made."""

    channels: Sequence[Channel]
    links: Links
    unset: Sequence[str] = ()
    runbooks: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    foot: str = ""

    def message(self, run: Run) -> Message:
        """The message that tells of a run."""
        return compose_message(
            run, summarise(run, runbooks=self.runbooks, owners=self.owners, foot=self.foot), self.links
        )

    def tell(self, run: Run, *, already: Collection[str], record: Record) -> tuple[list[str], list[str]]:
        """Send to every channel that is not in `already`. Returns the channels that accepted it now, and the problems."""
        sent: list[str] = []
        problems = [f"not sent: {', '.join(self.unset)} not set"] if self.unset else []
        waiting = [channel for channel in self.channels if channel.name not in already]
        if not self.channels and not self.unset:
            problems.append("not sent: no channel is configured")
        message = self.message(run) if waiting else None
        for channel in waiting:
            assert message is not None
            problem = _send(channel, message)
            if problem:
                problems.append(problem)
                continue
            sent.append(channel.name)
            try:
                record(channel.name, message.subject)
            except ServiceError as error:
                problems.append(f"{channel.name}: sent, but not recorded: {error}")
        return sent, problems


def _send(channel: Channel, message: Message) -> str:
    try:
        channel.send(message)
    except NotSent as error:
        log.warning("run %s not told by %s: %s", message.run_id, channel.name, error)
        return f"{channel.name}: {error}"
    return ""
