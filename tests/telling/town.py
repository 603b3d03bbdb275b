"""A channel, a ledger and a clock in memory: runs are told through the real code, and a message can be refused or broken off."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from validator.claim import NoClaim
from validator.identity import Order
from validator.results import Delivery, Result, Run, fingerprint, result_id
from validator.ssot.models.checks import ScheduleSpec, SilenceSpec
from validator.ssot.models.pipeline import TellingSpec
from validator.status import Severity, Status, run_status
from validator.tell.causes import NO_PHASES, Phases
from validator.tell.change import Change
from validator.tell.channel import Message, NotSent
from validator.tell.delivery import Teller
from validator.tell.message import Links
from validator.tell.notice import Notice, Rules
from validator.tell.problem import Key
from validator.tell.routes import NO_ROUTES, Routes
from validator.tell.told import Ledger, Told, newest
from validator.telling import notices, tell

WHERE = ZoneInfo("America/New_York")
START = datetime(2026, 2, 3, 11, 0, tzinfo=UTC)
ANY_DAY = date(2000, 1, 1)
FAIL, WARN, PASS, ERROR, SKIP = Status.FAIL, Status.WARN, Status.PASS, Status.ERROR, Status.SKIP

USUAL = TellingSpec()

Outcome = Literal["accepted", "refused", "killed before", "killed after"]
Notify = Literal["always", "change", "never"]


class Killed(BaseException):
    """The process died here."""


@dataclass
class Mailbox:
    """A channel. `outcome` is what becomes of the next message."""

    name: str = "email"
    outcome: Outcome = "accepted"
    subjects: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        """See Channel."""
        if self.outcome == "refused":
            raise NotSent("the mail was refused")
        if self.outcome == "killed before":
            raise Killed
        self.subjects.append(message.subject)
        self.bodies.append(message.text)
        self.messages.append(message)
        if self.outcome == "killed after":
            raise Killed


@dataclass
class MemoryLedger:
    """The ledger as ToldStore keeps it."""

    results: list[Result] = field(default_factory=list)
    words: list[tuple[str, Change, Told]] = field(default_factory=list)
    messages: list[tuple[str, datetime]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def keep(self, run: Run) -> None:
        """Keep what a run found."""
        self.results += run.results

    def ledger(self, now: datetime) -> Ledger:
        """See ToldStore."""
        channels = {channel for channel, _ in self.messages}
        return Ledger(
            told=newest((channel, told) for channel, _, told in self.words),
            messages={name: tuple(at for one, at in self.messages if one == name and at <= now) for name in channels},
        )

    def judged(self, now: datetime, believed: Collection[Key], silent: Sequence[str]) -> list[Result]:
        """See ToldStore."""
        return [one for one in self.results if now - timedelta(days=8) <= one.check_timestamp <= now]

    def record(self, run: Run, channel: str, at: datetime, subject: str, changes: Sequence[Change]) -> None:
        """See ToldStore."""
        self.messages.append((channel, at))
        for change in changes:
            kept = change.told if change.told and change.told.is_open else None
            told = Told(
                key=change.key,
                check_name=change.result.check_name,
                at=at,
                opened=at,
                run_id=change.found_in,
                transition=change.transition,
                status=change.status,
                severity=change.severity,
                flapping=bool(change.flapping),
                of=change.judged.target_date,
                acknowledged_at=kept.acknowledged_at if kept and change.acknowledged else None,
            )
            self.words.append((channel, change, told))

    def record_refused(self, run: Run, channel: str, at: datetime, reason: str) -> None:
        """See ToldStore."""
        self.refused.append(reason)

    def acknowledge(self, at: datetime) -> None:
        """Somebody has everything in hand that is open."""
        last = {(channel, told.key): place for place, (channel, _, told) in enumerate(self.words)}
        for place in last.values():
            channel, change, told = self.words[place]
            self.words[place] = channel, change, replace(told, acknowledged_at=at, note="ana: on it")


class FreeLeases:
    """Nobody else tells at the same time."""

    def claim(self, *_: Any) -> float:
        """See Leases."""
        return 0.0

    def renew(self, *_: Any) -> bool:
        """See Leases."""
        return True

    def release(self, *_: Any) -> None:
        """See Leases."""


@dataclass
class Town:
    """Whoever is told of a pipeline's runs, what they were told, and the clock they live by."""

    notify: Notify = "change"
    spec: TellingSpec = USUAL
    silences: tuple[SilenceSpec, ...] = ()
    phases: Phases = NO_PHASES
    routes: Routes = NO_ROUTES
    declared: frozenset[str] | None = None
    judged_now: frozenset[str] = frozenset()
    now: datetime = START
    mailbox: Mailbox = field(default_factory=Mailbox)
    others: tuple[Mailbox, ...] = ()
    ledger: Any = field(default_factory=MemoryLedger)
    leases: Any = field(default_factory=FreeLeases)
    addresses: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def teller(self) -> Teller:
        """What telling asks for."""
        rules = Rules(
            spec=self.spec,
            where=WHERE,
            judged_now=self.judged_now,
            phases=self.phases,
            routes=self.routes,
            silences=self.silences,
            declared=self.declared,
        )
        return Teller(
            channels=[self.mailbox, *self.others],
            links=Links(domain="example.com"),
            rules=rules,
            addresses=self.addresses,
            told={"nightly": ["desk@example.com"]},
        )

    def run(self, *results: Result, hours: float = 1, scheduled: bool = True) -> Run:
        """A run that finds that, `hours` after the last one, and is told of."""
        self.now += timedelta(hours=hours)
        run = self._run(results)
        self.ledger.keep(run)
        return self.tell(run, scheduled=scheduled)

    def tell(self, run: Run, *, scheduled: bool = True) -> Run:
        """Tell of a run; where the process dies, the run is as it was."""
        outside: Any = self
        try:
            return tell(self.order(run, scheduled=scheduled), run, outside, NoClaim())
        except Killed:
            return run

    def notice(self, run: Run) -> Notice:
        """What there is to tell of that run now."""
        outside: Any = self
        return notices(self.order(run), run, outside, ())[self.mailbox.name]

    def words(self, subject: str = "s") -> list[str]:
        """What people were told of a subject, in order."""
        return [change.transition.value for _, change, _ in self.ledger.words if change.result.subject == subject]

    def _run(self, results: Sequence[Result]) -> Run:
        run_id = str(uuid.uuid4())
        day = self.now.astimezone(WHERE).date() - timedelta(days=1)
        dated = tuple(
            replace(
                one,
                run_id=run_id,
                check_timestamp=self.now,
                target_date=day if one.target_date == ANY_DAY else one.target_date,
                result_id=result_id(run_id, one.check_name, f"{one.subject}|{one.target_date}"),
            )
            for one in results
        )
        return Run(
            run_id=run_id,
            check_type="nightly",
            schedule_name="nightly",
            target_date=day,
            status=run_status((one.status, one.severity) for one in dated),
            message="",
            trigger_source="scheduler",
            run_timestamp=self.now,
            duration_ms=1,
            results=dated,
            delivery=Delivery(stored=True),
        )

    def order(self, run: Run, *, scheduled: bool = True) -> Order:
        """What was asked for, by whoever tells of the run now."""
        return Order(
            run_id=run.run_id,
            scheduled=scheduled,
            check_type="nightly",
            schedule_name="nightly",
            schedule=ScheduleSpec(cron="0 6 * * *", target_date="yesterday", notify=self.notify, checks=("a",)),
            target=run.target_date,
            now=self.now,
            dry_run=False,
            trigger_source="scheduler",
            checks=(),
            selection=(),
        )


def found(
    status: Status,
    subject: str = "s",
    check: str = "a",
    *,
    severity: Severity = Severity.P2_HIGH,
    day: date = ANY_DAY,
    table: str | None = None,
    value: float | None = None,
    limit: float | None = None,
    days: Mapping[str, float] | None = None,
    ranges: Sequence[tuple[str, str]] = (),
) -> Result:
    """What a check said of a subject; of yesterday, unless another day is given."""
    return Result(
        result_id="",
        run_id="",
        check_timestamp=START,
        check_name=check,
        check_category="completeness",
        subject=subject,
        status=status,
        severity=severity,
        message=f"{subject} is {status.value}",
        target_date=day,
        fingerprint=fingerprint(check, subject),
        target_table=table,
        threshold=limit,
        evidence={
            **({} if value is None else {"value": value}),
            **({} if days is None else {"days": dict(days), "ranges": [list(span) for span in ranges]}),
        },
    )
