"""What tells people: the channels, and what a message needs beside the run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from validator.results import Run
from validator.tell.channel import Channel, Message
from validator.tell.message import Links, compose_message
from validator.tell.notice import Notice, Rules
from validator.tell.routes import part_of
from validator.tell.summary import summarise


@dataclass(frozen=True, kw_only=True)
class Teller:
    """The channels of a run. `unset` are the names of settings without which a channel could not even be made.

    `silent` are the schedules of which nobody is told; `owners` say by check whom a finding belongs to, `addresses` who is written to when
    it is news, `told` by schedule who is written to as well.
    """

    channels: Sequence[Channel]
    links: Links
    rules: Rules
    unset: Sequence[str] = ()
    silent: Sequence[str] = ()
    runbooks: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    told: Mapping[str, Sequence[str]] = field(default_factory=dict)
    foot: str = ""

    def message(self, run: Run, notice: Notice) -> Message:
        """The message that tells of a run what a channel has not been told: of its part of the run, where others are told of the rest."""
        run = part_of(run, notice.others, own=notice.own)
        summary = summarise(
            run,
            notice=notice,
            runbooks=self.runbooks,
            owners=self.owners,
            foot=self.foot,
            where=self.rules.where,
            phases=self.rules.phases,
        )
        return compose_message(run, summary, self.links, notice=notice, recipients=self._recipients(run, notice))

    def _recipients(self, run: Run, notice: Notice) -> tuple[str, ...]:
        """Whom it concerns besides those who are told of everything: the schedule's people, and those of what is news."""
        concerned = list(self.told.get(run.schedule_name, ()))
        for change in notice.told:
            concerned += self.addresses.get(change.result.check_name, ()) if change.is_news else ()
        return tuple(dict.fromkeys(concerned))
