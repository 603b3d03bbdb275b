"""The run ledgers: who ran when, with what outcome.

A ledger that knows phantom failures has two rows per run, one at its start and one at its end; any other has one.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from validator.clock import days
from validator.demo.plan import FILLED_DAYS, Plan
from validator.demo.sheet import Sheet
from validator.ssot.models.ledgers import LedgerSpec
from validator.ssot.source import Processor, Ssot

RUNNING = "running"
RUN_TIME = timedelta(seconds=45)
LAST_RUN_TIME = timedelta(seconds=8)
SWEPT_AFTER = timedelta(hours=4)
ERROR = "the source answered with an unknown column and the load was refused"


@dataclass(frozen=True, kw_only=True)
class MadeRun:
    """One run of a processor for a date."""

    processor: Processor
    day: date
    started: datetime
    ended: datetime
    status: str
    records: int
    name: str


def fill_ledgers(sheet: Sheet, plan: Plan) -> None:
    """Fill every declared ledger."""
    for ledger in plan.ssot.pipeline.ledgers:
        rows = [row for run in _runs(plan, ledger) for row in _rows(plan, ledger, run)]
        window = ledger.started if ledger.window_type == "timestamp" else ledger.window
        sheet.insert(
            ledger.table,
            sorted(rows, key=lambda row: (str(row[window]), str(row[ledger.started]), str(row[ledger.run]))),
        )


def logged_in(ssot: Ssot, ledger: LedgerSpec) -> list[Processor]:
    """Who logs there: processors of phases with a completion in the ledger `runs`, the others in the other ledgers."""
    only = len(ssot.pipeline.ledgers) == 1
    return [
        processor
        for processor in ssot.processors.values()
        if only or (ssot.phases[processor.phase].completion is not None) == (ledger.name == "runs")
    ]


def _runs(plan: Plan, ledger: LedgerSpec) -> Iterator[MadeRun]:
    for processor in logged_in(plan.ssot, ledger):
        failing = plan.incidents.days_of("failing_processor", processor.name)
        for day in days(plan.day - timedelta(days=FILLED_DAYS), plan.day):
            if plan.runs_on(processor, day) and day not in failing:
                yield _run(plan, ledger, processor, day)
        if failing:
            for day, ended in plan.failed_attempts():
                yield _made(plan, processor, day, ended - RUN_TIME, ended, ledger.words.failure[0], 0)


def _run(plan: Plan, ledger: LedgerSpec, processor: Processor, day: date) -> MadeRun:
    """The one run of a healthy day; where an incident emptied the source, it found nothing."""
    ended = plan.done_at(processor, day)
    late = ended - plan.clock.midnight(plan.day) > timedelta(0)
    status, records = ledger.words.success[0], plan.rows_on(plan.ssot.tables[processor.table], day)
    if day in plan.incidents.days_of("gap", processor.table):
        status, records = (ledger.words.no_data or ledger.words.success)[0], 0
    if day in plan.incidents.days_of("degraded_phase", processor.name):
        status, records = RUNNING, 0
    return _made(plan, processor, day, ended - (LAST_RUN_TIME if late else RUN_TIME), ended, status, records)


def _made(
    plan: Plan, processor: Processor, day: date, started: datetime, ended: datetime, status: str, records: int
) -> MadeRun:
    name = hashlib.sha256(f"{plan.seed} {processor.name} {day} {started}".encode()).hexdigest()[:12]
    return MadeRun(
        processor=processor, day=day, started=started, ended=ended, status=status, records=records, name=name
    )


def _rows(plan: Plan, ledger: LedgerSpec, run: MadeRun) -> Iterator[dict[str, Any]]:
    end = _row(plan, ledger, run, run.status, run.ended)
    if ledger.phantom is None:
        yield end
        return
    swept = run.ended + SWEPT_AFTER
    if plan.incidents.get("phantom_failures") and _swept(plan, run) and swept <= plan.clock.midnight(plan.day):
        row = _row(plan, ledger, run, ledger.words.failure[0], swept)
        yield {**row, ledger.phantom.column: _error(plan, ledger, ledger.phantom.column, ledger.phantom.contains)}
    else:
        yield _row(plan, ledger, run, RUNNING, None)
    if run.status != RUNNING:
        yield end


def _swept(plan: Plan, run: MadeRun) -> bool:
    incident = plan.incidents.get("phantom_failures")
    return incident is not None and incident.subject == run.processor.name


def _row(plan: Plan, ledger: LedgerSpec, run: MadeRun, status: str, ended: datetime | None) -> dict[str, Any]:
    """One row; columns without a role in the ledger get what their name or type suggests."""
    spec = plan.ssot.tables[ledger.table].spec
    failed = status in ledger.words.failure
    row: dict[str, Any] = {name: _incidental(run, name, kind, ended) for name, kind in spec.columns.items()}
    row.update({name: values[run.day.toordinal() % len(values)] for name, values in spec.samples.items() if values})
    row[ledger.subject] = run.processor.class_name if ledger.name == "runs" else run.processor.name
    row.update({ledger.run: run.name, ledger.status: status, ledger.started: run.started, ledger.date: run.day})
    if ledger.window_type == "date":
        row[ledger.window] = run.day
    if ledger.records:
        row[ledger.records] = run.records if status == run.status else 0
    if ledger.error:
        row[ledger.error] = _error(plan, ledger, ledger.error, ERROR) if failed else None
    return row


def _incidental(run: MadeRun, name: str, kind: str, ended: datetime | None) -> Any:
    known: Mapping[str, Any] = {
        "phase": f"phase_{run.processor.phase}",
        "output_dataset": run.processor.table.split(".")[0],
        "output_table": run.processor.table.split(".")[1],
    }
    if name in known:
        return known[name]
    if kind == "TIMESTAMP":
        return ended
    if kind == "FLOAT64":
        return (run.ended - run.started).total_seconds() if ended else None
    return None


def _error(plan: Plan, ledger: LedgerSpec, column: str, text: str) -> Any:
    kind = plan.ssot.tables[ledger.table].spec.columns.get(column)
    return {"reason": text} if kind == "JSON" else text
