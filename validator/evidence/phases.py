"""The state of a phase: its plan held against what was found, and against what reached the next phase."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from validator.evidence.completion import Completion, read_completion, rows_for
from validator.look import World
from validator.pipeline.model import PhasePlan
from validator.ssot.models.processors import PhaseSpec
from validator.ssot.source import Processor, processors_of

HAND_OVER_GRACE = timedelta(minutes=60)


@dataclass(frozen=True, kw_only=True)
class PhaseView:
    """A phase as it stands: the state's name, the sentence a reader sees, and the facts behind both."""

    state: str
    note: str
    completed: int
    missing: tuple[str, ...]
    flaw: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """Everything the state is decided from."""

    completion: Completion
    missing_required: tuple[Processor, ...]
    missing_optional: tuple[Processor, ...]
    hollow: tuple[str, ...]
    ready: bool
    downstream: bool | None
    missing_have_rows: bool
    hand_over_due: bool
    timed_out: bool


def view_phase(world: World, plan: PhasePlan) -> PhaseView:
    """The phase of the plan as it stands for the target date. Raises ServiceError when a source could not be asked."""
    completion = read_completion(world, plan)
    seen = _look(world, plan, completion)
    state, why = _state(seen)
    done = [p.name for p in plan.processors if p.name in completion.records]
    completed = len([name for name in done if name not in seen.hollow])
    missing = tuple(p.name for p in (*seen.missing_required, *seen.missing_optional))
    flaw = ""
    wanted = len([p for p in processors_of(plan.phase) if p.critical])
    if completion.claimed_count not in (None, wanted, len(plan.required)):
        flaw = f"the document expects {completion.claimed_count} processors, the source of truth {wanted}"
    return PhaseView(
        state=state,
        note=_note(plan, completion, completed, missing, why, world),
        completed=completed,
        missing=missing,
        flaw=flaw,
        facts={
            "source": completion.source,
            "mode": plan.mode,
            "completed": done,
            "missing": list(missing),
            "due_later": [p.name for p in plan.later],
            "unmatched_keys": list(completion.unmatched),
            "triggered": completion.triggered,
        },
    )


def _look(world: World, plan: PhasePlan, completion: Completion) -> _Seen:
    missing = [p for p in plan.processors if p.name not in completion.records]
    missing_required = tuple(p for p in missing if p.required)
    missing_rows = (
        rows_for(world, missing_required, world.target) if missing_required and completion.source != "rows" else {}
    )
    now = world.pipeline.now
    handed_at = completion.triggered_at or completion.last_at
    timeout = timedelta(minutes=plan.phase.orchestration.timeout_minutes)
    return _Seen(
        completion=completion,
        missing_required=missing_required,
        missing_optional=tuple(p for p in missing if not p.required),
        hollow=_hollow(world, plan, completion),
        ready=is_ready(plan.phase, (*plan.processors, *plan.later), completion),
        downstream=_downstream(world, plan),
        missing_have_rows=bool(missing_rows) and all(missing_rows.values()),
        hand_over_due=_awaited(world, plan) and (handed_at is None or now - handed_at >= HAND_OVER_GRACE),
        timed_out=completion.first_at is not None and now - completion.first_at > timeout,
    )


def _hollow(world: World, plan: PhasePlan, completion: Completion) -> tuple[str, ...]:
    """Processors that completed and whose table has no row: with no record claimed (L-6), or where rows were owed (claims alone are not believed, L-7)."""
    if completion.source == "rows":
        return ()
    owed = {one.table.name for one in world.pipeline.tables(world.target, world.target) if one.owed}
    suspects = [
        p
        for p in plan.processors
        if p.name in completion.records
        and p.name not in completion.incremental
        and (completion.records[p.name] == 0 or p.table in owed)
    ]
    rows = rows_for(world, suspects, world.target) if suspects else {}
    return tuple(
        p.name for p in suspects if rows[p.name] == 0 or (not rows[p.name] and completion.records[p.name] == 0)
    )


