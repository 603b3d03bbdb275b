"""The calendar: on which days the pipeline owes data, and the events that make it so.

An event is settled when it is over and its outcome is known; only settled events owe rows. A final row without its outcome is
suspected to be postponed and owes nothing (L-41); an event still open after its day is reported, not counted (L-40).
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

from validator.ssot.models.calendar import CalendarSpec, StatusColumn
from validator.world import Query, Row

LOOK_BACK_DAYS = 400
LOOK_AHEAD_DAYS = 30
SEASON_REACH = timedelta(days=10)
SEASON_BREAK_DAYS = 60

Stage = Literal["unknown", "scheduled", "running", "final", "postponed", "suspect"]
_RANK: Mapping[str, int] = {"unknown": 0, "scheduled": 1, "running": 2, "suspect": 3, "final": 4, "postponed": 5}


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event of the calendar. `settled`: it is over and its outcome is known. `starts` and `final_since` (when that was first said of it)
    are None where the calendar doesn't tell.
    """

    day: date
    key: tuple[str, ...]
    stage: Stage
    participants: tuple[str, ...]
    settled: bool
    starts: datetime | None = None
    final_since: datetime | None = None

    @property
    def label(self) -> str:
        """How a reader knows it: `NORTH@SOUTH`, or its key."""
        return "@".join(self.participants) or "/".join(self.key)


class Calendar:
    """The days on which something is expected. For `weekdays` and `daily` calendars each such day is one settled event."""

    def __init__(
        self,
        spec: CalendarSpec,
        events: Iterable[Event] = (),
        halts: Mapping[date, str] | None = None,
        named: Iterable[date] = (),
    ) -> None:
        """`named` are the days that the calendar has rows for, also rows that don't count as events."""
        self.spec = spec
        self.halts = halts or {}
        self._events: dict[date, list[Event]] = {}
        for event in events:
            self._events.setdefault(event.day, []).append(event)
        self.named = frozenset((*named, *self._events))
        self._held: dict[date, list[Event]] = {}
        self._settled: dict[date, list[Event]] = {}

    def doubt(self, day: date) -> str:
        """Why nothing can be concluded from there being no event on that day; empty where the calendar is to be believed.

        Events are known ahead: a calendar without any after the day has stopped, unless the day lies outside the declared season.
        """
        if self.spec.kind != "events" or day in self.named or any(later > day for later in self.named):
            return ""
        if self.named and self.spec.season and not self.spec.season.contains(day):
            return ""
        known = f"ends on {max(self.named)}" if self.named else f"has no {self.spec.event} within {LOOK_BACK_DAYS} days"
        return f"the calendar {self.spec.table} {known}: what is due can't be known for {day}"

    def events(self, day: date) -> list[Event]:
        """The events of a day that take place, as far as the calendar knows."""
        if day not in self._held:
            self._held[day] = self._taking_place(day)
        return self._held[day]

    def _taking_place(self, day: date) -> list[Event]:
        if self.spec.kind == "events":
            return [event for event in self._events.get(day, []) if event.stage not in ("postponed", "suspect")]
        if self.spec.kind == "weekdays" and day.isoweekday() > 5:
            return []
        return [Event(day=day, key=(day.isoformat(),), stage="final", participants=(), settled=True)]

    def settled(self, day: date) -> list[Event]:
        """The events of a day that are over with a known outcome: those that owe data."""
        if day not in self._settled:
            self._settled[day] = [event for event in self.events(day) if event.settled]
        return self._settled[day]

    def open(self, day: date) -> list[Event]:
        """The events of a day whose outcome is not known; those suspected to be postponed are not among them."""
        return [event for event in self.events(day) if not event.settled]

    def suspects(self, day: date) -> list[Event]:
        """The events of a day that are said to be over without an outcome: suspected to be postponed (L-41)."""
        return [event for event in self._events.get(day, []) if event.stage == "suspect"]

    def in_season(self, day: date) -> bool:
        """Whether there is an event within ten days on either side."""
        if self.spec.kind != "events":
            return True
        return any(abs(day - other) <= SEASON_REACH for other in self._days)

    def eased(self, day: date) -> str:
        """Why little can be expected of this day: the first days of a season, or the first after a break; empty otherwise (L-53, L-54)."""
        if self.spec.kind != "events":
            return ""
        held = self._days[: bisect_right(self._days, day)]
        gaps = [(later, (later - earlier).days - 1) for earlier, later in pairwise(held)]
        start = max((later for later, gap in gaps if gap >= SEASON_BREAK_DAYS), default=held[0] if held else None)
        if start and (day - start).days < self.spec.bootstrap_days:
            return f"the season began on {start}"
        if gaps and held[-1] == day and gaps[-1][1] >= self.spec.break_days:
            return f"first day after {gaps[-1][1]} days without {self.spec.event}s"
        return ""

    @cached_property
    def _days(self) -> list[date]:
        return sorted(day for day in self._events if self.events(day))


