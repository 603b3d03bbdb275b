"""One dead letter, told at once: written down, held against the pipeline's rows, and told as a run with one result.

The result is of the scheduled check that watches the depth of dead letters, and its subject the watched subscription: so it is the same problem,
which that check goes on about (STILL) until the subscription is empty (FIXED). Nothing of a single message is in its fingerprint.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from validator.clock import day_of, zone
from validator.compose import Service
from validator.dead_letters.harm import Harm, harm_of, worlds
from validator.dead_letters.ledger import Lately, Ledger
from validator.dead_letters.message import DeadLetter
from validator.dead_letters.place import Place, Wiring
from validator.dead_letters.result import Case, result_of
from validator.errors import ServiceError
from validator.identity import DEAD_LETTER, DEAD_LETTER_SCHEDULE, Order
from validator.judge import NamedCheck
from validator.results import Result, Run
from validator.run import Session, headline, once
from validator.ssot.source import Ssot
from validator.status import run_status
from validator.world import Subscription

log = logging.getLogger("validator.dead_letters")

WATCHING, KIND = "DlqDepth", "dead_letter"
LATELY = timedelta(hours=1)
"""For how long one that lacks its data keeps the problem a FAIL, whatever the next ones of the subscription say: a burst is one problem."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What became of a dead letter. `final`: it must not be delivered again, whatever went wrong."""

    run: Run
    final: bool = False


def alert(letter: DeadLetter, service: Service, now: datetime) -> Told:
    """Write a dead letter down and tell people, or only what is missing of that. Raises what a run raises."""
    started = time.monotonic()
    engine = service.engine()
    with service.session() as session:
        place = place_of(letter, service.ssot, session)
        world = worlds(session.ports, service.ssot, now, letter.run_id)
        harm = harm_of(letter, place, service.ssot, now, world)
        ledger = Ledger(session.store)
        problems = _keep(ledger, letter, place, harm, now)
        order = _order(letter, harm, service.ssot, now)

        def make() -> Run:
            case = Case(letter=letter, place=place, harm=harm, lately=_lately(ledger, place, now))
            project = service.ssot.pipeline.project_id
            result = result_of(case, order.target, now, watching_check(service.checks), project)
            return _run(order, result, engine.about, round((time.monotonic() - started) * 1000))

        run = once(order, session, engine.lease_seconds, make)
    log.info("dead letter of %s, %s: %s", place.subscription, harm.day, run.message)
    told = replace(run, delivery=replace(run.delivery, problems=(*problems, *run.delivery.problems)))
    return Told(run=told, final=place.again)


def place_of(letter: DeadLetter, ssot: Ssot, session: Session) -> Place:
    """Where the letter belongs. What only the live wiring would know stays unknown where that is refused; raises ServiceError where it may be had later."""

    @cache
    def live() -> Mapping[str, Subscription]:
        return {sub.name: sub for sub in session.ports.queues.subscriptions()}

    try:
        return Wiring(ssot, live).place(letter)
    except ServiceError as error:
        if error.transient:
            raise
        log.warning("where a dead letter belongs is judged by what is declared alone: %s", error)
        return Wiring(ssot, dict).place(letter)


def watching_check(checks: Mapping[str, NamedCheck]) -> NamedCheck | None:
    """The check that watches the depth of dead letters, where one is declared."""
    return next(
        (
            named
            for named in checks.values()
            if named.spec.class_ == WATCHING and named.spec.parameters.get("kind", KIND) == KIND
        ),
        None,
    )


def _keep(ledger: Ledger, letter: DeadLetter, place: Place, harm: Harm, now: datetime) -> list[str]:
    """What kept it from being written down, which keeps nobody from being told."""
    try:
        ledger.keep(letter, place, harm, now)
    except ServiceError as error:
        log.warning("the dead letter of run %s is not stored: %s", letter.run_id, error)
        return [f"the dead letter is not stored: {error}"]
    return []


def _lately(ledger: Ledger, place: Place, now: datetime) -> Lately:
    try:
        return ledger.lately(now, LATELY).get(place.subscription, Lately())
    except ServiceError as error:
        log.warning("how many dead letters came lately is not known: %s", error)
        return Lately()


def _order(letter: DeadLetter, harm: Harm, ssot: Ssot, now: datetime) -> Order:
    target = harm.day or day_of(now, zone(ssot.pipeline.time_zone))
    return Order(
        run_id=letter.run_id,
        scheduled=True,
        check_type=DEAD_LETTER,
        schedule_name=DEAD_LETTER,
        schedule=DEAD_LETTER_SCHEDULE,
        target=target,
        now=now,
        dry_run=False,
        trigger_source="pubsub",
        checks=(),
        selection=(),
    )


def _run(order: Order, result: Result, about: Mapping[str, object], took: int) -> Run:
    return Run(
        run_id=order.run_id,
        check_type=order.check_type,
        schedule_name=order.schedule_name,
        target_date=order.target,
        status=run_status([(result.status, result.severity)]),
        message=headline([result]),
        trigger_source=order.trigger_source,
        run_timestamp=order.now,
        duration_ms=took,
        results=(result,),
        details={**about, "selection": []},
    )
