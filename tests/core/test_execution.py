"""Running checks: at the same time, inside a budget, each one's trouble its own."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from validator.check import Check, Finding, Measurement, NotDue, Unknown, Unmeasurable
from validator.errors import ServiceError
from validator.execution import Budget, Planned, run_checks
from validator.judge import Context, NamedCheck
from validator.limits import Limits, parse_limit
from validator.look import Shared, World
from validator.results import Result
from validator.ssot.models.checks import CheckSpec
from validator.status import Severity, Status

DAY = date(2026, 2, 3)
RUN_ID = "5f1c0b9e-0000-4000-8000-000000000000"
Measure = Callable[[World], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True)
class Scripted(Check):
    """A check that does what a test says."""

    script: Any

    def measure(self, world: World) -> Iterator[Finding]:
        yield from self.script(world)


def named(name: str, script: Measure, severity: Severity = Severity.P2_HIGH) -> NamedCheck:
    """A check of that name."""
    spec = CheckSpec(class_="Scripted", severity=severity)
    return NamedCheck(
        name=name, check=Scripted(script=script), limits=Limits(fail=parse_limit("> 5"), fine=("fine",)), spec=spec
    )


def run(*checks: NamedCheck, total: float = 5, each: float = 5, workers: int = 8) -> dict[str, list[Result]]:
    """Run the checks and group their results by check."""
    nothing: Any = None
    shared = Shared(ports=nothing, ssot=nothing, now=datetime(2026, 2, 4, 11, tzinfo=UTC), around=DAY, run_labels={})

    def context(_: Planned) -> Context:
        return Context(run_id=RUN_ID, now=shared.now, target=DAY, project="p", schedule="s", ease=lambda _: "")

    budget = Budget(total_seconds=total, check_seconds=each, workers=workers)
    results = run_checks([Planned(named=check, target=DAY) for check in checks], shared, budget, context)
    grouped: dict[str, list[Result]] = {check.name: [] for check in checks}
    for result in results:
        grouped[result.check_name].append(result)
    return grouped


def value(number: float | str, subject: str = "a") -> Finding:
    """A measurement."""
    return Measurement(subject=subject, value=number, note="measured")


def test_findings_become_results() -> None:
    """A number is judged, NotDue is SKIP, Unknown is ERROR of its subject; order is kept."""
    found = run(
        named(
            "c",
            lambda _: iter(
                [
                    value(1),
                    value(9, "b"),
                    NotDue(subject="n", reason="off day"),
                    Unknown(subject="u", reason="no label"),
                ]
            ),
        )
    )
    assert [(r.subject, r.status) for r in found["c"]] == [
        ("a", Status.PASS),
        ("b", Status.FAIL),
        ("n", Status.SKIP),
        ("u", Status.ERROR),
    ]


def test_nothing_yielded_is_an_error() -> None:
    """FP-1: a check that measured nothing never passes."""
    assert [r.status for r in run(named("c", lambda _: iter(())))["c"]] == [Status.ERROR]


def test_what_was_found_before_an_error_is_kept() -> None:
    """Unmeasurable after a finding: the finding stays, the check is ERROR besides."""

    def script(_: World) -> Iterator[Finding]:
        yield value(1)
        raise Unmeasurable("the ledger is gone")

    found = run(named("c", script))["c"]
    assert [(r.subject, r.status, r.message) for r in found] == [
        ("a", Status.PASS, "measured"),
        ("c", Status.ERROR, "the ledger is gone"),
    ]


def test_a_service_that_fails_is_named() -> None:
    """FP-4: a service error is ERROR naming the service; the other checks' results are kept."""

    def broken(_: World) -> Iterator[Finding]:
        raise ServiceError("Firestore", "permission denied")
        yield value(1)

    found = run(named("c", broken), named("d", lambda _: iter([value(1)])))
    assert found["c"][0].message == "Firestore could not be asked: permission denied"
    assert found["d"][0].status is Status.PASS


def test_unexpected_errors_are_masked(caplog: pytest.LogCaptureFixture) -> None:
    """An unexpected error's text may hold a secret: the result masks it, the log has it with its stack."""

    def broken(_: World) -> Iterator[Finding]:
        yield value(1)
        raise KeyError("password=hunter2")

    found = run(named("c", broken))["c"]
    assert "hunter2" not in " ".join(r.message for r in found)
    assert found[1].message == "unexpected KeyError; the log has the details"
    assert "hunter2" in caplog.text


