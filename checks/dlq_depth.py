"""Depth and wiring of subscriptions: dead letters, and ordinary ones that fall behind."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.evidence.queues import QueueView, view_queues
from validator.look import World
from validator.ssot.models.kinds import Above0


@dataclass(frozen=True, kw_only=True)
class DlqDepth(Check):
    """How many messages wait in each subscription, how old is the oldest, and is anything wired so that messages get lost?"""

    unit = "messages"
    warn = "> 0"
    fail = ("> 100", "missing", "no_subscription")
    query_jobs = 0
    judges_now = True
    remedy = "python -m validator dlq peek $subscription"

    kind: Literal["dead_letter", "ordinary"] = "dead_letter"
    samples: int = 0
    oldest_hours: Above0 | None = None

    def measure(self, world: World) -> Iterator[Finding]:
        views = view_queues(world, self.kind, self.samples)
        if not views:
            yield NotDue(
                subject=self.kind, reason=f"the source of truth declares no {self.kind.replace('_', '-')} subscription"
            )
        for view in views:
            if view.unknown:
                yield Unknown(subject=view.name, reason=view.unknown)
            else:
                yield self._measurement(view)

    def _measurement(self, view: QueueView) -> Measurement:
        return Measurement(
            subject=view.name,
            value=view.state or view.depth,
            note=view.note,
            flaw="; ".join(filter(None, [view.flaw, self._stuck(view)])),
            severity=view.severity,
            expected="a subscription" if view.state else "wired as declared" if view.flaw else "",
            actual=view.state.replace("_", " ") if view.state else "wired otherwise" if view.flaw else "",
            affected=view.depth or None,
            remedy=view.remedy,
            fill={"subscription": view.name, "topic": view.topic},
            facts={"topic": view.topic, "samples": list(view.samples)} if view.samples else {"topic": view.topic},
        )

    def _stuck(self, view: QueueView) -> str:
        """A few messages that are tried for ever don't make a queue deep (L-33)."""
        if self.oldest_hours is None or view.age is None or view.age <= timedelta(hours=self.oldest_hours):
            return ""
        return f"no message should wait for more than {self.oldest_hours:g} h"
