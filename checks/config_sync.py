"""Config sync: the live world against the source of truth."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.evidence.differences import Compared, Unasked
from validator.evidence.sync import compare
from validator.look import World

SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class ConfigSync(Check):
    """Does every declared table, service, topic and subscription exist, in the place and of the make that is declared?"""

    unit = "differences"
    fail = "> 0"
    query_jobs = 0
    judges_now = True
    remedy = "python -m validator config verify"

    def measure(self, world: World) -> Iterator[Finding]:
        for group in compare(world):
            if isinstance(group, Unasked):
                yield Unknown(subject=group.subject, reason=group.reason)
            elif not group.declared:
                yield NotDue(subject=group.subject, reason=f"the source of truth declares no {group.noun} in it")
            else:
                yield self._measurement(group)

    def _measurement(self, group: Compared) -> Measurement:
        wrong = [str(difference) for difference in group.differences]
        fixes = [difference.fix for difference in group.differences]
        others = f"; {len(group.undeclared)} more are not declared" if group.undeclared else ""
        return Measurement(
            subject=group.subject,
            value=len(wrong),
            note=("; ".join(wrong[:SHOWN]) or f"all {group.declared} declared {group.noun} are there") + others,
            expected=f"{group.declared} {group.noun} as declared",
            actual=f"{group.live} there, {len(wrong)} unlike",
            affected=len(wrong) or None,
            remedy="\n".join(fixes).replace("$", "$$") if len(fixes) <= SHOWN else "",
            facts={"wrong": wrong, "undeclared": list(group.undeclared)},
        )
