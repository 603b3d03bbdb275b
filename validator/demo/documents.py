"""Completion documents of the last month, as the pipeline writes them: one per phase and date, a key per processor, `_` for the rest."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from validator.clock import days, rfc3339
from validator.demo.plan import Plan
from validator.demo.sheet import Sheet
from validator.ssot.models.processors import PhaseSpec
from validator.ssot.source import Processor, processors_of

KEPT_DAYS = 30


def fill_documents(sheet: Sheet, plan: Plan) -> None:
    """Fill the documents."""
    sheet.insert("firestore.documents", list(_documents(plan)))


def _documents(plan: Plan) -> Iterator[dict[str, Any]]:
    for phase in plan.ssot.phases.values():
        completion = phase.completion
        if completion is None or completion.source != "firestore" or not completion.collection:
            continue
        for day in days(plan.day - timedelta(days=KEPT_DAYS - 1), plan.day):
            if day in plan.season.held and (done := _completed(plan, phase, day)):
                yield {
                    "collection": completion.collection,
                    "document_id": day.isoformat(),
                    "data": _document(plan, phase, day, done),
                }


def _completed(plan: Plan, phase: PhaseSpec, day: date) -> list[Processor]:
    """Who has completed for a day. One that need not complete leaves a day out now and then."""
    critical = [p for p in processors_of(phase) if p.critical and not _off(plan, p, day)]
    if day == plan.day:
        mode = phase.completion.modes.get("same_day") if phase.completion else None
        wanted = [p for p in critical if mode is None or mode.expect == "all" or p.name in mode.expect]
        return [p for p in wanted if plan.is_early(p)]
    missing = {p.name for p in critical if day in plan.incidents.days_of("degraded_phase", p.name)}
    missing |= {p.name for p in critical if day in plan.incidents.days_of("failing_processor", p.name)}
    return [p for p in critical if p.name not in missing and (p.required or _chance(plan, p, day))]


def _off(plan: Plan, processor: Processor, day: date) -> bool:
    disabled = plan.ssot.tables[processor.table].disabled
    return disabled is not None and day >= disabled.since


def _chance(plan: Plan, processor: Processor, day: date) -> bool:
    return day == plan.season.past()[-1] or int(_name(plan, "chance", processor.name, day)[:2], 16) > 60


def _name(plan: Plan, *parts: object) -> str:
    return hashlib.sha256(" ".join(map(str, (plan.seed, *parts))).encode()).hexdigest()


def _document(plan: Plan, phase: PhaseSpec, day: date, done: list[Processor]) -> dict[str, Any]:
    times = sorted(plan.done_at(processor, day) for processor in done)
    document: dict[str, Any] = {processor.name: _entry(plan, processor, day) for processor in done}
    document.update(
        {"_completed_count": len(done), "_first_completion_at": rfc3339(times[0]), "_last_update": rfc3339(times[-1])}
    )
    modes = phase.completion.modes if phase.completion else {}
    if modes:
        document["_mode"] = "same_day" if day == plan.day else "overnight"
    missing = [p.name for p in processors_of(phase) if day in plan.incidents.days_of("degraded_phase", p.name)]
    if day == plan.day and "same_day" not in modes:
        return {**document, "_triggered": False}
    handed = times[-1] + timedelta(
        minutes=phase.orchestration.timeout_minutes if missing and day < plan.day - timedelta(days=1) else 0, seconds=2
    )
    document.update(
        {
            "_triggered": True,
            "_triggered_at": rfc3339(handed),
            "_trigger_succeeded": True,
            "_trigger_reason": "all_complete",
        }
    )
    return {**document, "_trigger_reason": "max_timeout", "_missing_processors": missing} if missing else document


def _entry(plan: Plan, processor: Processor, day: date) -> dict[str, Any]:
    return {
        "completed_at": rfc3339(plan.done_at(processor, day)),
        "correlation_id": _name(plan, "correlation", day)[:16],
        "status": "success",
        "record_count": plan.rows_on(plan.ssot.tables[processor.table], day),
        "execution_id": _name(plan, "execution", processor.name, day)[:12],
        "is_incremental": False,
    }
