"""The pipeline's data tables: made as declared, filled by one statement each."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from validator.clock import days, rfc3339
from validator.demo.columns import Columns
from validator.demo.incidents import PARTIAL_SHARE
from validator.demo.plan import FILLED_DAYS, Plan
from validator.demo.sheet import Sheet, column_type, table_name
from validator.local.names import quoted
from validator.local.stand_ins import STAND_INS
from validator.ssot.source import Ssot, Table

HOURS = 24
FEW_ROWS = 5
EVENTS = "made_event"


def create_tables(sheet: Sheet, ssot: Ssot) -> None:
    """Make every declared table and every result table, empty."""
    for dataset in ssot.datasets:
        sheet.run(f"CREATE SCHEMA IF NOT EXISTS {quoted(dataset.name)}")
    for table in ssot.tables.values():
        sheet.create(table.name, {name: column_type(kind) for name, kind in columns_of(table).items()})
    for result in ssot.result_tables:
        if result.columns:
            types = {column.name: column_type(column.type) for column in result.columns}
            needed = [column.name for column in result.columns if column.mode == "REQUIRED"]
            sheet.create(f"{ssot.results_dataset}.{result.name}", types, required=needed)


def create_stand_ins(sheet: Sheet) -> None:
    """Make every table that stands for another service, empty: each service answers, and has nothing."""
    for name, columns in STAND_INS.items():
        sheet.create(name, columns)


def columns_of(table: Table) -> dict[str, str]:
    """The table's columns and types: the declared ones, and those that other declarations speak of."""
    columns = {table.date: "DATE"} if table.date else {}
    columns.update(dict.fromkeys(table.spec.expect.participants if table.spec.expect else (), "STRING"))
    columns.update(table.spec.columns)
    return columns or {"note": "STRING"}


def fill_tables(sheet: Sheet, plan: Plan, skip: Iterable[str]) -> None:
    """Fill every declared table but those in `skip`."""
    _make_events(sheet, plan)
    others = set(skip)
    for table in plan.ssot.tables.values():
        if table.name not in others and (stamps := _stamps(plan, table)):
            sheet.run(_statement(plan, table, stamps))
    sheet.run(f"DROP TABLE {EVENTS}")


def _make_events(sheet: Sheet, plan: Plan) -> None:
    """The events that take place, by day, for the statements to join."""
    sheet.create(EVENTS, {"day": "DATE", "number": "BIGINT", "position": "BIGINT", "who": "VARCHAR[]"}, temporary=True)
    rows = [
        {"day": day, "number": event.number, "position": position, "who": list(event.participants)}
        for day, events in sorted(plan.season.held.items())
        for position, event in enumerate(events)
    ]
    sheet.insert(EVENTS, rows)


def _stamps(plan: Plan, table: Table) -> list[tuple[date, str]]:
    """The days that the table has rows for, each with the instant at which they were written."""
    if table.date:
        still = set(plan.stands_still(table))
        return [(day, rfc3339(plan.filled_at(table, day))) for day in plan.days_of(table) if day not in still]
    if not _hourly(table):
        return [(plan.day, rfc3339(plan.clock.midnight(plan.day)))]
    kept = min(FILLED_DAYS, (table.spec.retention_days or FILLED_DAYS + 1) - 1)
    return [(day, rfc3339(plan.clock.midnight(day))) for day in days(plan.day - timedelta(days=kept), plan.day)]


def _hourly(table: Table) -> bool:
    """Whether it is a log with a row for every hour: it has no date of its own, only days of a timestamp."""
    return (
        table.date is None
        and re.fullmatch(r"(DATE|DAY|TIMESTAMP_TRUNC)\(.+\)", table.spec.partitioned_by or "") is not None
    )


def _statement(plan: Plan, table: Table, stamps: list[tuple[date, str]]) -> str:
    columns = Columns(table=table, calendar=plan.ssot.pipeline.calendar, seed=plan.seed)
    count = HOURS if _hourly(table) else plan.rows_per_unit(table)
    events = EVENTS if table.spec.expect is not None and table.spec.expect.per == "event" else None
    return rows_statement(
        columns,
        stamps,
        count,
        events,
        apart="+ to_hours(r.range)" if _hourly(table) else "",
        where=_kept(plan, table, count),
    )


def rows_statement(
    columns: Columns,
    stamps: Iterable[tuple[date, str]],
    count: int,
    events: str | None,
    *,
    apart: str = "",
    where: str = "TRUE",
) -> str:
    """The statement that adds `count` rows per day, or per event of the relation `events`, for days that come with the instant of writing.

    `apart` is added to that instant, as SQL over the row's number `r.range`; `where` is a condition on the made row.
    """
    kinds = columns_of(columns.table)
    values = ", ".join(f"({_date(day)}, TIMESTAMPTZ '{at}')" for day, at in stamps)
    nobody = "CROSS JOIN (SELECT 0 AS number, 0 AS position, CAST([] AS VARCHAR[]) AS who)"
    unit = f"JOIN {events} USING (day)" if events else nobody
    lines = (
        f"INSERT INTO {table_name(columns.table.name)} ({', '.join(quoted(name) for name in kinds)})",
        f"WITH stamp(day, written) AS (VALUES {values}), made AS (",
        f"  SELECT day, written {apart} AS written, number, who, position * {count} + r.range AS i, r.range AS j FROM stamp {unit} CROSS JOIN range({count}) AS r",
        f") SELECT {', '.join(columns.expression(name, kind) for name, kind in kinds.items())}",
        f"FROM made WHERE {where} ORDER BY day, i",
    )
    return "\n".join(lines)


def _kept(plan: Plan, table: Table, count: int) -> str:
    """The condition that leaves out what incidents took away."""
    kept = ["TRUE"]
    partial, missing = plan.incidents.get("partial_day"), plan.incidents.get("missing_event")
    if partial and partial.subject == table.name:
        row, rows = ("j", count) if count >= FEW_ROWS else ("i", plan.rows_on(table, partial.days[0]))
        kept.append(f"NOT (day = {_date(partial.days[0])} AND {row} >= {round(rows * PARTIAL_SHARE)})")
    if missing and missing.event and missing.subject == table.name:
        kept.append(f"NOT (day = {_date(missing.days[0])} AND number = {missing.event.number})")
    return " AND ".join(kept)


def _date(day: date) -> str:
    return f"DATE '{day.isoformat()}'"
