"""Whom a dead letter harms: a phase and a date, and whether the rows are there all the same.

A dead letter is a notification: what it would have caused may have been done by a later run. So rows are looked at, of the processor that the
message names, of those that depend on it, or of all that the phase owes.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache

from validator.asked import read_day
from validator.check import Unmeasurable
from validator.dead_letters.message import DeadLetter
from validator.dead_letters.place import Place
from validator.errors import BadRequest, ServiceError
from validator.evidence.completion import rows_for
from validator.identity import DEAD_LETTER
from validator.look import Shared, World
from validator.pipeline.model import PhasePlan
from validator.ssot.source import Processor, Ssot
from validator.tell.plain import amount
from validator.world import Ports

DATE_KEYS = ("target_date", "data_date", "date")
"""Where messages say which date they are about, besides the calendar's own column and those of tables (L-84)."""
PROCESSOR_KEYS = ("processor_name", "processor")
CORRELATION = "correlation_id"

_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?", re.DOTALL)
_PHASE = re.compile(r"(?:phase)?[ _-]?([0-9]{1,4})(?:_.*)?", re.IGNORECASE | re.DOTALL)

WorldOf = Callable[[date], World]


class Arrival(Enum):
    """Whether the data of a dead letter is there."""

    ARRIVED = "arrived"
    MISSING = "missing"
    NOT_OWED = "not owed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Harm:
    """What a dead letter means for the pipeline. `note` says in words why `arrival` is what it is."""

    phase: int | None
    day: date | None
    processor: str = ""
    arrival: Arrival
    note: str
    tables: tuple[str, ...] = ()

    @property
    def arrived(self) -> bool | None:
        """Whether the rows have come; None where that is not known, or none are owed."""
        return {Arrival.ARRIVED: True, Arrival.MISSING: False}.get(self.arrival)


def worlds(ports: Ports, ssot: Ssot, now: datetime, run: str) -> WorldOf:
    """The world as one who asks about a date sees it; each date's questions are asked once."""

    @cache
    def world(day: date) -> World:
        labels = {"run": run, "schedule": DEAD_LETTER}
        return World(Shared(ports=ports, ssot=ssot, now=now, around=day, run_labels=labels), DEAD_LETTER, day)

    return world


def harm_of(letter: DeadLetter, place: Place, ssot: Ssot, now: datetime, world: WorldOf) -> Harm:
    """Which phase and date a dead letter harms, and whether the data has arrived. What can't be known is said, never raised."""
    processor = _processor(letter, ssot)
    phase = place.phase if place.phase is not None else _phase(letter, processor, ssot)
    day = _day(letter, ssot, now)
    unknown = [*(["no phase"] if phase is None else []), *(["no date"] if day is None else [])]
    if phase is None or day is None or phase not in ssot.phases:
        what = " and ".join(unknown) or f"no declared phase (phase {phase})"
        return _harm(
            phase, day, processor, Arrival.UNKNOWN, f"it names {what}: whether its data has come can't be known"
        )
    try:
        return _look(world(day), phase, day, processor)
    except (ServiceError, Unmeasurable) as error:
        return _harm(phase, day, processor, Arrival.UNKNOWN, f"whether its data has come can't be known: {error}")


def correlation_of(letter: DeadLetter) -> str | None:
    """The id by which one event is followed through the phases."""
    return next(_texts(letter, (CORRELATION,)), None)


def _look(world: World, phase: int, day: date, processor: Processor | None) -> Harm:
    plan = world.pipeline.expected(phase)
    wanted = _wanted(plan, processor)
    rows = rows_for(world, wanted, day)
    tables = tuple(dict.fromkeys(one.table for one in wanted))
    absent = sorted({one.table for one in wanted if rows[one.name] == 0})
    uncounted = sorted({one.table for one in wanted if rows[one.name] is None})
    rests = plan.reason if plan.phase.monitoring.enable_completion_tracking else ""
    if wanted and not absent and not uncounted:
        arrival, note = Arrival.ARRIVED, f"its data has arrived all the same: {_counted(wanted, rows)}"
    elif rests:
        arrival, note = Arrival.NOT_OWED, f"nothing is owed: {rests}"
    elif absent:
        arrival, note = Arrival.MISSING, f"no rows for {day} in {', '.join(absent)}"
    else:
        what = f"rows of {', '.join(uncounted)} can't be counted" if uncounted else "the phase has no processors"
        arrival, note = Arrival.UNKNOWN, f"whether its data has come can't be known: {what}"
    return _harm(phase, day, processor, arrival, note, tables)


def _harm(
    phase: int | None,
    day: date | None,
    processor: Processor | None,
    arrival: Arrival,
    note: str,
    tables: Sequence[str] = (),
) -> Harm:
    name = processor.name if processor else ""
    return Harm(phase=phase, day=day, processor=name, arrival=arrival, note=note, tables=tuple(tables))


def _wanted(plan: PhasePlan, processor: Processor | None) -> Sequence[Processor]:
    """The processors of the phase whose rows the message should have led to."""
    if processor and processor.phase == plan.phase.phase:
        return [processor]
    owing = plan.required or plan.processors
    after = [one for one in plan.processors if processor and processor.names & set(one.spec.dependencies)]
    return after or owing


def _counted(wanted: Sequence[Processor], rows: Mapping[str, int | None]) -> str:
    shown = [f"{rows[one.name]:,} rows in {one.table}" for one in wanted[:3]]
    return ", ".join([*shown, *([f"and {amount(len(wanted) - 3, 'more table')}"] if len(wanted) > 3 else [])])


def _processor(letter: DeadLetter, ssot: Ssot) -> Processor | None:
    return next((found for text in _texts(letter, PROCESSOR_KEYS) if (found := ssot.processor(text))), None)


def _phase(letter: DeadLetter, processor: Processor | None, ssot: Ssot) -> int | None:
    """The phase that the message itself names, else its processor's; for subscriptions of which no phase is declared."""
    named = [match for text in _texts(letter, ("phase",)) if (match := _PHASE.fullmatch(text))]
    phases = [number for match in named if (number := int(match[1])) in ssot.phases]
    return next(iter(phases), processor.phase if processor else None)


def _day(letter: DeadLetter, ssot: Ssot, now: datetime) -> date | None:
    own = [ssot.pipeline.calendar.date, *(table.date for table in ssot.tables.values())]
    for text in _texts(letter, [*dict.fromkeys(name for name in own if name), *DATE_KEYS]):
        if match := _DAY.fullmatch(text):
            try:
                return read_day(match[1], now)
            except BadRequest:
                continue
    return None


def _texts(letter: DeadLetter, keys: Sequence[str]) -> Iterator[str]:
    """What the message says under these keys, its data before its attributes."""
    for source in (letter.payload, letter.attributes):
        for key in keys:
            value = source.get(key)
            if isinstance(value, str | int) and not isinstance(value, bool) and len(text := str(value)) <= 255:
                yield text
