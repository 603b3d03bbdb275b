"""One question put to many tables, or many columns: one SELECT each, one job for all, one row per day and group."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from validator.check import Finding, Measurement, NotDue, Unknown
from validator.evidence.conditions import Bound, ColumnCondition, columns_of, described
from validator.evidence.rows import TABLES_A_JOB
from validator.look import World
from validator.pipeline.owed import TablePlan
from validator.ssot.source import Table
from validator.world import Row

EMPTY = "empty"
"""The state of a subject for which rows are due and none is there to be judged."""
LOOK = "bq query --project_id=$project --use_legacy_sql=false $query"
"""What to type where nothing is known that mends it: the query that shows it."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of one table: for each day and group of `by` the values in `values`, of the rows for which `where` holds.

    `values` are SQL expressions by name, over columns that are in `columns`; `Bound` names the values in them.
    """

    subject: str
    table: str
    columns: tuple[str, ...] = ()
    where: tuple[ColumnCondition, ...] = ()
    by: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The rows that answer it (`day`, `row_count`, and those asked for), what the table owes, and why it couldn't be asked."""

    asked: Asked
    table: Table
    plan: TablePlan | None
    rows: Sequence[Row] = ()
    problem: str = ""
    query: str = ""

    @property
    def row_count(self) -> int:
        """How many rows were looked at."""
        return sum(int(row["row_count"]) for row in self.rows)

    @property
    def such(self) -> str:
        """Which rows were looked at, as a phrase behind `rows`; empty where all were."""
        return f" with {described(self.asked.where)}" if self.asked.where else ""

    @property
    def reason(self) -> str:
        """Why no row is due; empty where some are."""
        if self.plan is None:
            return f"no row, and the source of truth does not say that {self.table.name} owes any"
        return self.plan.reason

    def fields(self) -> dict[str, Any]:
        """The fields of a measurement that are the same whatever was measured."""
        return {
            "subject": self.asked.subject,
            "table": self.table.name,
            "query": self.query,
            "fill": {"query": self.query},
            "remedy": self.table.spec.backfill,
        }


Describe = Callable[[Bound], Sequence[Asked]]


def ask(world: World, first: date, last: date, describe: Describe) -> Iterator[Answered]:
    """Every answer, in the order asked. Raises ServiceError."""
    bound = Bound()
    bound.values.update({"first": first, "last": last})
    wanted = list(describe(bound))
    plans = {plan.table.name: plan for plan in world.pipeline.tables(first, last)}
    problems = [_problem(world, asked) for asked in wanted]
    rows: dict[int, list[Row]] = {number: [] for number in range(len(wanted))}
    askable = [number for number in rows if not problems[number]]
    for start in range(0, len(askable), TABLES_A_JOB):
        numbers = askable[start : start + TABLES_A_JOB]
        arms = [_select(world, wanted[number], bound, number=str(number)) for number in numbers]
        sql = "\nUNION ALL\n".join(arms)
        for row in world.query(sql, {name: value for name, value in bound.values.items() if f"@{name}" in sql}):
            rows[int(row["number"])].append(row)
    for number, asked in enumerate(wanted):
        yield Answered(
            asked=asked,
            table=world.ssot.tables[asked.table],
            plan=plans.get(asked.table),
            rows=rows[number],
            problem=problems[number],
            query="" if problems[number] else _pasted(world, asked, bound),
        )


def each_column(
    table: str, columns: Sequence[str], where: tuple[ColumnCondition, ...], values: Mapping[str, str]
) -> list[Asked]:
    """The same question put to each of these columns, a subject each. In the SQL of `values`, `{}` stands for the column."""
    return [
        Asked(
            subject=f"{table}.{column}",
            table=table,
            columns=(column,),
            where=where,
            values={name: value.format(f"`{column}`") for name, value in values.items()},
        )
        for column in columns
    ]


def ask_due(world: World, describe: Describe, days: int = 1) -> Iterator[tuple[Answered, Finding | None]]:
    """Every answer over the last days, the target date included, and what to say in place of judging that date: that its table owes
    nothing for it, or that no row is there. Raises ServiceError.
    """
    first, last = world.pipeline.look_back(days)
    reasons = {plan.table.name: plan.reason for plan in world.pipeline.tables(last, last)}
    for answered in ask(world, first, last, describe):
        subject, table = answered.asked.subject, answered.table.name
        if reason := reasons.get(table):
            yield answered, NotDue(subject=subject, reason=reason, table=table)
        else:
            yield answered, nothing_to_judge(answered, first, last)


def nothing_to_judge(answered: Answered, first: date, last: date) -> NotDue | Unknown | Measurement | None:
    """What to say where there is no row: not due, not to be known, or missing. None where there are rows."""
    subject, table = answered.asked.subject, answered.table.name
    if answered.problem:
        return Unknown(subject=subject, reason=answered.problem, table=table)
    if answered.row_count:
        return None
    if answered.reason:
        return NotDue(subject=subject, reason=answered.reason, table=table)
    span = f"for {last}" if first == last else f"from {first} to {last}"
    return Measurement(**answered.fields(), value=EMPTY, note=f"no row {span}{answered.such}", absent=True)


def _problem(world: World, asked: Asked) -> str:
    table, columns = world.ssot.tables[asked.table], world.catalog().get(asked.table)
    if columns is None:
        return f"the table {asked.table} does not exist"
    lacking = [name for name in (str(table.date), *asked.columns, *columns_of(asked.where)) if name not in columns]
    if lacking:
        return f"{asked.table} has no column {', '.join(dict.fromkeys(lacking))}"
    kind = columns[str(table.date)]
    return "" if kind == "DATE" else f"{asked.table}.{table.date} is {kind}, not DATE"


def _select(world: World, asked: Asked, bound: Bound, **more: str) -> str:
    table = world.ssot.tables[asked.table]
    day = f"`{table.date}`"
    shown = {"day": day, "row_count": "COUNT(*)", **asked.by, **asked.values, **more}
    where = "".join(f" AND {bound.all([condition])}" for condition in asked.where)
    places = ", ".join(["1", *(str(3 + index) for index in range(len(asked.by)))])
    return (
        f"SELECT {', '.join(f'{value} AS {name}' for name, value in shown.items())} "
        f"FROM `{world.ssot.pipeline.project_id}.{asked.table}` "
        f"WHERE {day} BETWEEN @first AND @last{where} GROUP BY {places}"
    )


def _pasted(world: World, asked: Asked, bound: Bound) -> str:
    """The query for one subject with its values written in, ready to paste."""
    return re.sub(r"@(\w+)", lambda found: _literal(bound.values[found[1]]), _select(world, asked, bound))


def _literal(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_literal(one) for one in value)}]"
    if isinstance(value, date):
        return f"DATE '{value}'"
    if isinstance(value, bool):
        return str(value).upper()
    return str(value) if isinstance(value, int | float) else json.dumps(value, ensure_ascii=False)


def judged_days(answered: Answered) -> str:
    """Which days had rows, and which that owed some had none: `2026-02-01 … 2026-02-03`, as a phrase."""
    seen = sorted({row["day"] for row in answered.rows})
    owed = answered.plan.owed if answered.plan else {}
    without = [str(day) for day in sorted(owed) if day not in seen]
    span = " … ".join(dict.fromkeys((str(seen[0]), str(seen[-1]))))
    return f"{answered.row_count} rows of {span}" + (f"; no row for {', '.join(without)}" if without else "")