def test_a_subject_twice_is_an_error() -> None:
    """Two results of one subject make the check ERROR; other subjects stay."""
    found = run(named("c", lambda _: iter([value(1), value(2), value(3, "b")])))["c"]
    assert [(r.subject, r.status) for r in found] == [("b", Status.PASS), ("c", Status.ERROR)]


def test_an_unknown_state_is_an_error() -> None:
    """A state that no limit covers does not pass by default."""
    assert run(named("c", lambda _: iter([value("odd")])))["c"][0].status is Status.ERROR


def test_checks_run_at_the_same_time() -> None:
    """Twenty checks that each wait take about as long as one."""
    gate = threading.Barrier(20, timeout=4)

    def script(_: World) -> Iterator[Finding]:
        gate.wait()
        yield value(1)

    found = run(*(named(f"c{index}", script) for index in range(20)), workers=20)
    assert {r.status for results in found.values() for r in results} == {Status.PASS}


def test_no_more_than_the_workers_at_once() -> None:
    """Concurrency is bounded."""
    lock, state = threading.Lock(), {"now": 0, "most": 0}

    def script(_: World) -> Iterator[Finding]:
        with lock:
            state["now"] += 1
            state["most"] = max(state["most"], state["now"])
        time.sleep(0.01)
        with lock:
            state["now"] -= 1
        yield value(1)

    run(*(named(f"c{index}", script) for index in range(12)), workers=3)
    assert state["most"] <= 3


def test_p1_checks_start_first() -> None:
    """With one worker the P1 check runs before the others, whatever the order; the results keep the order."""
    started: list[str] = []

    def script(name: str) -> Measure:
        def measure(_: World) -> Iterator[Finding]:
            started.append(name)
            yield value(1)

        return measure

    found = run(named("low", script("low")), named("high", script("high"), Severity.P1_CRITICAL), workers=1)
    assert started == ["high", "low"]
    assert list(found) == ["low", "high"]


def test_a_check_that_overstays_is_an_error_and_the_others_are_kept() -> None:
    """L-62: what did not finish in time ran out of time; what it found until then, and all others, are kept, also with one worker."""
    release = threading.Event()

    def slow(_: World) -> Iterator[Finding]:
        yield value(1, "early")
        release.wait(10)
        yield value(1, "late")

    began = time.monotonic()
    found = run(named("slow", slow), named("quick", lambda _: iter([value(1)])), each=0.2, workers=1)
    took = time.monotonic() - began
    release.set()
    assert [(r.subject, r.status) for r in found["slow"]] == [("early", Status.PASS), ("slow", Status.ERROR)]
    assert "ran out of time" in found["slow"][1].message
    assert found["quick"][0].status is Status.PASS
    assert took < 5


def test_the_budget_ends_everything() -> None:
    """When the whole budget is spent, checks that never started are ERROR too."""
    release = threading.Event()

    def slow(_: World) -> Iterator[Finding]:
        release.wait(10)
        yield value(1)

    found = run(named("a", slow), named("b", slow), total=0.2, workers=1)
    release.set()
    assert "still running" in found["a"][0].message
    assert "never started" in found["b"][0].message


def test_bytes_are_divided() -> None:
    """What a check billed is divided among its results; a job that two checks used, among both."""

    def script(world: World) -> Iterator[Finding]:
        world.shared.add_job(100, world.check)
        job = world.shared.once("calendar", lambda: world.shared.add_job(60, world.check))
        job.users.add(world.check)
        yield value(1)
        yield value(2, "b")

    gate = threading.Barrier(2, timeout=4)

    def together(world: World) -> Iterator[Finding]:
        found = list(script(world))
        gate.wait()
        yield from found

    found = run(named("c", together), named("d", together))
    assert [r.bytes_billed for r in (*found["c"], *found["d"])] == [65, 65, 65, 65]


def test_a_question_is_asked_once_even_when_it_fails() -> None:
    """A shared question that failed is not asked again by every check."""
    asked: list[int] = []

    def script(world: World) -> Iterator[Finding]:
        def ask() -> int:
            asked.append(1)
            raise ServiceError("BigQuery", "refused")

        world.shared.once("catalog", ask)
        yield value(1)

    found = run(named("c", script), named("d", script), named("e", script))
    assert len(asked) == 1
    assert {r.status for results in found.values() for r in results} == {Status.ERROR}
