"""The one result of a dead letter, in the words that people are told."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from validator.clock import rfc3339
from validator.dead_letters.harm import Arrival, Harm, correlation_of
from validator.dead_letters.ledger import Lately
from validator.dead_letters.message import DeadLetter
from validator.dead_letters.place import Place
from validator.identity import UNWATCHED
from validator.judge import NamedCheck
from validator.results import Result, fingerprint, result_id
from validator.status import Severity, Status
from validator.tell.plain import amount, clip, plain

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
class Case:
    """A dead letter, where it belongs, whom it harms, and what else came there lately."""

    letter: DeadLetter
    place: Place
    harm: Harm
    lately: Lately

    @property
    def status(self) -> Status:
        """FAIL where data is missing, or not known to be there, of this one or of any that came lately; else WARN."""
        return Status.FAIL if self.lately.harmful else STATUSES[self.harm.arrival]

    @property
    def count(self) -> int:
        """Messages that came lately, this one included."""
        return max(self.lately.letters, 1)


def result_of(case: Case, target: date, now: datetime, watching: NamedCheck | None, project: str) -> Result:
    """The result, as the check `watching` would give it: one problem a subscription, whatever messages it is about."""
    letter, place, harm = case.letter, case.place, case.harm
    name = watching.name if watching else UNWATCHED
    return Result(
        result_id=result_id(letter.run_id, name, place.subscription),
        run_id=letter.run_id,
        check_timestamp=now,
        check_name=name,
        check_category=watching.spec.category if watching else "queues",
        subject=place.subscription,
        status=case.status,
        severity=place.severity or (watching.spec.severity if watching else Severity.P2_HIGH),
        message=_message(case),
        target_date=target,
        fingerprint=fingerprint(name, place.subscription),
        expected_value="no message is given up",
        actual_value=f"{amount(case.count, 'message')} within the hour",
        target_table=harm.tables[0] if len(harm.tables) == 1 else None,
        affected_records=case.count,
        remedy=_remedy(place, project, drop=case.harm.arrival in (Arrival.ARRIVED, Arrival.NOT_OWED)),
        evidence=_evidence(case),
    )


def _message(case: Case) -> str:
    letter, place, harm, lately = case.letter, case.place, case.harm, case.lately
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


def _remedy(place: Place, project: str, *, drop: bool) -> str:
    """What to type: look, and send again or take out where it can be found, else make a place where it can."""
    if place.watched:
        again = f"python -m validator dlq replay {place.subscription}" + (" --drop-arrived" if drop else "")
        return f"python -m validator dlq peek {place.subscription}\n{again}"
    if not place.topic:
        return "python -m validator dlq list"
    name, topic = shlex.quote(f"{place.topic}-sub"), shlex.quote(place.topic)
    return f"gcloud pubsub subscriptions create {name} --topic {topic} --project {shlex.quote(project)}"


def _evidence(case: Case) -> dict[str, object]:
    letter, place, harm = case.letter, case.place, case.harm
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
