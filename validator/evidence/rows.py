"""Rows of many tables in one question: how many per day, for whom, and how recent. One job for all tables, never one each."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from validator.look import World
from validator.ssot.source import Table
from validator.world import Value

SEPARATOR = "|"
TABLES_A_JOB = 500
"""BigQuery refuses more than 1,000 referenced tables, and each bills at least 10 MB."""


@dataclass(frozen=True, kw_only=True)
class DayRows:
    """Rows of a table for one day, and whom they are about."""

    rows: int = 0
    participants: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class TableRows:
    """A table's rows by day. `problem` says why they could not be counted (the table or its date column is not there)."""

    days: Mapping[date, DayRows] = field(default_factory=dict)
    problem: str = ""
    missing: bool = False
    query: str = ""


def count_rows(world: World, tables: Iterable[Table], first: date, last: date) -> Mapping[str, TableRows]:
    """Rows per table and day from first to last, by table name. Raises ServiceError."""
    wanted = sorted(tables, key=lambda table: table.name)
    counted: dict[str, TableRows] = {table.name: _absent(world, table) for table in wanted}
    askable = [table for table in wanted if not counted[table.name].problem]
    found: dict[str, dict[date, DayRows]] = {table.name: {} for table in askable}
    parameters: dict[str, Value] = {"first": first, "last": last}
    for chunk in _chunks(askable):
        for row in world.query(_count_sql(world, chunk), parameters):
            seen = frozenset(filter(None, (row["participants"] or "").split(SEPARATOR)))
            found[row["table_name"]][row["day"]] = DayRows(rows=int(row["row_count"]), participants=seen)
    for table in askable:
        counted[table.name] = TableRows(days=found[table.name], query=evidence(world, table, first, last))
    return counted


def _count_sql(world: World, tables: Iterable[Table]) -> str:
    """One row a table and day, with the names of all its participants: a season of them would be many rows."""
    rows = _union(world, tables, lambda t: {"day": f"`{t.date}`", "participant": _participant(world, t)})
    counts = f"SELECT table_name, day, participant, COUNT(*) AS row_count FROM (\n{rows}\n) GROUP BY table_name, day, participant"
    return (
        f"SELECT table_name, day, SUM(row_count) AS row_count, STRING_AGG(participant, '{SEPARATOR}') AS participants "
        f"FROM ({counts}) GROUP BY table_name, day"
    )


def newest_days(world: World, tables: Iterable[Table], first: date, last: date) -> Mapping[str, date | str | None]:
    """The newest date with rows per table within first … last: a date, None when there is no row, or text saying why it can't be known."""
    wanted = sorted(tables, key=lambda table: table.name)
    answers: dict[str, date | str | None] = {table.name: _absent(world, table).problem or None for table in wanted}
    for chunk in _chunks([table for table in wanted if answers[table.name] is None]):
        sql = _union(world, chunk, lambda t: {"newest": f"MAX(`{t.date}`)"})
        for row in world.query(sql, {"first": first, "last": last}):
            answers[row["table_name"]] = row["newest"]
    return answers


def evidence(world: World, table: Table, first: date, last: date) -> str:
    """The query for one table with its values written in, ready to paste."""
    return (
        f"SELECT `{table.date}` AS day, COUNT(*) AS row_count FROM {_full(world, table)} "
        f"WHERE `{table.date}` BETWEEN DATE '{first}' AND DATE '{last}' GROUP BY day ORDER BY day"
    )


def _union(world: World, tables: Iterable[Table], values: Callable[[Table], Mapping[str, str]]) -> str:
    """One SELECT a table, of its name and `values`; the first names the columns of all."""
    arms: list[str] = []
    for table in tables:
        wanted = {"table_name": f"'{table.name}'", **values(table)}
        shown = wanted.values() if arms else [f"{value} AS {name}" for name, value in wanted.items()]
        where = f"`{table.date}` BETWEEN @first AND @last"
        arms.append(f"SELECT {', '.join(shown)} FROM {_full(world, table)} WHERE {where}")
    return "\nUNION ALL\n".join(arms)


def _participant(world: World, table: Table) -> str:
    kinds = world.catalog()[table.name]
    texts = [f"`{name}`" if kinds[name] == "STRING" else f"CAST(`{name}` AS STRING)" for name in _participants(table)]
    parts = [f"COALESCE({text}, '')" for text in texts]
    glue = f", '{SEPARATOR}', "
    return f"CONCAT({glue.join(parts)})" if len(parts) > 1 else "".join(parts) or "''"


def _participants(table: Table) -> tuple[str, ...]:
    return table.spec.expect.participants if table.spec.expect else ()


def _absent(world: World, table: Table) -> TableRows:
    columns = world.catalog().get(table.name)
    if columns is None:
        return TableRows(problem=f"the table {table.name} does not exist", missing=True)
    if table.date is None:
        return TableRows(problem=f"the source of truth declares no date column for {table.name}")
    lacking = [name for name in (table.date, *_participants(table)) if name not in columns]
    if lacking:
        return TableRows(problem=f"{table.name} has no column {', '.join(lacking)}", missing=True)
    kind = columns[table.date]
    return TableRows() if kind == "DATE" else TableRows(problem=f"{table.name}.{table.date} is {kind}, not DATE")


def _full(world: World, table: Table) -> str:
    return f"`{world.ssot.pipeline.project_id}.{table.name}`"


def _chunks(tables: Sequence[Table]) -> Iterator[list[Table]]:
    waiting = iter(tables)
    while chunk := list(islice(waiting, TABLES_A_JOB)):
        yield chunk
