"""This service's own history: which scheduled runs should be stored, and which are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from validator.clock import Cron, day_of, days, local_instant, zone
from validator.look import World
from validator.ssot.models.checks import ScheduleSpec

SCHEDULED = ("scheduler", "pubsub")
EARLY = timedelta(minutes=1)
"""How far a clock may be behind the scheduler's."""


@dataclass(frozen=True, kw_only=True)
class Fires:
    """A schedule's fire times that should have left a run, those that did not, and its newest scheduled run."""

    schedule: str
    due: Sequence[datetime]
    missed: Sequence[datetime]
    newest: datetime | None


def scheduled_runs(world: World, days_back: int) -> Mapping[str, Sequence[datetime]]:
    """When scheduled runs began, by declared schedule, oldest first; runs by hand, and of single dead letters, are not among them. Raises ServiceError."""
    table = f"{world.ssot.pipeline.project_id}.{world.ssot.results_dataset}.validation_runs"
    sql = (
        f"SELECT schedule_name, run_timestamp FROM `{table}` "
        "WHERE run_timestamp BETWEEN @first AND @last AND trigger_source IN UNNEST(@scheduled) ORDER BY run_timestamp"
    )
    now = world.pipeline.now
    found: dict[str, list[datetime]] = {}
    for row in world.query(sql, {"first": now - timedelta(days=days_back), "last": now, "scheduled": SCHEDULED}):
        if (name := str(row["schedule_name"])) in world.ssot.schedules:
            found.setdefault(name, []).append(row["run_timestamp"])
    return found


def fires(world: World, runs: Mapping[str, Sequence[datetime]], hours: int, grace: timedelta) -> Iterator[Fires]:
    """Every schedule's fire times of the last hours. What fired before the first stored run of all, or within the grace, is not due."""
    last = world.pipeline.now - grace
    first = max(last - timedelta(hours=hours), min(at for began in runs.values() for at in began) - EARLY)
    for name, spec in world.ssot.schedules.items():
        due = list(_fired(world, spec, first, last))
        began = runs.get(name, ())
        ends = [*due[1:], world.pipeline.now]
        missed = [at for at, end in zip(due, ends, strict=False) if not any(at - EARLY <= run < end for run in began)]
        yield Fires(schedule=name, due=due, missed=missed, newest=max(began, default=None))


def _fired(world: World, spec: ScheduleSpec, first: datetime, last: datetime) -> Iterator[datetime]:
    where, cron = zone(spec.time_zone or world.ssot.pipeline.time_zone), Cron.parse(spec.cron)
    for day in days(day_of(first, where), day_of(last, where)):
        if cron.fires_on(day):
            yield from (at for time in cron.times() if first <= (at := local_instant(day, time, where)) <= last)
