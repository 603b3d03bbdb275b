"""Which Slack channel a problem belongs to: the `alert_channel` of its phase, else that of whoever owns its check, else the default one.

A webhook posts into one channel, so a channel is told apart only where it has a webhook of its own. Where a problem belongs follows from
what it is about, never from how things stand: no channel can leave it to another. Mail tells everything.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from validator.results import Result, Run
from validator.ssot.channels import WEBHOOK, declared_channels, variable_of
from validator.ssot.source import Ssot, subscriptions_of
from validator.status import RunStatus, Status, run_status
from validator.tell.causes import NO_PHASES, Phases
from validator.tell.problem import BAD

SLACK = "slack"
SILENCED = " (silenced)"
"""What stands after a channel's name where nobody is told of what belongs to it."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class Routes:
    """`channels` are those with a webhook of their own: how they are called, by their name in the ledger. `owners` says which of them, by name
    in the ledger, an owner's findings belong to, by check; `phases` which a phase's do. The phase of a declared queue is in `queues`, that of
    everything else `of` tells. `rest` is what people call where the rest is told.
    """

    channels: Mapping[str, str] = field(default_factory=dict)
    phases: Mapping[int, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    queues: Mapping[str, int | None] = field(default_factory=dict)
    rest: str = "the default channel"
    of: Phases = NO_PHASES

    def is_told(self, channel: str, seen: Sequence[Result]) -> bool:
        """Whether a problem is told in that channel; `seen` is what was said of it, the oldest first."""
        if not channel.startswith(SLACK) or (channel == SLACK and not self.channels):
            return True
        return self._of(seen) == channel

    def whose(self, seen: Sequence[Result]) -> str:
        """What people call the channel that a problem belongs to."""
        return self.channels.get(self._of(seen), self.rest)

    def _of(self, seen: Sequence[Result]) -> str:
        phase = next((phase for result in reversed(seen) if (phase := self._phase(result)) is not None), None)
        by_phase = None if phase is None else self.phases.get(phase)
        return by_phase or self.owners.get(seen[-1].check_name, SLACK)

    def _phase(self, result: Result) -> int | None:
        """Of a queue the one that waits for it, whatever table its last dead letter was about."""
        return self.queues[result.subject] if result.subject in self.queues else self.of.of(result)


def is_own(channel: str) -> bool:
    """Whether it is a Slack channel that is told only what belongs to it."""
    return channel.startswith(f"{SLACK}_")


NO_ROUTES = Routes()


def ledger_name(variable: str) -> str:
    """`slack_data_alerts` for `SLACK_WEBHOOK_URL_DATA_ALERTS`."""
    return SLACK + variable.removeprefix(WEBHOOK).lower()


def routes_of(ssot: Ssot, webhooks: Collection[str], phases: Phases, *, default: bool) -> Routes:
    """The routes where the variables `webhooks` hold a webhook; `default`: the default channel has one too."""
    of_phases = {number: phase.monitoring.alert_channel for number, phase in ssot.phases.items()}
    of_owners = {name: owner.slack for name, owner in ssot.pipeline.owners.items()}
    of_checks = {name: of_owners.get(spec.owner or "") for name, spec in ssot.checks.items()}
    channels = {
        ledger_name(variable): name for variable, name in declared_channels(ssot).items() if variable in webhooks
    }
    return Routes(
        channels=channels,
        phases=_known(of_phases, channels),
        owners=_known(of_checks, channels),
        queues={queue.name: queue.phase for topic in ssot.topics for queue in subscriptions_of(topic)},
        rest=Routes.rest if default else "mail",
        of=phases,
    )


def _known(named: Mapping[K, str | None], channels: Collection[str]) -> dict[K, str]:
    """Names in the ledger, of those channels that have a webhook."""
    names = {key: ledger_name(variable_of(channel)) for key, channel in named.items() if channel}
    return {key: name for key, name in names.items() if name in channels}


def found_by(others: Mapping[str, Collection[Result]]) -> str:
    """How much was found that belongs to other channels: `2 of #raw, 1 of the default channel`; empty where nothing was."""
    bad = {whose: sum(one.status in BAD for one in mine) for whose, mine in sorted(others.items())}
    return ", ".join(f"{number:,} of {whose}" for whose, number in bad.items() if number)


def is_all_elsewhere(run: Run, others: Mapping[str, Collection[Result]]) -> bool:
    """Whether nothing was judged of a channel's part of a run, where it was of the others'."""
    judged_there = any(one.status is not Status.SKIP for mine in others.values() for one in mine)
    judged_here = any(one.status is not Status.SKIP for one in run.results)
    return not judged_here and (judged_there or (bool(others) and not run.results))


def part_of(run: Run, others: Mapping[str, Collection[Result]], *, own: bool) -> Run:
    """The run without the results of other channels. A channel's own part has the state of what is left; elsewhere the state stays the run's."""
    if not others:
        return run
    theirs = {result.result_id for mine in others.values() for result in mine}
    left = tuple(result for result in run.results if result.result_id not in theirs)
    status = run_status((result.status, result.severity) for result in left) if left else RunStatus.OK
    return replace(run, results=left, status=status if own else run.status, stored_counts={})