def is_ready(phase: PhaseSpec, processors: Sequence[Processor], completion: Completion) -> bool:
    """Whether the phase's own trigger mode would start the next phase."""
    required = [p.name for p in processors if p.required]
    done = sum(name in completion.records for name in required)
    mode = phase.orchestration.trigger_mode
    if mode == "any_complete":
        return done > 0
    return done >= len(required) * (phase.orchestration.majority_threshold if mode == "majority" else 1)


def _awaited(world: World, plan: PhasePlan) -> bool:
    """Whether the next phase is to take over. Only one that stands still on purpose (FA-14) or owes nothing in this mode is not; one that nobody
    tracks is.
    """
    following = plan.phase.completion.next if plan.phase.completion else None
    if following is None:
        return True
    ahead = world.pipeline.expected(following)
    return bool(ahead.processors) and not world.pipeline.halted(ahead.phase)


def _downstream(world: World, plan: PhasePlan) -> bool | None:
    """Whether any table of the next phase has rows for the date; None when there is no next phase or none of it can be counted."""
    following = plan.phase.completion.next if plan.phase.completion else None
    if following is None:
        return None
    ahead = world.pipeline.phase(following)
    rows = rows_for(world, only_of_this_mode(ahead), world.target)
    known = [count for count in rows.values() if count is not None]
    return any(known) if known else None


def only_of_this_mode(plan: PhasePlan) -> Sequence[Processor]:
    """The plan's processors without those that another mode feeds too: their rows prove nothing about this hand-over."""
    modes = plan.phase.completion.modes if plan.phase.completion else {}
    elsewhere = {
        name for mode, spec in modes.items() if mode != plan.mode and spec.expect != "all" for name in spec.expect
    }
    return [p for p in plan.processors if p.name not in elsewhere] or plan.processors


def _state(seen: _Seen) -> tuple[str, str]:
    completion = seen.completion
    if not completion.records and not completion.triggered:
        return "absent", "nothing has completed"
    if seen.hollow:
        return "empty", f"said to be completed, but no row in the table: {', '.join(seen.hollow)}"
    if completion.triggered and seen.downstream is False and seen.hand_over_due:
        return "empty", "the next phase was triggered, but has no rows for the date"
    if completion.triggered is False and seen.ready and seen.hand_over_due:
        if seen.downstream is False:
            return "stuck", "ready, but the next phase was never triggered and has no rows"
        return "untriggered", "ready, but not marked as triggered; the next phase has rows all the same"
    if seen.missing_required:
        return _incomplete(seen)
    return ("optional_missing", "") if seen.missing_optional else ("complete", "")


def _incomplete(seen: _Seen) -> tuple[str, str]:
    if seen.completion.triggered:
        return "degraded", "triggered all the same"
    if seen.missing_have_rows:
        return "degraded", "their tables have rows for the date all the same"
    if seen.ready:
        return "degraded", "enough for the trigger"
    if seen.completion.trigger_pending:
        return "stuck", "the trigger began and never succeeded"
    return ("stuck", "no longer waited for") if seen.timed_out else ("incomplete", "")


def _note(
    plan: PhasePlan, completion: Completion, completed: int, missing: Sequence[str], why: str, world: World
) -> str:
    parts = [f"{completed} of {len(plan.processors)} processors completed"]
    if missing:
        parts.append(f"missing {', '.join(missing)}")
    if why:
        parts.append(why)
    if plan.later:
        parts.append("due later: " + ", ".join(_later(world, processor) for processor in plan.later))
    if plan.off:
        parts.append(f"switched off: {', '.join(p.name for p in plan.off)}")
    if completion.unmatched:
        parts.append(f"not in the source of truth: {', '.join(completion.unmatched[:5])}")
    parts.append(f"judged from {completion.source}")
    return "; ".join(parts)


def _later(world: World, processor: Processor) -> str:
    due = world.pipeline.processor_due(processor, world.target)
    return f"{processor.name} ({world.pipeline.local(due)})" if due else processor.name
