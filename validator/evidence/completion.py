"""How far a phase has come for a date: read from its completion document, else from the run ledger, else from rows.

Document keys that start with `_` are metadata; `_completed_count` and `_mode` are never trusted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from validator.clock import parse_instant
from validator.evidence.rows import count_rows
from validator.look import World
from validator.pipeline.model import PhasePlan
from validator.ssot.models.ledgers import LedgerSpec
from validator.ssot.source import Processor

RECORDED = ("success", "partial")


@dataclass(frozen=True, kw_only=True)
class Completion:
    """What was found of a phase. `records` is the claimed number of records per completed processor, None where none is claimed.

    `triggered` says whether the next phase was started; None where the source can't tell.
    """

    source: str
    records: Mapping[str, int | None] = field(default_factory=dict)
    incremental: frozenset[str] = frozenset()
    unmatched: tuple[str, ...] = ()
    triggered: bool | None = None
    trigger_pending: bool = False
    triggered_at: datetime | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    claimed_count: int | None = None


def read_completion(world: World, plan: PhasePlan) -> Completion:
    """The first source that knows something of the phase for the target date; the last one asked when none does."""
    completion = plan.phase.completion
    source = completion.source if completion else "rows"
    found: Completion | None = None
    if source == "firestore" and completion and completion.collection:
        found = _from_document(world, plan, completion.collection)
    ledger = world.ssot.ledger("runs")
    if found is None and source in ("firestore", "run_history") and ledger:
        found = _from_ledger(world, plan, ledger)
    return found or _from_rows(world, plan)


def _from_document(world: World, plan: PhasePlan, collection: str) -> Completion | None:
    document = world.documents.get(collection, world.target.isoformat())
    if document is None:
        return None
    entries = {key: value for key, value in document.items() if not key.startswith("_")}
    matched = {processor.name: entry for key, entry in entries.items() if (processor := _of_phase(world, plan, key))}
    done = {
        name: entry
        for name, entry in matched.items()
        if not isinstance(entry, dict) or entry.get("status", "success") in RECORDED
    }
    if not matched and not document.get("_triggered"):
        return None
    times = sorted(time for entry in done.values() if (time := _time(entry)))
    counts = [document[key] for key in ("_required_count", "_expected_count") if isinstance(document.get(key), int)]
    return Completion(
        source=f"Firestore {collection}/{world.target}",
        records={name: _records(entry) for name, entry in done.items()},
        incremental=frozenset(
            name for name, entry in done.items() if isinstance(entry, dict) and entry.get("is_incremental") is True
        ),
        unmatched=tuple(sorted(key for key in entries if _of_phase(world, plan, key) is None)),
        triggered=document.get("_triggered") is True,
        trigger_pending=document.get("_trigger_pending") is True,
        triggered_at=_instant(document.get("_triggered_at")),
        first_at=times[0] if times else None,
        last_at=times[-1] if times else None,
        claimed_count=counts[0] if counts else None,
    )


def _of_phase(world: World, plan: PhasePlan, key: str) -> Processor | None:
    processor = world.ssot.processor(key)
    return processor if processor and processor.phase == plan.phase.phase else None


def _records(entry: Any) -> int | None:
    count = entry.get("record_count") if isinstance(entry, dict) else None
    return count if isinstance(count, int) else None


def _time(entry: Any) -> datetime | None:
    return _instant(entry.get("completed_at")) if isinstance(entry, dict) else None


def _instant(value: Any) -> datetime | None:
    return parse_instant(value) if isinstance(value, str) else None


def _from_ledger(world: World, plan: PhasePlan, ledger: LedgerSpec) -> Completion | None:
    columns = world.catalog().get(ledger.table)
    if columns is None:
        return None
    records = f"MAX(`{ledger.records}`)" if ledger.records else "CAST(NULL AS INT64)"
    reach = (
        f"`{ledger.window}` BETWEEN @first AND @last"
        if ledger.window_type == "timestamp"
        else f"`{ledger.window}` = @day"
    )
    sql = (
        f"SELECT `{ledger.subject}` AS subject, {records} AS records, MIN(`{ledger.started}`) AS first_at, MAX(`{ledger.started}`) AS last_at "
        f"FROM `{world.ssot.pipeline.project_id}.{ledger.table}` "
        f"WHERE {reach} AND `{ledger.date}` = @day AND `{ledger.status}` IN UNNEST(@success) GROUP BY subject"
    )
    midnight = world.pipeline.due(world.target, "00:00", 0)
    span: dict[str, Any] = (
        {"first": midnight - timedelta(days=3), "last": midnight + timedelta(days=30)}
        if ledger.window_type == "timestamp"
        else {}
    )
    rows = world.query(sql, {"day": world.target, "success": ledger.words.success, **span})
    done = [(processor, row) for row in rows if (processor := _of_phase(world, plan, str(row["subject"])))]
    if not done:
        return None
    return Completion(
        source=f"run history ({ledger.table})",
        records={processor.name: row["records"] for processor, row in done},
        first_at=min(row["first_at"] for _, row in done),
        last_at=max(row["last_at"] for _, row in done),
    )


def _from_rows(world: World, plan: PhasePlan) -> Completion:
    present = rows_for(world, plan.processors, world.target)
    return Completion(source="rows", records={name: rows for name, rows in present.items() if rows})


def rows_for(world: World, processors: Sequence[Processor], day: date) -> Mapping[str, int | None]:
    """Rows of each processor's table for a day; None where they can't be counted."""
    tables = {p.name: world.ssot.tables[p.table] for p in processors if p.table in world.ssot.tables}
    counted = count_rows(world, tables.values(), day, day)
    answer: dict[str, int | None] = {processor.name: None for processor in processors}
    for name, table in tables.items():
        rows = counted[table.name]
        answer[name] = None if rows.problem and not rows.missing else sum(of_day.rows for of_day in rows.days.values())
    return answer
