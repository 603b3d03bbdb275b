"""Scheduler jobs, the pipeline's and this service's own, and what the services logged."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from validator.clock import Cron, day_of, days, local_instant, zone
from validator.config.jobs import function_url, own_job_name
from validator.demo.plan import Plan
from validator.demo.sheet import Sheet
from validator.ssot.models.checks import ScheduleSpec
from validator.ssot.models.infrastructure import JobSpec

LONGEST_PAUSE_DAYS = 400
LOGGED_DAYS = 3
USUAL_DEADLINE_SECONDS = 180
"""What Cloud Scheduler takes where a job names none."""


def fill_jobs(sheet: Sheet, plan: Plan) -> None:
    """Fill the scheduler's jobs."""
    rows = [_pipeline_job(plan, job) for job in plan.ssot.jobs]
    rows += [_own_job(plan, name, schedule) for name, schedule in plan.ssot.schedules.items()]
    sheet.insert("cloud_scheduler.jobs", rows)


def _pipeline_job(plan: Plan, job: JobSpec) -> dict[str, Any]:
    pipeline = plan.ssot.pipeline
    uri = job.uri or f"https://{pipeline.location}-{pipeline.project_id}.cloudfunctions.net/{job.name}"
    deadline = job.attempt_deadline_seconds or USUAL_DEADLINE_SECONDS
    return _job(plan, job.name, job.schedule, job.time_zone, uri, job.audience or uri.split("?")[0], deadline)


def _own_job(plan: Plan, name: str, schedule: ScheduleSpec) -> dict[str, Any]:
    url, deadline = function_url(plan.ssot), plan.ssot.pipeline.runner.attempt_deadline_seconds
    return _job(plan, own_job_name(name), schedule.cron, schedule.time_zone, f"{url}?schedule={name}", url, deadline)


def _job(
    plan: Plan, name: str, cron: str, zone_name: str | None, uri: str, audience: str, deadline: int
) -> dict[str, Any]:
    where = zone_name or plan.ssot.pipeline.time_zone
    last = _last_fire(Cron.parse(cron), zone(where), plan.clock.midnight(plan.day))
    return {
        "job": name,
        "schedule": cron,
        "time_zone": where,
        "uri": uri,
        "state": "ENABLED",
        "attempt_deadline_seconds": deadline,
        "audience": audience,
        "last_attempt_time": last,
        "last_attempt_code": None if last is None else 0,
    }


def _last_fire(cron: Cron, where: ZoneInfo, before: datetime) -> datetime | None:
    """The last instant it fired at before another."""
    newest = day_of(before, where)
    for back in range(LONGEST_PAUSE_DAYS):
        day = newest - timedelta(days=back)
        if cron.fires_on(day):
            fired = [at for time in cron.times() if (at := local_instant(day, time, where)) < before]
            if fired:
                return max(fired)
    return None


def fill_logs(sheet: Sheet, plan: Plan) -> None:
    """Fill the log entries."""
    entries = sorted((*_quiet_hours(plan), *_streak(plan)), key=lambda entry: (entry["timestamp"], entry["service"]))
    sheet.insert("logging.entries", entries)


def _quiet_hours(plan: Plan) -> Iterator[dict[str, Any]]:
    """An hourly line per service, through the whole of the world's day, and a warning a night."""
    for day in days(plan.day - timedelta(days=LOGGED_DAYS), plan.day):
        start = plan.clock.midnight(day)
        for position, service in enumerate(plan.ssot.services):
            for hour in range(24):
                severity, message = ("WARNING", "answered slowly") if hour == 3 else ("INFO", "alive")
                yield {
                    "timestamp": start + timedelta(hours=hour, minutes=position),
                    "severity": severity,
                    "service": service.name,
                    "message": message,
                }


def _streak(plan: Plan) -> Iterator[dict[str, Any]]:
    """What the failing processor's service logged."""
    failing = plan.incidents.get("failing_processor")
    if failing is None or not plan.ssot.services:
        return
    processor = plan.ssot.processors[failing.subject]
    named = [service.name for service in plan.ssot.services if f"phase{processor.phase}" in service.name]
    service = (named or [plan.ssot.services[0].name])[0]
    for _, at in plan.failed_attempts():
        yield {
            "timestamp": at,
            "severity": "ERROR",
            "service": service,
            "message": f"{processor.class_name} failed: unknown column",
        }
