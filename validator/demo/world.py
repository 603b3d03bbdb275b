"""Building the demo world: one DuckDB file, made beside its place and moved there when it is whole."""

import contextlib
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb

from validator.demo.calendar import calendar_tables, fill_calendar
from validator.demo.documents import fill_documents
from validator.demo.jobs import fill_jobs, fill_logs
from validator.demo.ledgers import fill_ledgers
from validator.demo.plan import Plan, make_plan
from validator.demo.queues import fill_queues
from validator.demo.services import fill_services
from validator.demo.sheet import Sheet
from validator.demo.tables import create_stand_ins, create_tables, fill_tables
from validator.errors import ConfigurationError
from validator.local.names import OWN_SCHEMA, refuse_project, refuse_reserved
from validator.ssot.source import Ssot

MADE_BY = "validator demo"
MARK = f"{OWN_SCHEMA}.demo"


def build(path: Path, ssot: Ssot, *, day: date, seed: int = 1) -> None:
    """Make the world around `day` in the file `path`, in place of an older one.

    The same source of truth, day and seed give the same rows. Raises ConfigurationError when something that demo did not make
    is in the way, or a dataset has a name that the file needs itself; nothing is changed then.
    """
    refuse_project(ssot.pipeline.project_id)
    refuse_reserved([*(dataset.name for dataset in ssot.datasets), ssot.results_dataset])
    _refuse_foreign(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        with _opened(draft) as sheet:
            _fill(sheet, make_plan(ssot, day, seed))
        _beside(path).unlink(missing_ok=True)
        draft.replace(path)
    finally:
        for left in (draft, _beside(draft)):
            left.unlink(missing_ok=True)


def _refuse_foreign(path: Path) -> None:
    """Refuse to put the world where something else is."""
    if path.exists() and not _made_here(path):
        raise ConfigurationError(
            [f"{path} was not made by demo; it is left as it is: name another file, or move it away"]
        )


def _made_here(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with contextlib.closing(duckdb.connect(str(path), read_only=True)) as connection:
            row = connection.execute(f"SELECT made_by FROM {MARK}").fetchone()
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise ConfigurationError([f"{path} is in use by another process; end it first"]) from error
        return False
    except duckdb.Error:
        return False
    return row is not None and row[0] == MADE_BY


@contextlib.contextmanager
def _opened(draft: Path) -> Iterator[Sheet]:
    with contextlib.closing(duckdb.connect(str(draft))) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("BEGIN")
        yield Sheet(connection)
        connection.execute("COMMIT")


def _fill(sheet: Sheet, plan: Plan) -> None:
    sheet.create(MARK, {"made_by": "VARCHAR", "seed": "BIGINT", "day": "DATE"})
    sheet.insert(MARK, [{"made_by": MADE_BY, "seed": plan.seed, "day": plan.day}])
    create_tables(sheet, plan.ssot)
    create_stand_ins(sheet)
    fill_calendar(sheet, plan)
    fill_ledgers(sheet, plan)
    logged = {ledger.table for ledger in plan.ssot.pipeline.ledgers}
    fill_tables(sheet, plan, skip=logged | calendar_tables(plan.ssot.pipeline.calendar))
    for fill in (fill_documents, fill_queues, fill_services, fill_jobs, fill_logs):
        fill(sheet, plan)


def _beside(path: Path) -> Path:
    """The write-ahead log that DuckDB keeps beside a file; an old one must not be replayed into a new file."""
    return path.with_name(path.name + ".wal")
