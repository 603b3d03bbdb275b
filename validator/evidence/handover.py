"""Whether the phase that comes after a completed one ran for the same date."""

from dataclasses import dataclass
from datetime import timedelta

from validator.evidence.completion import read_completion, rows_for
from validator.evidence.day_runs import day_runs
from validator.evidence.phases import is_ready, only_of_this_mode
from validator.look import World


@dataclass(frozen=True, kw_only=True)
class HandedOver:
    """A hand-over: its state and the sentence a reader sees; with a `reason` none is due, with `unknown` it can't be known."""

    state: str = ""
    note: str = ""
    reason: str = ""
    unknown: str = ""


def view_handover(world: World, number: int, following: int, grace_minutes: int) -> HandedOver:
    """From a phase to the following one, for the target date. Raises ServiceError."""
    ahead = world.pipeline.expected(following)
    plan = world.pipeline.expected(number)
    if plan.reason or ahead.reason:
        return HandedOver(reason=plan.reason or ahead.reason)
    ledger = world.ssot.ledger("runs")
    if ledger is None:
        return HandedOver(reason="the source of truth declares no ledger 'runs'")
    if ledger.table not in world.catalog():
        return HandedOver(unknown=f"the table {ledger.table} does not exist")
    completion = read_completion(world, plan)
    if not completion.triggered and not is_ready(plan.phase, (*plan.processors, *plan.later), completion):
        done = f"{len(completion.records)} of {len(plan.processors)} have completed"
        return HandedOver(reason=f"phase {number} does not hand over yet: {done}, from {completion.source}")
    since = completion.last_at
    if since and world.pipeline.now - since < timedelta(minutes=grace_minutes):
        return HandedOver(
            reason=f"phase {number} completed {world.pipeline.local(since)}, not {grace_minutes} minutes ago"
        )
    awaited = only_of_this_mode(ahead)
    runs = day_runs(world, ledger, world.target, world.target)
    began = [run.began for one in awaited if (run := runs.get((one.name, world.target))) and run.began]
    completed = f"phase {number} completed" + (f" {world.pipeline.local(since)}" if since else "")
    if began:
        return HandedOver(
            state="started", note=f"{completed}; phase {following} first ran {world.pipeline.local(min(began))}"
        )
    rows = {name: count for name, count in rows_for(world, awaited, world.target).items() if count}
    if rows:
        note = f"{completed}; no run of phase {following} is logged, but rows came: {', '.join(sorted(rows))}"
        return HandedOver(state="unlogged", note=note)
    return HandedOver(
        state="not_started", note=f"{completed}, but phase {following} has no run and no row for {world.target}"
    )
