"""Telling people of a run: what changed since each channel was last told, sent once, recorded, and what went wrong with it said.

There is no queue. What a channel did not accept is still missing in the ledger, so the next run, whichever it is, tells it.
"""

import logging
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from validator.claim import Claim
from validator.errors import ServiceError
from validator.identity import DEAD_LETTER, Order
from validator.lease import Leases
from validator.results import Result, Run
from validator.store_told import ToldStore
from validator.tell.channel import Channel, Message, NotSent
from validator.tell.delivery import Teller
from validator.tell.notice import Notice, notice_of
from validator.tell.told import Ledger

log = logging.getLogger("validator.tell")

TURN = "telling"
TURN_SECONDS, LONGEST_WAIT, PAUSE = 9.0, 30.0, 0.2
MAIL = "email"


class Outside(Protocol):
    """What telling needs of a run's outside services; each may raise ServiceError when it is first asked for."""

    @property
    def ledger(self) -> ToldStore: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def teller(self) -> Teller: ...


def tell(order: Order, run: Run, outside: Outside, claim: Claim) -> Run:
    """The run with what became of its message. Nothing is sent to a channel to which there is nothing to say."""
    claim.hold()
    try:
        teller = outside.teller
    except ServiceError as error:
        return _with(run, problems=[f"not sent: {error}"])
    noted = claim.told() - set(run.delivery.sent)
    told = noted | set(run.delivery.sent)
    unrecorded = _record_noted(order, run, noted, outside) if noted else []
    sent: list[str] = []
    problems: list[str] = []
    looked = notices(order, run, outside, told)
    if any(notice.due for notice in looked.values()):
        with _turn(outside):
            claim.hold()
            due = {name: notice for name, notice in notices(order, run, outside, told).items() if notice.due}
            sent, problems = _send_all(order, run, teller, due, _recorder(order, run, outside, claim), outside)
    quiet = "; ".join(dict.fromkeys(notice.why for notice in looked.values() if not notice.due))
    told_now = _with(run, sent=[*told, *sent], problems=[*unrecorded, *problems])
    return replace(told_now, delivery=replace(told_now.delivery, quiet=quiet))


def all_told(order: Order, run: Run, outside: Outside) -> bool:
    """Whether nothing is left to be said of a stored run."""
    try:
        return not any(notice.due for notice in notices(order, run, outside, run.delivery.sent).values())
    except ServiceError:
        return False


def notices(order: Order, run: Run, outside: Outside, told: Collection[str]) -> Mapping[str, Notice]:
    """What there is to say to each channel that has not had this run's message. Raises ServiceError where no channel can be made.

    Where the ledger can't be read, everything that the run found is news: rather twice than never.
    """
    teller = outside.teller
    names = [*(channel.name for channel in teller.channels), *([MAIL] if teller.unset else [])] or [MAIL]
    waiting = [name for name in names if name not in told]
    if order.schedule.notify == "never" or not waiting:
        return {}
    ledger, stored, unread = _seen(order, outside, waiting)
    found = {
        name: notice_of(
            run.results,
            stored,
            ledger,
            name,
            teller.rules,
            notify=order.schedule.notify,
            scheduled=order.scheduled,
            now=order.now,
            partial=order.check_type == DEAD_LETTER,
        )
        for name in waiting
    }
    return {name: replace(notice, unread=unread) for name, notice in found.items()}


def _seen(order: Order, outside: Outside, channels: Sequence[str]) -> tuple[Ledger, Sequence[Result], str]:
    try:
        ledger = outside.ledger.ledger(order.now)
        believed = {key for name in channels for key, told in ledger.of(name).items() if told.is_open}
        return ledger, outside.ledger.judged(order.now, believed, outside.teller.silent), ""
    except ServiceError as error:
        log.warning("what people were told before can't be seen, so everything is told: %s", error)
        return Ledger(), (), str(error)


@contextmanager
def _turn(outside: Outside) -> Iterator[None]:
    """One at a time: two runs that find the same don't both tell it. A turn that can't be had, or not soon, is gone without.

    It is renewed for as long as it lasts, and that of a process that died lapses soon.
    """
    holder, end = str(uuid.uuid4()), time.monotonic() + LONGEST_WAIT
    turn: Claim | None = None
    try:
        leases = outside.leases
        while (left := leases.claim(TURN, holder, TURN_SECONDS)) > 0 and time.monotonic() < end:
            time.sleep(PAUSE)
        turn = Claim(TURN, leases, holder, TURN_SECONDS) if left <= 0 else None
    except ServiceError as error:
        log.warning("telling goes on without waiting its turn: %s", error)
    try:
        yield
    finally:
        if turn is not None:
            turn.give_up()


Record = Callable[[str, str, Notice], None]


def _recorder(order: Order, run: Run, outside: Outside, claim: Claim) -> Record:
    """Records that a channel accepted the message: beside the claim first (it lives where the store may not), then in the ledger."""

    def record(channel: str, subject: str, notice: Notice) -> None:
        claim.note(channel)
        outside.ledger.record(run, channel, order.now, subject, notice.told)

    return record


def _record_noted(order: Order, run: Run, noted: Collection[str], outside: Outside) -> list[str]:
    """Record what an earlier attempt sent and noted beside its claim, and could not record. Returns the problems.

    What was judged after the run was hardly in that message: it stays to be told, rather twice than never.
    """
    problems = []
    found = notices(order, run, outside, ())
    for channel in sorted(noted & found.keys()):
        try:
            subject = outside.teller.message(run, found[channel]).subject
            told = [one for one in found[channel].told if one.judged.check_timestamp <= run.run_timestamp]
            outside.ledger.record(run, channel, order.now, subject, told)
        except ServiceError as error:
            problems.append(f"{channel}: sent, but not recorded: {error}")
    return problems


def _send_all(
    order: Order, run: Run, teller: Teller, due: Mapping[str, Notice], record: Record, outside: Outside
) -> tuple[list[str], list[str]]:
    """Send to every channel. Returns the channels that accepted, and the problems."""
    sent: list[str] = []
    problems = [f"not sent: {', '.join(teller.unset)} not set"] if teller.unset and MAIL in due else []
    if due and not teller.channels and not teller.unset:
        problems.append("not sent: no channel is configured")
    for channel in teller.channels:
        if channel.name not in due:
            continue
        notice = due[channel.name]
        message = teller.message(run, notice)
        if problem := _send(channel, message):
            problems.append(problem)
            _record_refused(order, run, channel.name, problem, outside)
            continue
        sent.append(channel.name)
        try:
            record(channel.name, message.subject, notice)
        except ServiceError as error:
            problems.append(f"{channel.name}: sent, but not recorded: {error}")
    return sent, problems


def _send(channel: Channel, message: Message) -> str:
    try:
        channel.send(message)
    except NotSent as error:
        log.warning("run %s not told by %s: %s", message.run_id, channel.name, error)
        return f"{channel.name}: {error}"
    return ""


def _record_refused(order: Order, run: Run, channel: str, problem: str, outside: Outside) -> None:
    try:
        outside.ledger.record_refused(run, channel, order.now, problem)
    except ServiceError as error:
        log.warning("that %s did not accept the message is not recorded: %s", channel, error)


def _with(run: Run, *, sent: Sequence[str] = (), problems: Sequence[str] = ()) -> Run:
    delivery = run.delivery
    return replace(
        run,
        delivery=replace(
            delivery, sent=tuple(sorted({*delivery.sent, *sent})), problems=(*delivery.problems, *problems)
        ),
    )
