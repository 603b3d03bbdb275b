"""Rows of many tables in one question: how many per day, for whom, and how recent. One job for all tables, never one each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    found: dict[str, dict[date, tuple[int, set[str]]]] = {table.name: {} for table in askable}
    parameters: dict[str, Value] = {"first": first, "last": last}
    for chunk in _chunks(askable):
        arms = [_arm(world, table) for table in chunk]
        sql = (
            "SELECT table_name, day, participant, COUNT(*) AS row_count FROM (\n"
            + "\nUNION ALL\n".join(arms)
            + "\n) GROUP BY table_name, day, participant"
        )
        for row in world.query(sql, parameters):
            rows, seen = found[row["table_name"]].get(row["day"], (0, set()))
            seen.update(name for name in str(row["participant"] or "").split(SEPARATOR) if name)
            found[row["table_name"]][row["day"]] = (rows + int(row["row_count"]), seen)
    for table in askable:
        by_day = {
            day: DayRows(rows=rows, participants=frozenset(seen)) for day, (rows, seen) in found[table.name].items()
        }
        counted[table.name] = TableRows(days=by_day, query=evidence(world, table, first, last))
    return counted


def newest_days(world: World, tables: Iterable[Table], first: date, last: date) -> Mapping[str, date | str | None]:
    """The newest date with rows per table within first … last: a date, None when there is no row, or text saying why it can't be known."""
    wanted = sorted(tables, key=lambda table: table.name)
    answers: dict[str, date | str | None] = {table.name: _absent(world, table).problem or None for table in wanted}
    for chunk in _chunks([table for table in wanted if answers[table.name] is None]):
        arms = [
            f"SELECT '{t.name}' AS table_name, MAX(`{t.date}`) AS newest FROM {_full(world, t)} WHERE `{t.date}` BETWEEN @first AND @last"
            for t in chunk
        ]
        for row in world.query("\nUNION ALL\n".join(arms), {"first": first, "last": last}):
            answers[row["table_name"]] = row["newest"]
    return answers


def evidence(world: World, table: Table, first: date, last: date) -> str:
    """The query for one table with its values written in, ready to paste."""
    return (
        f"SELECT `{table.date}` AS day, COUNT(*) AS row_count FROM {_full(world, table)} "
        f"WHERE `{table.date}` BETWEEN DATE '{first}' AND DATE '{last}' GROUP BY day ORDER BY day"
    )


def _arm(world: World, table: Table) -> str:
    parts = [f"COALESCE(CAST(`{name}` AS STRING), '')" for name in _participants(table)]
    glue = f", '{SEPARATOR}', "
    who = f"CONCAT({glue.join(parts)})" if len(parts) > 1 else "".join(parts) or "''"
    return f"SELECT '{table.name}' AS table_name, `{table.date}` AS day, {who} AS participant FROM {_full(world, table)} WHERE `{table.date}` BETWEEN @first AND @last"


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
