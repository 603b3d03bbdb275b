"""How a run's time is shared out, so that a service that keeps everybody waiting is named, and people are told in time."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from validator.check import Check, Finding, Measurement
from validator.execution import Budget, Planned, run_checks, seconds_for_calls
from validator.judge import Context, NamedCheck
from validator.limits import Limits
from validator.look import Shared, World
from validator.results import Result
from validator.ssot.models.checks import CheckSpec
from validator.status import Status

NOW = datetime(2026, 2, 4, 11, tzinfo=UTC)
RUN_ID = "5f1c0b9e-0000-4000-8000-000000000000"


@dataclass(frozen=True, kw_only=True)
class Waits(Check):
    """A check that waits, and notes how much time its calls have before and after."""

    seconds: float
    left: list[float] = field(default_factory=list)

    def measure(self, world: World) -> Iterator[Finding]:
        self.left.append(seconds_for_calls())
        time.sleep(self.seconds)
        self.left.append(seconds_for_calls())
        yield Measurement(subject="a", value="fine", note="waited")


def run(check: Waits, *, total: float, each: float, began: float | None = None) -> list[Result]:
    """Run the one check inside a budget."""
    nothing: Any = None
    shared = Shared(ports=nothing, ssot=nothing, now=NOW, around=NOW.date(), run_labels={})
    context = Context(run_id=RUN_ID, now=NOW, target=NOW.date(), project="p", schedule="s", ease=lambda _: "")
    named = NamedCheck(name="waits", check=check, limits=Limits(fine=("fine",)), spec=CheckSpec(class_="Waits"))
    budget = Budget(total_seconds=total, check_seconds=each, workers=1, began=began)
    return run_checks([Planned(named=named, target=NOW.date())], shared, budget, lambda _: context)


def test_a_checks_calls_end_before_the_check_does() -> None:
    """A call may take what is left of its check's time, but for a tenth: then it ends, and the check can still say who was slow."""
    check = Waits(seconds=0.2)
    assert run(check, total=10, each=4)[0].status is Status.PASS
    before, after = check.left
    assert 3.4 < before <= 3.6
    assert 0.2 <= before - after < 1


def test_outside_a_check_nothing_is_bounded_by_one() -> None:
    """What is asked before and after the checks has no check's time to keep to."""
    run(Waits(seconds=0), total=5, each=5)
    assert seconds_for_calls() == float("inf")


def test_time_that_is_gone_before_the_first_check_is_gone() -> None:
    """The budget counts from the request: a claim that was slow to get leaves less for the checks, not less for storing."""
    began = time.monotonic()
    (result,) = run(Waits(seconds=1.5), total=10, each=10, began=began - 9.7)
    assert time.monotonic() - began < 1
    assert result.message.startswith("ran out of time")
