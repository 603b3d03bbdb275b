"""Whether a message is due now: at once for news, later in a storm, after days for what stands."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal

from validator.ssot.models.pipeline import TellingSpec
from validator.status import Severity, Transition
from validator.tell.change import STANDS, Change

Notify = Literal["always", "change", "never"]


def is_due(
    changes: Sequence[Change],
    own: Collection[str],
    messages: Sequence[datetime],
    spec: TellingSpec,
    notify: Notify,
    scheduled: bool,
    now: datetime,
) -> tuple[bool, str]:
    """Whether a channel is told of the changes now, and why or why not. `own` are ids of the run's results, `messages` when it was told last."""
    if notify == "never":
        return False, "the schedule tells nobody"
    if notify == "always" and scheduled:
        return True, "the schedule always tells"
    news = [change for change in changes if change.is_news]
    if news:
        is_critical = any(
            c.result.severity is Severity.P1_CRITICAL and c.transition is not Transition.FIXED for c in news
        )
        if not must_wait(messages, spec, now, critical=is_critical):
            return True, "something changed"
        return (
            False,
            "too many messages went out in short order: what is new waits a while and is told together",
        )
    if scheduled and any(change.result.result_id in own and needs_reminder(change, spec, now) for change in changes):
        return True, f"a reminder after {spec.reminder_hours} hours"
    silenced = sum(change.silenced and change.transition is not Transition.STILL for change in changes)
    if silenced:
        return False, f"nothing else changed: {silenced} {'finding is' if silenced == 1 else 'findings are'} silenced"
    return False, "nothing changed since people were last told"


def must_wait(messages: Sequence[datetime], spec: TellingSpec, now: datetime, *, critical: bool) -> bool:
    """Whether news waits, because too many messages went out in short order: each uses up one of `storm_messages`, and one more is there
    after every `hold_hours`. What is critical waits only until the last message is `hold_hours_critical` old.
    """
    left, last = float(spec.storm_messages), None
    for at in [*(at for at in messages if at <= now), now]:
        if last is not None:
            left = min(spec.storm_messages, max(0.0, left - 1) + (at - last) / timedelta(hours=spec.hold_hours))
        last = at
    waited = messages and now - messages[-1] >= timedelta(hours=spec.hold_hours_critical)
    return left < 1 and not (critical and waited)


def needs_reminder(change: Change, spec: TellingSpec, now: datetime) -> bool:
    """Whether a finding that stands was told so long ago that people are told again."""
    if change.transition not in STANDS or change.quiet or change.acknowledged or change.told is None:
        return False
    return now - change.told.at >= timedelta(hours=spec.reminder_hours)
