"""Processors that write rows and log no run: what no ledger tells of, no other check of runs can judge."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from validator.evidence.day_runs import day_runs
from validator.evidence.rows import count_rows
from validator.look import World

LOG = "processor_execution_log"
"""The second log, that the pipeline may write (see the result tables)."""


@dataclass(frozen=True, kw_only=True)
class Covered:
    """A processor: the days for which its table has rows, those of them without a run, and on how many days it ran at all."""

    subject: str
    table: str
    filled: tuple[date, ...] = ()
    silent: tuple[date, ...] = ()
    runs: int = 0
    unknown: str = ""


def covered(world: World, first: date, last: date) -> Iterator[Covered]:
    """Every processor that writes a table with dates. Raises ServiceError."""
    writers = [p for p in world.ssot.processors.values() if p.table in world.ssot.tables]
    dated = [p for p in writers if world.ssot.tables[p.table].date and not world.ssot.tables[p.table].disabled]
    counted = count_rows(
        world, {world.ssot.tables[p.table].name: world.ssot.tables[p.table] for p in dated}.values(), first, last
    )
    ran = _ran(world, first, last)
    for processor in dated:
        rows, runs = counted[processor.table], {day for name, day in ran if name == processor.name}
        filled = tuple(sorted(day for day, of_day in rows.days.items() if of_day.rows))
        yield Covered(
            subject=processor.name,
            table=processor.table,
            filled=filled,
            silent=tuple(day for day in filled if day not in runs),
            runs=len(runs),
            unknown=rows.problem,
        )


def _ran(world: World, first: date, last: date) -> set[tuple[str, date]]:
    """Who ran for which date, as any log tells."""
    there = [ledger for ledger in world.ssot.pipeline.ledgers if ledger.table in world.catalog()]
    found = {key for ledger in there for key in day_runs(world, ledger, first, last)}
    table = f"{world.ssot.results_dataset}.{LOG}"
    if table not in world.catalog():
        return found
    sql = (
        f"SELECT processor_name, data_date FROM `{world.ssot.pipeline.project_id}.{table}` "
        "WHERE triggered_at BETWEEN @first AND @last AND data_date BETWEEN @first_day AND @last_day GROUP BY processor_name, data_date"
    )
    span = {"first": world.pipeline.due(first, "00:00", 0) - timedelta(days=3), "last": world.pipeline.now}
    for row in world.query(sql, {**span, "first_day": first, "last_day": last}):
        if processor := world.ssot.processor(str(row["processor_name"])):
            found.add((processor.name, row["data_date"]))
    return found
