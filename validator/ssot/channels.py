"""The Slack channels that the source of truth names, and the variables that hold a webhook each."""

import re
from collections.abc import Iterator, Mapping

from validator.ssot.reader import nearest
from validator.ssot.source import Ssot

WEBHOOK = "SLACK_WEBHOOK_URL"
"""The variable of the default channel's webhook, and what those of the others begin with."""

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9]+")


def declared_channels(ssot: Ssot) -> Mapping[str, str]:
    """The channels, by the variable that holds a channel's own webhook; of those that share one, one."""
    return {variable_of(name): name for name in _named(ssot)}


def _named(ssot: Ssot) -> list[str]:
    phases = [phase.monitoring.alert_channel for phase in ssot.phases.values()]
    owners = [owner.slack for owner in ssot.pipeline.owners.values()]
    named = [name for name in ssot.pipeline.channels.values() if name.startswith("#")]
    return sorted({name for name in (*phases, *owners, *named) if name})


def variable_of(channel: str) -> str:
    """`SLACK_WEBHOOK_URL_DATA_ALERTS` for `#data-alerts`."""
    return "_".join(filter(None, (WEBHOOK, _NOT_IN_A_NAME.sub("_", channel).strip("_").upper())))


def channel_problems(ssot: Ssot) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Secrets that are the webhook of no channel, or of several: file, path and what is wrong."""
    known = {WEBHOOK, *declared_channels(ssot)}
    for variable in map(str, ssot.pipeline.runner.secrets):
        path = ("runner", "secrets", variable)
        sharing = [name for name in _named(ssot) if variable_of(name) == variable]
        if variable != WEBHOOK and len(sharing) > 1:
            yield "pipeline.yaml", path, f"{variable} would be the webhook of {' and '.join(sharing)}: rename one"
        if variable.startswith(WEBHOOK) and variable not in known:
            text = f"{variable} is the webhook of no channel that a phase, an owner or `channels` names"
            yield "pipeline.yaml", path, f"{text}{nearest(variable, known)}"
