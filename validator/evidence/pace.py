"""How fast a ledger's subjects work: runs an hour, and how long the successful ones took."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from validator.evidence.recent_runs import window_of
from validator.look import World
from validator.ssot.models.ledgers import LedgerSpec
from validator.world import Value

HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Rush:
    """A subject's busiest hour: how many runs began in it, and when it began."""

    subject: str
    runs: int
    began: datetime


@dataclass(frozen=True, kw_only=True)
class Slowest:
    """A subject's longest successful run, in minutes, and how many there were."""

    subject: str
    minutes: float
    began: datetime
    runs: int


def rushes(world: World, ledger: LedgerSpec, hours: int) -> Iterator[Rush]:
    """The busiest of the last hours of everyone who ran, by name; runs, not rows, are counted. Raises ServiceError."""
    ends = [world.pipeline.now - HOUR * back for back in range(hours + 1)]
    counts = ", ".join(f"COUNTIF(started > @h{n + 1} AND started <= @h{n}) AS runs_{n}" for n in range(hours))
    sql = (
        f"WITH runs AS (SELECT `{ledger.subject}` AS subject, `{ledger.run}` AS run, MIN(`{ledger.started}`) AS started "
        f"FROM `{world.ssot.pipeline.project_id}.{ledger.table}` WHERE `{ledger.window}` BETWEEN @first AND @last GROUP BY subject, run) "
        f"SELECT subject, {counts} FROM runs WHERE started > @h{hours} AND started <= @h0 GROUP BY subject"
    )
    values: dict[str, Value] = {**window_of(world, ledger, hours), **{f"h{n}": end for n, end in enumerate(ends)}}
    best: dict[str, Rush] = {}
    for row in world.query(sql, values):
        subject = _name(world, str(row["subject"]))
        busiest = max(range(hours), key=lambda n: int(row[f"runs_{n}"]))
        rush = Rush(subject=subject, runs=int(row[f"runs_{busiest}"]), began=ends[busiest + 1])
        best[subject] = max(best.get(subject, rush), rush, key=lambda one: one.runs)
    yield from (best[subject] for subject in sorted(best))


def slowest_runs(world: World, ledger: LedgerSpec, hours: int) -> Iterator[Slowest]:
    """The longest successful run of the last hours of everyone who had one, by name. Raises ServiceError."""
    sql = (
        f"SELECT `{ledger.subject}` AS subject, `{ledger.started}` AS began, `{ledger.ended}` AS ended "
        f"FROM `{world.ssot.pipeline.project_id}.{ledger.table}` WHERE `{ledger.window}` BETWEEN @first AND @last "
        f"AND `{ledger.started}` BETWEEN @since AND @now AND `{ledger.status}` IN UNNEST(@success) AND `{ledger.ended}` IS NOT NULL"
    )
    now = world.pipeline.now
    values: dict[str, Value] = {
        **window_of(world, ledger, hours),
        "since": now - HOUR * hours,
        "now": now,
        "success": ledger.words.success,
    }
    taken: dict[str, list[tuple[timedelta, datetime]]] = {}
    for row in world.query(sql, values):
        taken.setdefault(_name(world, str(row["subject"])), []).append((row["ended"] - row["began"], row["began"]))
    for subject in sorted(taken):
        longest, began = max(taken[subject])
        yield Slowest(subject=subject, minutes=longest / timedelta(minutes=1), began=began, runs=len(taken[subject]))


def _name(world: World, subject: str) -> str:
    processor = world.ssot.processor(subject)
    return processor.name if processor else subject
