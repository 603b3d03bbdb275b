"""One run, from claim to answer: checks, store, tell. Knows neither HTTP nor the command line.

Stored before told; whatever is killed or retried between two steps, the next attempt does only what is missing.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from validator.claim import Claim, InProgress, NoClaim, claimed
from validator.errors import ServiceError
from validator.execution import Budget, Planned, run_checks
from validator.heartbeat import Heartbeat, Pulse
from validator.identity import Order
from validator.judge import Context, NamedCheck
from validator.lease import Leases
from validator.logs import RUN_ID
from validator.look import Shared, World
from validator.results import Delivery, Result, Run
from validator.ssot.source import Ssot
from validator.status import Status, run_status
from validator.store import ResultStore
from validator.store_told import ToldStore
from validator.tell.delivery import Teller
from validator.telling import all_told, tell
from validator.world import Ports

log = logging.getLogger("validator.run")


@dataclass(frozen=True, kw_only=True)
class Session:
    """The outside services of one run, and what tells people of it; each is made when it is first asked for, and may raise ServiceError."""

    ports: Ports
    make_store: Callable[[], ResultStore]
    make_leases: Callable[[], Leases]
    make_teller: Callable[[], Teller]
    make_heartbeat: Callable[[], Heartbeat | None]
    make_ledger: Callable[[ResultStore], ToldStore]

    @cached_property
    def store(self) -> ResultStore:
        """Where the run is written."""
        return self.make_store()

    @cached_property
    def ledger(self) -> ToldStore:
        """What people were told."""
        return self.make_ledger(self.store)

    @cached_property
    def leases(self) -> Leases:
        """Claims on scheduled runs."""
        return self.make_leases()

    @cached_property
    def teller(self) -> Teller:
        """The channels to people."""
        return self.make_teller()


@dataclass(frozen=True, kw_only=True)
class Engine:
    """What stays the same from run to run: the source of truth, its checks, and facts about this service."""

    ssot: Ssot
    checks: Mapping[str, NamedCheck]
    about: Mapping[str, Any]
    budget: Budget
    lease_seconds: float


def perform(order: Order, engine: Engine, session: Session) -> Run:
    """Do the run, or only what is missing of it. Raises InProgress when another is doing it."""
    token = RUN_ID.set(order.run_id)
    pulse = Pulse(session.make_heartbeat if order.scheduled else lambda: None)
    try:
        if unheard := pulse.beat("start"):
            engine = replace(engine, about={**engine.about, "heartbeat": unheard})
        run = _perform(order, engine, session)
        log.info("%s %s %s: %s", run.status.value, run.schedule_name, run.target_date, run.message)
        pulse.beat("fail" if run.delivery.problems else "ok")
        return run
    except InProgress:
        raise
    except Exception:
        pulse.beat("fail")
        raise
    finally:
        RUN_ID.reset(token)


def _perform(order: Order, engine: Engine, session: Session) -> Run:
    if order.dry_run:
        return _judge(order, engine, session)
    if not order.scheduled:
        return _finish(order, _judge(order, engine, session), session, claim=NoClaim())
    return once(order, session, engine.lease_seconds, lambda: _judge(order, engine, session))


def once(order: Order, session: Session, lease_seconds: float, make: Callable[[], Run]) -> Run:
    """Make a run, store it and tell it, or only what is missing of that. Raises InProgress when another is doing it."""
    try:
        with claimed(order.run_id, lambda: session.leases, lease_seconds) as claim:
            stored = _stored(order, session)
            if stored is not None:
                return _resume(order, stored, session, claim)
            return _finish(order, make(), session, claim)
    except InProgress:
        # Whoever has the claim may only be replaying: what is finished needs no claim to be shown.
        finished = _stored(order, session)
        if finished is None or not all_told(order, finished, session):
            raise
        return replace(finished, replayed=True)


def _judge(order: Order, engine: Engine, session: Session) -> Run:
    """Run the checks; nothing is stored or sent."""
    started = time.monotonic()
    labels = {"run": order.run_id, "schedule": order.schedule_name}
    shared = Shared(ports=session.ports, ssot=engine.ssot, now=order.now, around=order.target, run_labels=labels)
    planned = [Planned(named=engine.checks[name], target=target) for name, target in order.checks]
    results = run_checks(planned, shared, engine.budget, lambda item: _context(order, engine, shared, item))
    status = run_status((result.status, result.severity) for result in results)
    return Run(
        run_id=order.run_id,
        check_type=order.check_type,
        schedule_name=order.schedule_name,
        target_date=order.target,
        status=status,
        message=headline(results),
        trigger_source=order.trigger_source,
        run_timestamp=order.now,
        duration_ms=round((time.monotonic() - started) * 1000),
        results=tuple(results),
        details={
            **engine.about,
            "selection": list(order.selection),
            "budget_ms": round(engine.budget.total_seconds * 1000),
            "bytes_billed": sum(job.bytes_billed for job in shared.jobs),
        },
        dry_run=order.dry_run,
    )


def _context(order: Order, engine: Engine, shared: Shared, item: Planned) -> Context:
    world = World(shared, item.named.name, item.target)
    return Context(
        run_id=order.run_id,
        now=order.now,
        target=item.target,
        project=engine.ssot.pipeline.project_id,
        schedule=order.schedule_name,
        ease=lambda day: world.pipeline.eased(day),  # noqa: PLW0108 - asked late: the calendar may not be readable
    )


def headline(results: Sequence[Result]) -> str:
    """One sentence: what there is to know. All SKIP is never `all fine`."""
    words = {
        Status.FAIL: "failed",
        Status.ERROR: "could not be judged",
        Status.WARN: "warned",
        Status.PASS: "passed",
        Status.SKIP: "skipped",
    }
    counts = {one: sum(result.status is one for result in results) for one in words}
    if results and counts[Status.SKIP] == len(results):
        return "nothing was due: " + "; ".join(sorted({result.message for result in results})[:3])
    return ", ".join(f"{counts[one]} {word}" for one, word in words.items() if counts[one]) or "no check gave a result"


def _stored(order: Order, session: Session) -> Run | None:
    """The run as stored by an earlier attempt. Where that can't be known the run goes on: the store itself takes it only once."""
    try:
        return session.store.find(order.run_id, order.now)
    except ServiceError as error:
        log.warning("can't see whether run %s is stored: %s", order.run_id, error)
        return None


def _finish(order: Order, run: Run, session: Session, claim: Claim) -> Run:
    """Store, then tell."""
    claim.hold()
    try:
        wrote = session.store.save(run)
    except ServiceError as error:
        log.warning("run %s is not stored: %s", run.run_id, error)
        return tell(order, replace(run, delivery=Delivery(problems=(f"not stored: {error}",))), session, claim)
    if not wrote and (stored := _stored(order, session)):
        return _resume(order, stored, session, claim)
    return tell(order, replace(run, delivery=Delivery(stored=True)), session, claim)


def _resume(order: Order, stored: Run, session: Session, claim: Claim) -> Run:
    """An earlier attempt stored the run: send what was not sent, else return it as it is."""
    return replace(tell(order, stored, session, claim), replayed=True)
