"""Whether processors began after what they depend on had finished (L-31).

Of a processor the last successful run counts, because its rows are the ones that stay; of what it depends on the first
successful one, because from then on its rows were there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from validator.evidence.day_runs import DayRuns, day_runs
from validator.look import World
from validator.ssot.models.ledgers import LedgerSpec
from validator.ssot.source import Processor

Runs = Mapping[tuple[str, date], DayRuns]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A processor's turn for the target date: how many minutes too early it began, 0 where it didn't; with a `reason` it can't be judged."""

    subject: str
    minutes: float = 0
    note: str = ""
    reason: str = ""
    judged: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()


@dataclass
class _Seen:
    """What was found of the processors that one depends on."""

    early: dict[str, tuple[float, str]] = field(default_factory=dict)
    judged: list[str] = field(default_factory=list)
    unjudged: list[str] = field(default_factory=list)


def turns(world: World, ledger: LedgerSpec) -> Iterator[Turn]:
    """Every processor that depends on others. Raises ServiceError."""
    runs = day_runs(world, ledger, world.target, world.target)
    for processor in world.ssot.processors.values():
        needed = [world.ssot.processors[name] for name in processor.spec.dependencies if name in world.ssot.processors]
        if needed := [one for one in needed if not _later_by_design(world, processor, one)]:
            yield _turn(world, processor, needed, runs)


def _later_by_design(world: World, processor: Processor, needed: Processor) -> bool:
    """Whether the needed rows of a date are due only after the processor's own: it lives on those of earlier dates."""
    own, other = (world.pipeline.processor_due(one, world.target) for one in (processor, needed))
    return own is not None and other is not None and other > own


def _turn(world: World, processor: Processor, needed: list[Processor], runs: Runs) -> Turn:
    run = runs.get((processor.name, world.target))
    if run is None or run.last_began is None:
        return Turn(subject=processor.name, reason=f"no successful run of it is logged for {world.target}")
    seen = _Seen()
    for one in needed:
        _compare(world, run.last_began, one, runs.get((one.name, world.target)), seen)
    if not seen.judged:
        return Turn(
            subject=processor.name, reason=f"no run is logged of what it depends on: {', '.join(seen.unjudged)}"
        )
    began = f"its run that counts began {world.pipeline.local(run.last_began)}"
    why = "; ".join(text for _, text in seen.early.values())
    return Turn(
        subject=processor.name,
        minutes=max((minutes for minutes, _ in seen.early.values()), default=0),
        note=f"{began}; {why}" if why else f"{began}, after {', '.join(seen.judged)} had finished",
        judged=tuple(seen.judged),
        unjudged=tuple(seen.unjudged),
    )


def _compare(world: World, began: datetime, needed: Processor, run: DayRuns | None, seen: _Seen) -> None:
    """What was needed and has not finished yet counts as finishing now."""
    if run is None or (run.succeeded and run.first_ended is None):
        seen.unjudged.append(needed.name)
        return
    seen.judged.append(needed.name)
    finished = run.first_ended or world.pipeline.now
    if began < finished:
        when = f"finished {world.pipeline.local(finished)}" if run.first_ended else "has not finished yet"
        seen.early[needed.name] = ((finished - began) / timedelta(minutes=1), f"{needed.name} {when}")
