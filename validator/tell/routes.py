"""Which Slack channel is told of what: the `alert_channel` of its phase, else that of whoever owns its check; the rest goes to the default one.

A webhook posts into one channel, so a channel is told apart only where it has a webhook of its own; without one its findings go to the
default channel. Mail tells everything.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from validator.results import Result, Run
from validator.ssot.channels import WEBHOOK, declared_channels, variable_of
from validator.ssot.source import Ssot
from validator.status import run_status
from validator.tell.causes import Phases
from validator.tell.change import Change
from validator.tell.problem import BAD

SLACK = "slack"
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class Routes:
    """`channels` are those with a webhook of their own: how they are called, by their name in the ledger. `phases` and `checks` say which of
    them, by name in the ledger, a phase's and an owner's findings go to.
    """

    channels: Mapping[str, str] = field(default_factory=dict)
    phases: Mapping[int, str] = field(default_factory=dict)
    checks: Mapping[str, str] = field(default_factory=dict)

    def title(self, channel: str) -> str:
        """A Slack channel as people call it."""
        return self.channels.get(channel, "the default Slack channel")

    def split(
        self, channel: str, changes: Sequence[Change], phases: Phases
    ) -> tuple[Sequence[Change], Mapping[str, str]]:
        """The changes that `channel` is told of; and of the findings it is not told of, by result id, who is.

        What follows from a failure goes where that goes, and what a channel believes to stand is told there to its end.
        """
        if not self.channels or channel not in (SLACK, *self.channels):
            return changes, {}
        by_key = {change.key: change for change in changes}
        mine, elsewhere = [], {}
        for change in changes:
            root = by_key.get(change.cause, change) if change.cause else change
            where = self._of(root.result, phases)
            if where == channel or (change.told and change.told.is_open):
                mine.append(change)
            elif change.judged.status in BAD:
                elsewhere[change.judged.result_id] = self.title(where)
        return mine, elsewhere

    def _of(self, result: Result, phases: Phases) -> str:
        phase = phases.of(result)
        by_phase = None if phase is None else self.phases.get(phase)
        return by_phase or self.checks.get(result.check_name, SLACK)


NO_ROUTES = Routes()


def ledger_name(variable: str) -> str:
    """`slack_data_alerts` for `SLACK_WEBHOOK_URL_DATA_ALERTS`."""
    return SLACK + variable.removeprefix(WEBHOOK).lower()


def routes_of(ssot: Ssot, webhooks: Collection[str]) -> Routes:
    """The routes where the variables `webhooks` hold a webhook."""
    channels = {
        ledger_name(variable): name for variable, name in declared_channels(ssot).items() if variable in webhooks
    }
    owners = {name: owner.slack for name, owner in ssot.pipeline.owners.items()}
    phases = {number: phase.monitoring.alert_channel for number, phase in ssot.phases.items()}
    checks = {name: owners.get(spec.owner) for name, spec in ssot.checks.items() if spec.owner}
    return Routes(
        channels=channels,
        phases=_known(phases, channels),
        checks=_known(checks, channels),
    )


def _known(named: Mapping[K, str | None], channels: Collection[str]) -> dict[K, str]:
    """Names in the ledger, of those channels that have a webhook."""
    names = {key: ledger_name(variable_of(channel)) for key, channel in named.items() if channel}
    return {key: name for key, name in names.items() if name in channels}


def part_of(run: Run, elsewhere: Collection[str]) -> Run:
    """The run without those results; whole where nothing would be left of it."""
    left = tuple(result for result in run.results if result.result_id not in elsewhere)
    if not left or len(left) == len(run.results):
        return run
    return replace(run, results=left, status=run_status((result.status, result.severity) for result in left))
