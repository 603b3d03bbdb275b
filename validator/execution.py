"""The checks of a run, concurrently, inside one time budget. The one place that catches what a check raises.

Threads are daemons: a call that overstays never holds the process. A check that has not finished in time is an ERROR of its
own; what it and the others found until then is kept.
"""

import contextvars
import logging
import math
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date

from validator.errors import ValidatorError
from validator.judge import Context, NamedCheck, error_result, judge
from validator.look import Shared, World
from validator.results import Result
from validator.status import Severity

log = logging.getLogger("validator.checks")

CALLS = 0.9
"""The part of a check's time that its calls may take: what a service keeps waiting must still be able to say which one it was."""

_CALLS_END: ContextVar[float] = ContextVar("calls_end", default=math.inf)


def seconds_for_calls() -> float:
    """The seconds that the check on this thread has left for calls; infinite where no check is running."""
    return _CALLS_END.get() - time.monotonic()


def limit_calls(seconds: float) -> None:
    """From now on the calls of this thread share their part of so many seconds."""
    _CALLS_END.set(time.monotonic() + CALLS * seconds)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A check to run for a target date."""

    named: NamedCheck
    target: date


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Seconds for all checks together and for each, how many run at a time, and the clock that counts them.

    `began` is when the seconds for all of them began to run, where that was before the first check.
    """

    total_seconds: float
    check_seconds: float
    workers: int
    clock: Callable[[], float] = time.monotonic
    began: float | None = None


@dataclass
class _Running:
    """A check under way: what it has found so far. Only its own thread appends."""

    planned: Planned
    context: Context
    started: float | None = None
    results: list[Result] = field(default_factory=list)
    duration_ms: int = 0
    finished: bool = False


def run_checks(
    planned: Sequence[Planned], shared: Shared, budget: Budget, context: Callable[[Planned], Context]
) -> list[Result]:
    """Run every check, P1 first, and return the results in the order the checks were given."""
    order = list(Severity)
    running = [_Running(item, context(item)) for item in planned]
    waiting: queue.SimpleQueue[_Running] = queue.SimpleQueue()
    done: queue.SimpleQueue[_Running] = queue.SimpleQueue()
    for one in sorted(running, key=lambda one: order.index(one.planned.named.spec.severity)):
        waiting.put(one)
    for _ in range(min(budget.workers, len(running))):
        _start_worker(waiting, done, shared, budget)
    _await(running, waiting, done, shared, budget)
    return [result for one in running for result in _settled(one, shared, budget)]


def _await(
    running: Sequence[_Running],
    waiting: "queue.SimpleQueue[_Running]",
    done: "queue.SimpleQueue[_Running]",
    shared: Shared,
    budget: Budget,
) -> None:
    """Wait until every check has finished or overstayed; a worker that is stuck in one is replaced so that the others still run."""
    end = (budget.clock() if budget.began is None else budget.began) + budget.total_seconds
    open_checks = set(map(id, running))
    while open_checks and (left := end - budget.clock()) > 0:
        try:
            open_checks.discard(id(done.get(timeout=max(0.001, min(left, 0.05)))))
        except queue.Empty:
            late = [one for one in running if id(one) in open_checks and _overstays(one, budget)]
            for one in late:
                open_checks.discard(id(one))
                _start_worker(waiting, done, shared, budget)


def _overstays(one: _Running, budget: Budget) -> bool:
    return one.started is not None and budget.clock() - one.started > budget.check_seconds


def _start_worker(
    waiting: "queue.SimpleQueue[_Running]", done: "queue.SimpleQueue[_Running]", shared: Shared, budget: Budget
) -> None:
    def work() -> None:
        while True:
            try:
                one = waiting.get_nowait()
            except queue.Empty:
                return
            one.started = budget.clock()
            limit_calls(budget.check_seconds)
            _measure(one, shared)
            one.duration_ms = round((budget.clock() - one.started) * 1000)
            one.finished = True
            done.put(one)

    threading.Thread(target=contextvars.copy_context().run, args=(work,), name="check", daemon=True).start()


def _measure(one: _Running, shared: Shared) -> None:
    named = one.planned.named
    try:
        world = World(shared, named.name, one.planned.target)
        for finding in named.check.measure(world):
            one.results.append(judge(finding, named, one.context))
        if not one.results:
            one.results.append(error_result(named, one.context, "the check measured nothing"))
    except ValidatorError as error:
        one.results.append(error_result(named, one.context, str(error)))
    except Exception as error:
        log.exception("check %s broke", named.name, extra={"check": named.name})
        one.results.append(
            error_result(named, one.context, f"unexpected {type(error).__name__}; the log has the details")
        )


def _settled(one: _Running, shared: Shared, budget: Budget) -> Iterator[Result]:
    """The check's results as they stand now, with its time and its part of the bill."""
    results = list(one.results)
    if not one.finished:
        why = "never started" if one.started is None else f"still running after {budget.clock() - one.started:.0f} s"
        results.append(error_result(one.planned.named, one.context, f"ran out of time: {why}"))
    twice = [subject for subject, count in Counter(result.subject for result in results).items() if count > 1]
    if twice:
        kept = [result for result in results if result.subject not in twice]
        names = ", ".join(sorted(twice)[:5])
        results = [
            *(r for r in kept if r.subject != one.planned.named.name),
            error_result(one.planned.named, one.context, f"measured the same subject twice: {names}"),
        ]
    bytes_billed = shared.billed(one.planned.named.name) // max(1, len(results))
    duration = one.duration_ms if one.finished or one.started is None else round((budget.clock() - one.started) * 1000)
    for result in results:
        yield replace(result, duration_ms=duration, bytes_billed=bytes_billed)
