"""Which Slack channel a finding belongs to: the `alert_channel` of its phase, else that of whoever owns its check, else the default one.

A webhook posts into one channel, so a channel is told apart only where it has a webhook of its own. Where a finding belongs follows from
what it is about alone, never from how things stand: no channel can leave it to another. Mail tells everything.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from validator.results import Result, Run
from validator.ssot.channels import WEBHOOK, declared_channels, variable_of
from validator.ssot.source import Ssot
from validator.status import RunStatus, run_status
from validator.tell.causes import NO_PHASES, Phases

SLACK = "slack"
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class Routes:
    """`channels` are those with a webhook of their own: how they are called, by their name in the ledger. `owners` says which of them, by name
    in the ledger, an owner's findings belong to, by check; `phases` which a phase's do, whose findings `of` tells.
    """

    channels: Mapping[str, str] = field(default_factory=dict)
    phases: Mapping[int, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    of: Phases = NO_PHASES

    def is_told(self, channel: str, results: Iterable[Result]) -> bool:
        """Whether a problem, of which those results were said, is told in that channel."""
        if not channel.startswith(SLACK) or (channel == SLACK and not self.channels):
            return True
        return self._of(results) == channel

    def others(self, channel: str, results: Iterable[Result]) -> Mapping[str, tuple[Result, ...]]:
        """The results that belong to other channels than that one, by what people call those."""
        found: dict[str, tuple[Result, ...]] = {}
        for result in results:
            if not self.is_told(channel, [result]):
                whose = self.channels.get(self._of([result]), "no channel")
                found[whose] = (*found.get(whose, ()), result)
        return found

    def _of(self, results: Iterable[Result]) -> str:
        found = list(results)
        phases = [phase for result in reversed(found) if (phase := self.of.of(result)) is not None]
        by_phase = self.phases.get(phases[0]) if phases else None
        return by_phase or self.owners.get(found[-1].check_name, SLACK)


NO_ROUTES = Routes()


def ledger_name(variable: str) -> str:
    """`slack_data_alerts` for `SLACK_WEBHOOK_URL_DATA_ALERTS`."""
    return SLACK + variable.removeprefix(WEBHOOK).lower()


def routes_of(ssot: Ssot, webhooks: Collection[str], phases: Phases) -> Routes:
    """The routes where the variables `webhooks` hold a webhook."""
    of_phases = {number: phase.monitoring.alert_channel for number, phase in ssot.phases.items()}
    of_owners = {name: owner.slack for name, owner in ssot.pipeline.owners.items()}
    of_checks = {name: of_owners.get(spec.owner or "") for name, spec in ssot.checks.items()}
    channels = {
        ledger_name(variable): name for variable, name in declared_channels(ssot).items() if variable in webhooks
    }
    return Routes(channels=channels, phases=_known(of_phases, channels), owners=_known(of_checks, channels), of=phases)


def _known(named: Mapping[K, str | None], channels: Collection[str]) -> dict[K, str]:
    """Names in the ledger, of those channels that have a webhook."""
    names = {key: ledger_name(variable_of(channel)) for key, channel in named.items() if channel}
    return {key: name for key, name in names.items() if name in channels}


def part_of(run: Run, others: Mapping[str, Collection[Result]]) -> Run:
    """The run without the results of other channels; OK where nothing is left of it."""
    if not others:
        return run
    theirs = {result.result_id for mine in others.values() for result in mine}
    left = tuple(result for result in run.results if result.result_id not in theirs)
    status = run_status((result.status, result.severity) for result in left) if left else RunStatus.OK
    return replace(run, results=left, status=status, stored_counts={})
