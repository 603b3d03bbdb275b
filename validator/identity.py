"""Which run a request means: its id, its clock, its target date. The same scheduled fire gives the same run whatever is retried."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from validator.clock import day_of, rfc3339, zone
from validator.errors import BadRequest, NotFound
from validator.registry import schedule_items
from validator.ssot.models.checks import ScheduleSpec
from validator.ssot.source import Ssot

AD_HOC = "ad_hoc"
DEAD_LETTER = "dead_letter"
"""The schedule of runs that tell of one dead letter each: they speak of one subject of a check, and did not look at its others."""
UNWATCHED = "dead_letters"
"""The name of their check where no declared one watches the depth of dead letters."""
DEAD_LETTER_SCHEDULE = ScheduleSpec(cron="* * * * *", target_date="today", notify="change", checks=())
"""What such a run goes by: it is due whenever a message comes, and tells only changes."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for, by whichever way in.

    `now` is the run's clock. `fired_at` is the schedule time of a scheduled run, `identity` the text its id is made from; both
    are None for a run by hand. `selection` are the checks asked for by name, empty for the schedule's own.
    """

    schedule: str
    now: datetime
    day: date | None = None
    selection: tuple[str, ...] = ()
    dry_run: bool = False
    trigger_source: str = "manual"
    fired_at: datetime | None = None
    identity: str | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """A request made definite: everything a run needs to know about itself."""

    run_id: str
    scheduled: bool
    check_type: str
    schedule_name: str
    schedule: ScheduleSpec
    target: date
    now: datetime
    dry_run: bool
    trigger_source: str
    checks: tuple[tuple[str, date], ...]
    selection: tuple[str, ...]


def scheduled_identity(job: str, schedule: str, fired_at: datetime) -> str:
    """What the id of a scheduled run is made from."""
    return f"{job}|{schedule}|{rfc3339(fired_at)}"


def order_of(request: Request, ssot: Ssot) -> Order:
    """Raises NotFound for an unknown schedule and BadRequest for unknown checks."""
    schedule = ssot.schedules.get(request.schedule)
    if schedule is None:
        raise NotFound("schedule", request.schedule, sorted(ssot.schedules))
    unknown = [name for name in request.selection if name not in ssot.checks]
    if unknown:
        raise BadRequest(f"unknown checks: {', '.join(unknown)}; known: {', '.join(sorted(ssot.checks))}")
    today = day_of(request.fired_at or request.now, zone(ssot.pipeline.time_zone))
    target = request.day or (today - timedelta(days=1) if schedule.target_date == "yesterday" else today)
    return Order(
        run_id=str(uuid.uuid5(uuid.NAMESPACE_URL, request.identity) if request.identity else uuid.uuid4()),
        scheduled=request.identity is not None,
        check_type=AD_HOC if request.selection else request.schedule,
        schedule_name=request.schedule,
        schedule=schedule,
        target=target,
        now=request.now,
        dry_run=request.dry_run,
        trigger_source=request.trigger_source,
        checks=tuple(_targets(ssot, schedule, target, request.selection)),
        selection=request.selection,
    )


def _targets(ssot: Ssot, schedule: ScheduleSpec, target: date, selection: Sequence[str]) -> list[tuple[str, date]]:
    """Each check with its target date. `today` is the day on which the schedule runs for this target."""
    today = target + timedelta(days=1) if schedule.target_date == "yesterday" else target
    by_word = {"target": target, "today": today, "yesterday": today - timedelta(days=1)}
    own = {name: override or ssot.checks[name].date for name, override in schedule_items(schedule)}
    names = dict.fromkeys(selection) or own
    return [(name, by_word[own.get(name, ssot.checks[name].date)]) for name in names]
