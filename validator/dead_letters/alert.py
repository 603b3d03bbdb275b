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

from validator.clock import day_of, rfc3339, zone
from validator.compose import Service
from validator.dead_letters.harm import Arrival, Harm, correlation_of, harm_of, worlds
from validator.dead_letters.ledger import Lately, Ledger
from validator.dead_letters.message import DeadLetter
from validator.dead_letters.place import Place, Wiring
from validator.errors import ServiceError
from validator.identity import Order
from validator.judge import NamedCheck
from validator.results import Result, Run, fingerprint, result_id
from validator.run import Session, headline, once
from validator.ssot.models.checks import ScheduleSpec
from validator.ssot.source import Ssot
from validator.status import Severity, Status, run_status
from validator.tell.plain import amount, clip, plain
from validator.world import Subscription

log = logging.getLogger("validator.dead_letters")

NAME = "dead_letter"
"""What such a run's check_type and schedule are."""
WATCHING = "DlqDepth"
LATELY = timedelta(hours=1)
"""For how long one that lacks its data keeps the problem a FAIL, whatever the next ones of the subscription say: a burst is one problem."""
STATUSES: Mapping[Arrival, Status] = {
    Arrival.MISSING: Status.FAIL,
    Arrival.UNKNOWN: Status.FAIL,
    Arrival.ARRIVED: Status.WARN,
    Arrival.NOT_OWED: Status.WARN,
}
"""Never PASS: a message was given up, whatever came of it, and lies where it has to be cleared away."""
SHOWN = 1_000
"""Characters of the data that the result shows."""


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
            watching = watching_check(service.checks)
            result = _result(letter, place, harm, _lately(ledger, place, now), order, watching)
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
            if named.spec.class_ == WATCHING and named.spec.parameters.get("kind", NAME) == NAME
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
    schedule = ScheduleSpec(cron="* * * * *", target_date="today", notify="change", checks=())
    return Order(
        run_id=letter.run_id,
        scheduled=True,
        check_type=NAME,
        schedule_name=NAME,
        schedule=schedule,
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


def _result(
    letter: DeadLetter, place: Place, harm: Harm, lately: Lately, order: Order, watching: NamedCheck | None
) -> Result:
    name = watching.name if watching else "dead_letters"
    harmful = lately.harmful > 0 or STATUSES[harm.arrival] is Status.FAIL
    return Result(
        result_id=result_id(order.run_id, name, place.subscription),
        run_id=order.run_id,
        check_timestamp=order.now,
        check_name=name,
        check_category=watching.spec.category if watching else "queues",
        subject=place.subscription,
        status=Status.FAIL if harmful else Status.WARN,
        severity=place.severity or (watching.spec.severity if watching else Severity.P2_HIGH),
        message=_message(letter, place, harm, lately),
        target_date=order.target,
        fingerprint=fingerprint(name, place.subscription),
        expected_value="no message is given up",
        actual_value=amount(max(lately.letters, 1), "message") + " within the hour",
        target_table=harm.tables[0] if len(harm.tables) == 1 else None,
        affected_records=max(lately.letters, 1),
        remedy=_remedy(place),
        evidence=_evidence(letter, place, harm),
    )


def _message(letter: DeadLetter, place: Place, harm: Harm, lately: Lately) -> str:
    who = f" by {letter.source}" if letter.source else ""
    tries = f" after {letter.attempts} attempts" if letter.attempts else ""
    whom = f"phase {harm.phase}" if harm.phase is not None else "an unknown phase"
    day = f" for {harm.day}" if harm.day else ""
    parts = [f"a message was given up{who}{tries}", f"it harms {whom}{day}", harm.note]
    if lately.letters > 1:
        parts.append(f"{lately.letters} within the hour, {lately.harmful} of them without their data")
    if letter.problem:
        parts.append(letter.problem)
    if place.again:
        parts.append("it was a dead letter before: our own trigger gave it up")
    return plain("; ".join(parts))


def _remedy(place: Place) -> str:
    """The commands to look at what lies there, and to send it again; the name is a declared one, or one without anything for a shell."""
    return f"python -m validator dlq peek {place.subscription}\npython -m validator dlq replay {place.subscription}"


def _evidence(letter: DeadLetter, place: Place, harm: Harm) -> dict[str, object]:
    return {
        "message_id": letter.message_id,
        "topic": place.topic,
        "given_up_by": letter.source,
        "attempts": letter.attempts,
        "published": rfc3339(letter.published) if letter.published else None,
        "processor": harm.processor or None,
        "correlation_id": correlation_of(letter),
        "tables": list(harm.tables),
        "arrival": harm.arrival.value,
        "data": clip(plain(letter.text[: SHOWN * 4]), SHOWN),
    }