def calendar_query(spec: CalendarSpec, project: str, around: date) -> Query:
    """The one query that reads a calendar of events around a date."""
    names = dict.fromkeys((*spec.key, *spec.participants, *spec.final_needs, *spec.count_where))
    names.update(
        dict.fromkeys(
            name for name in (spec.date, spec.version, spec.starts, spec.status and spec.status.column) if name
        )
    )
    columns = ", ".join(f"`{name}`" for name in names)
    return Query(
        sql=f"SELECT {columns} FROM `{project}.{spec.table}` WHERE `{spec.date}` BETWEEN @first AND @last",
        parameters={"first": around - timedelta(days=LOOK_BACK_DAYS), "last": around + timedelta(days=LOOK_AHEAD_DAYS)},
    )


def events_of(spec: CalendarSpec, rows: Iterable[Row], today: date) -> list[Event]:
    """The events in the calendar's rows: per key the row furthest along, then the newest version, counts."""
    best: dict[tuple[str, ...], tuple[tuple[int, str], Row, Stage]] = {}
    final: dict[tuple[str, ...], datetime] = {}
    for row in rows:
        if any(row[name] is not None and row[name] != wanted for name, wanted in spec.count_where.items()):
            continue
        stage = _stage(spec, row)
        key = tuple(str(row[name]) for name in spec.key)
        order = (_RANK[stage], str(row[spec.version]) if spec.version else "")
        if key not in best or order > best[key][0]:
            best[key] = (order, row, stage)
        said = _instant(row, spec.version)
        if stage == "final" and said:
            final[key] = min(said, final.get(key, said))
    return [_event(spec, key, row, stage, today, final.get(key)) for key, (_, row, stage) in best.items()]


def _instant(row: Row, column: str | None) -> datetime | None:
    value = row[column] if column else None
    return value if isinstance(value, datetime) else None


def _event(
    spec: CalendarSpec, key: tuple[str, ...], row: Row, stage: Stage, today: date, final_since: datetime | None
) -> Event:
    day = row[spec.date or ""]
    outcome = bool(spec.final_needs) and all(row[name] is not None for name in spec.final_needs)
    over = stage == "final" or (outcome and day < today and stage in ("scheduled", "running"))
    participants = tuple(str(row[name]) for name in spec.participants)
    return Event(
        day=day,
        key=key,
        stage=stage,
        participants=participants,
        settled=over,
        starts=_instant(row, spec.starts),
        final_since=final_since,
    )


def _stage(spec: CalendarSpec, row: Row) -> Stage:
    status = spec.status
    if status is None:
        return "unknown"
    stage = _status_stage(status, row[status.column])
    if stage == "final" and any(row[name] is None for name in spec.final_needs):
        return "suspect"
    return stage


def _status_stage(status: StatusColumn, value: Any) -> Stage:
    stages: tuple[tuple[Stage, tuple[int | str, ...]], ...] = (
        ("scheduled", status.scheduled),
        ("running", status.running),
        ("final", status.final),
        ("postponed", status.postponed),
    )
    return next((stage for stage, values in stages if value in values), "unknown")


def halt_query(spec: CalendarSpec, project: str, around: date) -> Query | None:
    """The query that reads when part of the pipeline stands still on purpose, where such a table is declared."""
    halt = spec.halt
    if halt is None:
        return None
    where = "".join(f" AND `{column}` = @where_{index}" for index, column in enumerate(halt.where))
    return Query(
        sql=(
            f"SELECT `{halt.date}` AS day, `{halt.active}` AS active, `{halt.reason}` AS reason "
            f"FROM `{project}.{halt.table}` WHERE `{halt.date}` BETWEEN @first AND @last{where}"
        ),
        parameters={
            "first": around - timedelta(days=60),
            "last": around + timedelta(days=2),
            **{f"where_{index}": value for index, value in enumerate(halt.where.values())},
        },
    )


def halts_of(rows: Iterable[Row]) -> dict[date, str]:
    """The halted days and their reasons."""
    return {row["day"]: str(row["reason"] or "no reason given") for row in rows if row["active"]}


Ask = Callable[[Query], Iterable[Row]]


def read_calendar(spec: CalendarSpec, project: str, around: date, today: date, ask: Ask) -> Calendar:
    """Read the calendar around a date through `ask`."""
    if spec.kind != "events":
        return Calendar(spec)
    rows = list(ask(calendar_query(spec, project, around)))
    halt = halt_query(spec, project, around)
    named = {row[spec.date or ""] for row in rows}
    return Calendar(spec, events_of(spec, rows, today), halts_of(ask(halt)) if halt else {}, named)
