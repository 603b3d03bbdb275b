"""Hand-over between phases."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.evidence.handover import HandedOver, view_handover
from validator.look import World
from validator.ssot.models.kinds import Count


@dataclass(frozen=True, kw_only=True)
class Handover(Check):
    """After a phase has completed for the date, did the next one run for it?"""

    warn = "unlogged"
    fail = "not_started"
    fine = ("started",)
    query_jobs = 3
    remedy = "gcloud logging read 'severity>=WARNING' --project $project --freshness 1d --limit 20"

    grace_minutes: Count = 60

    def measure(self, world: World) -> Iterator[Finding]:
        named = False
        for number, phase in sorted(world.ssot.phases.items()):
            following = phase.completion.next if phase.completion else None
            if following is None:
                continue
            named = True
            yield self._finding(
                f"phase{number} to phase{following}", view_handover(world, number, following, self.grace_minutes)
            )
        if not named:
            yield NotDue(subject="phases", reason="the source of truth declares no phase that hands over")

    def _finding(self, subject: str, view: HandedOver) -> Finding:
        if view.unknown:
            return Unknown(subject=subject, reason=view.unknown)
        if view.reason:
            return NotDue(subject=subject, reason=view.reason)
        return Measurement(
            subject=subject, value=view.state, note=view.note, expected="started", actual=view.state.replace("_", " ")
        )
