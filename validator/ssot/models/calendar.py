"""The calendar of `pipeline.yaml`: on which days something is expected."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from validator.ssot.models.kinds import Count, FullTable, Identifier, MonthDay, TimeOfDay


@dataclass(frozen=True, kw_only=True)
class StatusColumn:
    """The column that says how far an event is, and the values that mean each stage."""

    column: Identifier
    scheduled: tuple[int | str, ...]
    running: tuple[int | str, ...] = ()
    final: tuple[int | str, ...]
    postponed: tuple[int | str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HaltSpec:
    """A table with a row per date that says when part of the pipeline stands still on purpose.

    `where` names the rows that speak of this pipeline, where the table also holds others'.
    """

    table: FullTable
    date: Identifier
    active: Identifier
    reason: Identifier
    phases: tuple[int, ...] = ()
    where: Mapping[Identifier, bool | int | str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PlannedSpec:
    """A table in which the pipeline itself plans what each date owes: a row per date and output, which is named like the table it fills.

    `due` is the column with the instant until which it is expected; a status in `excused` owes nothing. `where` as for a halt.
    """

    table: FullTable
    date: Identifier
    output: Identifier
    due: Identifier
    status: Identifier
    excused: tuple[str, ...] = ()
    where: Mapping[Identifier, bool | int | str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SeasonSpec:
    """The part of the year outside of which no events are expected; both days belong to it, and it may span the new year."""

    starts: MonthDay
    ends: MonthDay

    def contains(self, day: date) -> bool:
        """Whether a day lies in it."""
        text = f"{day:%m-%d}"
        if self.starts <= self.ends:
            return self.starts <= text <= self.ends
        return text >= self.starts or text <= self.ends


@dataclass(frozen=True, kw_only=True)
class CalendarSpec:
    """On which days something is expected: on days with events of a table, on weekdays, or daily.

    `settled_by` is the local time of the next day by which every event's outcome should be known; `starts` is the column with the
    instant an event begins.
    """

    kind: Literal["events", "weekdays", "daily"]
    table: FullTable | None = None
    date: Identifier | None = None
    key: tuple[Identifier, ...] = ()
    version: Identifier | None = None
    starts: Identifier | None = None
    status: StatusColumn | None = None
    final_needs: tuple[Identifier, ...] = ()
    participants: tuple[Identifier, ...] = ()
    event: str = "event"
    count_where: Mapping[Identifier, bool | int | str] = field(default_factory=dict)
    bootstrap_days: Count = 14
    break_days: Count = 5
    settled_by: TimeOfDay = "06:00"
    season: SeasonSpec | None = None
    halt: HaltSpec | None = None
    planned: PlannedSpec | None = None
