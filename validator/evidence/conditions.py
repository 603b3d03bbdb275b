"""Conditions on the columns of a table, as typed parameters: what of a row must hold, never a piece of SQL."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Annotated

from validator.ssot.models.kinds import Identifier
from validator.ssot.reader import Rule
from validator.ssot.source import Ssot, Table
from validator.world import Value

Plain = bool | int | float | str


@dataclass(frozen=True, kw_only=True)
class ColumnCondition:
    """What a column must hold: a value, one of some values, none of some values (no value at all is none of them), or a value or none."""

    column: Identifier
    equals: Plain | None = None
    in_: tuple[Plain, ...] = ()
    not_in: tuple[Plain, ...] = ()
    not_null: bool | None = None

    def __str__(self) -> str:
        if self.equals is not None:
            return f"{self.column} = {_shown(self.equals)}"
        if self.not_null is not None:
            return f"{self.column} {'filled' if self.not_null else 'empty'}"
        listed = ", ".join(_shown(value) for value in self.in_ or self.not_in)
        return f"{self.column} {'in' if self.in_ else 'not in'} ({listed})"


def _says_one_thing(condition: ColumnCondition) -> bool:
    names = [field.name for field in fields(condition) if field.name != "column"]
    return sum(getattr(condition, name) not in (None, ()) for name in names) == 1


Condition = Annotated[ColumnCondition, Rule("a column and one of equals, in, not_in, not_null", _says_one_thing)]
Conditions = tuple[Condition, ...]


class Bound:
    """The parameters of one query: each value gets a name when it is used."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}

    def name(self, value: Value) -> str:
        """The value's place in the SQL; an equal value of the same type has one place."""
        for name, known in self.values.items():
            if known == value and type(known) is type(value):
                return f"@{name}"
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"@{name}"

    def all(self, conditions: Sequence[ColumnCondition]) -> str:
        """The SQL of all the conditions together; TRUE where there is none."""
        return " AND ".join(self._one(condition) for condition in conditions) or "TRUE"

    def _one(self, condition: ColumnCondition) -> str:
        column = f"`{condition.column}`"
        if condition.equals is not None:
            return f"{column} = {self.name(condition.equals)}"
        if condition.not_null is not None:
            return f"{column} IS {'NOT ' if condition.not_null else ''}NULL"
        if condition.in_:
            return f"{column} IN UNNEST({self.name(condition.in_)})"
        return f"({column} IS NULL OR NOT {column} IN UNNEST({self.name(condition.not_in)}))"


def columns_of(conditions: Sequence[ColumnCondition]) -> tuple[str, ...]:
    """The columns that the conditions speak of."""
    return tuple(condition.column for condition in conditions)


def text_of(columns: Sequence[str]) -> str:
    """The SQL of several columns as one text, with `|` between them; a column without a value counts as an empty text."""
    parts = [f"COALESCE(CAST(`{column}` AS STRING), '')" for column in columns]
    joined = ", '|', ".join(parts)
    return f"CONCAT({joined})" if len(parts) > 1 else joined


def described(conditions: Sequence[ColumnCondition]) -> str:
    """The conditions as a reader reads them; nothing where there is none."""
    return " and ".join(str(condition) for condition in conditions)


def undeclared(ssot: Ssot, table: str, columns: Sequence[str] = ()) -> Iterator[str]:
    """What an entry speaks of and the source of truth doesn't know: the table, its date, or a column of those it declares."""
    found = ssot.tables.get(table)
    if found is None:
        yield f"the source of truth declares no table {table!r}"
    elif found.date is None:
        yield f"the source of truth declares no date column for {table}"
    elif found.spec.columns:
        for column in dict.fromkeys(columns):
            if column not in known_columns(found):
                yield f"{table} declares no column {column!r}"


def never_owed(ssot: Ssot, table: str) -> Iterator[str]:
    """That a table owes nothing at any time, where a check would wait for its rows to be due."""
    if table in ssot.tables and ssot.tables[table].spec.expect is None:
        yield f"{table} declares no expectation, so no row is ever due"


def known_columns(table: Table) -> set[str]:
    """The columns that are declared, or spoken of elsewhere in the declaration."""
    participants = table.spec.expect.participants if table.spec.expect else ()
    return {*table.spec.columns, *participants, *filter(None, [table.date])}


def _shown(value: Plain) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def undeclared_phase(ssot: Ssot, number: int) -> Iterator[str]:
    """That the source of truth declares no such phase."""
    if number not in ssot.phases:
        yield f"phase {number} is not declared; known: {', '.join(map(str, sorted(ssot.phases))) or 'none'}"
