"""What stands in a column of a made-up row: an SQL expression over the row's day, event and number.

The row has `day`, `written` (when), `i` (its number within the day), `j` (within its event), `number` (the event's)
and `who` (the event's participants, empty for rows of a day).
"""

import zlib
from dataclasses import dataclass

from validator.demo.sheet import column_type, literal
from validator.ssot.models.calendar import CalendarSpec
from validator.ssot.source import Table

SPREAD = 1009


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Expressions for the columns of one table."""

    table: Table
    calendar: CalendarSpec
    seed: int

    def expression(self, name: str, kind: str) -> str:
        """The value of a column of the warehouse type `kind`."""
        return f"CAST({self._value(name, kind)} AS {column_type(kind)})"

    def _value(self, name: str, kind: str) -> str:
        samples = self.table.spec.samples.get(name)
        if name == self.table.date:
            return "day"
        if (participant := self._participant(name)) is not None:
            return participant
        if samples:
            return f"([{', '.join(literal(value) for value in samples)}])[1 + i % {len(samples)}]"
        if name in self.calendar.key and kind == "STRING":
            return "strftime(day, '%Y%m%d_') || CASE WHEN len(who) > 0 THEN array_to_string(who, '_') ELSE CAST(i AS VARCHAR) END"
        return self._made_up(name, kind)

    def _participant(self, name: str) -> str | None:
        """One participant a row in turn, where one column holds them all; else each column its own."""
        expect, count = self.table.spec.expect, len(self.calendar.participants)
        columns = expect.participants if expect and expect.per == "event" else ()
        if not count or name not in columns:
            return None
        return (
            f"who[1 + (i + {columns.index(name)}) % {count}]"
            if len(columns) < count
            else f"who[{1 + columns.index(name) % count}]"
        )

    def _made_up(self, name: str, kind: str) -> str:
        base = kind.split("(", maxsplit=1)[0]
        if base == "STRING":
            own = f"lower(who[1 + i % len(who)]) || {literal(f'-{name}-')} || j // len(who)"
            return f"CASE WHEN len(who) > 0 THEN {own} ELSE {literal(name + '-')} || i END"
        if base in ("INT64", "INTEGER"):
            return f"1 + {self._dice(name)} % 40"
        if base in ("FLOAT64", "FLOAT", "NUMERIC", "BIGNUMERIC"):
            return f"1 + ({self._dice(name)} % 400) / 10.0"
        if base in ("BOOL", "BOOLEAN"):
            return "i % 2 = 0"
        return {"DATE": "day", "TIMESTAMP": "written", "DATETIME": "written"}.get(
            base, "[]" if base.startswith("ARRAY") else "NULL"
        )

    def _dice(self, name: str) -> str:
        salt = (zlib.crc32(f"{self.table.name}.{name}".encode()) + self.seed) % 100003
        return f"((i * 7919 + date_diff('day', DATE '2000-01-01', day) * 104729 + {salt}) % {SPREAD})"
