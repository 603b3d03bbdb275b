"""What the other services of the season would answer: deployments and commits, scheduler jobs, logs, queues."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.replay.feeds import Span
from tests.replay.games import at
from tests.replay.work import Work
from validator.clock import Cron, days, local_instant, zone
from validator.config.jobs import own_job_name
from validator.demo.sheet import Sheet
from validator.ssot.models.infrastructure import ServiceSpec
from validator.ssot.source import Ssot, subscriptions_of

FIRST_COMMIT_DAYS = 40
DEPLOYED_AFTER = timedelta(minutes=50)
KEPT_LOG_DAYS = 3
MINUTES_A_RUN = 20


def begin_services(sheet: Sheet, work: Work, now: datetime) -> None:
    """What stands in the tables of the other services from the beginning."""
    ssot = work.ssot
    sheet.insert("pubsub.topics", [{"topic": topic.name} for topic in ssot.topics])
    sheet.insert("pubsub.subscriptions", [
        {
            "subscription": sub.name, "topic": topic.name, "dead_letter_topic": sub.dead_letter_topic,
            "max_delivery_attempts": sub.max_delivery_attempts or (5 if sub.dead_letter_topic else None),
        }
        for topic in ssot.topics for sub in subscriptions_of(topic)
    ])  # fmt: skip
    _begin_jobs(sheet, ssot)
    sheet.insert(
        "git.commits",
        [{**commit, "paths": list(commit["paths"])} for commit in _commits(work, now) if commit["committed_at"] <= now],
    )
    sheet.insert("cloud_run.services", list(_deployed(work, now)))


def _begin_jobs(sheet: Sheet, ssot: Ssot) -> None:
    pipeline = ssot.pipeline
    host = f"https://{pipeline.runner.region or pipeline.location}-{pipeline.project_id}.cloudfunctions.net"
    sheet.insert("cloud_scheduler.jobs", [
        {
            "job": name, "schedule": cron, "time_zone": where, "uri": f"{host}/{uri}", "state": "ENABLED",
            "attempt_deadline_seconds": deadline, "audience": f"{host}/{uri.split('?')[0]}",
        }
        for name, cron, where, uri, deadline in _jobs(ssot)
    ])  # fmt: skip


def _jobs(ssot: Ssot) -> Iterator[tuple[str, str, str, str, int]]:
    own = ssot.pipeline.runner
    for job in ssot.jobs:
        yield (
            job.name,
            job.schedule,
            job.time_zone or ssot.pipeline.time_zone,
            job.name,
            job.attempt_deadline_seconds or 540,
        )
    for name, schedule in ssot.schedules.items():
        where = schedule.time_zone or ssot.pipeline.time_zone
        yield own_job_name(name), schedule.cron, where, f"{own.function}?schedule={name}", own.attempt_deadline_seconds


def feed_jobs(sheet: Sheet, span: Span) -> None:
    """Each job's last attempt, which went well."""
    fired = []
    for name, cron, where, _, _ in _jobs(span.work.ssot):
        if last := _last_fire(Cron.parse(cron), where, span):
            fired.append({"job": name, "at": last})
    if fired:
        sheet.create("fired", {"job": "VARCHAR", "at": "TIMESTAMPTZ"}, temporary=True)
        sheet.insert("fired", fired)
        sheet.run(
            "UPDATE cloud_scheduler.jobs AS j SET last_attempt_time = f.at, last_attempt_code = 0 FROM fired AS f WHERE f.job = j.job"
        )
        sheet.run("DROP TABLE fired")


def _last_fire(cron: Cron, where: str, span: Span) -> datetime | None:
    """The last instant in the span at which it fired."""
    place = zone(where)
    times = cron.times()
    for day in reversed(
        list(days(max(span.since, span.until - timedelta(days=8)).date() - timedelta(days=1), span.until.date()))
    ):
        if cron.fires_on(day):
            for time in reversed(times):
                if (fire := local_instant(day, time, place)) <= span.until:
                    return fire if fire > span.since else None
    return None


def _commits(work: Work, start: datetime) -> list[dict[str, Any]]:
    """The history of the season: a change every other weekday, a note now and then; the first commit brought every path."""
    everything = tuple(sorted({path for service in work.ssot.services for path in service.paths}))
    first = start.date() - timedelta(days=FIRST_COMMIT_DAYS)
    found = [
        _commit(at(first, "12:00"), "Bring the services together", tuple(f"{path}/main.py" for path in everything))
    ]
    for day in days(first + timedelta(days=1), start.date() + timedelta(days=400)):
        dice = work.dice("commit", day)
        if day.isoweekday() < 6 and dice.random() < 0.5:
            path = dice.choice(everything)
            found.append(_commit(at(day, "10:00", dice.uniform(0, 360)), f"Change {path}", (f"{path}/part.py",)))
        if dice.random() < 0.2:
            found.append(_commit(at(day, "09:30"), "Write down how to run it", ("docs/running.md",)))
    return found


def _commit(when: datetime, subject: str, paths: tuple[str, ...]) -> dict[str, Any]:
    sha = hashlib.sha1(f"{when} {subject}".encode(), usedforsecurity=False).hexdigest()
    return {"sha": sha, "committed_at": when, "subject": subject, "paths": paths}


def _touches(commit: dict[str, Any], service: ServiceSpec) -> bool:
    """Whether the commit changed anything that the service is built from."""
    return any(f"{file}/".startswith(f"{path}/") for file in commit["paths"] for path in service.paths)


def _deployed(work: Work, now: datetime) -> Iterator[dict[str, Any]]:
    """Every service, built from the newest commit of its paths that was there in time."""
    commits = [commit for commit in _commits(work, now) if commit["committed_at"] + DEPLOYED_AFTER <= now]
    for service in work.ssot.services:
        touching = [commit for commit in commits if _touches(commit, service)]
        commit = (touching or commits)[-1]
        revision = f"{service.name}-{len(touching):05d}"
        yield {
            "service": service.name, "region": service.region or work.ssot.pipeline.location, "commit_sha": commit["sha"],
            "image_digest": "sha256:" + hashlib.sha256(f"{service.name} {commit['sha']}".encode()).hexdigest(),
            "latest_created_revision": revision, "latest_ready_revision": revision, "serving_revision": revision,
            "deployed_at": commit["committed_at"] + DEPLOYED_AFTER, "health_status": 200,
        }  # fmt: skip


class Deployments:
    """Commits and deployments as time goes on."""

    def __init__(self, work: Work, start: datetime) -> None:
        self.work = work
        self.start = start
        self.commits = _commits(work, start)

    def feed(self, sheet: Sheet, span: Span) -> None:
        """The commits of the span, and the services built from them."""
        fresh = [commit for commit in self.commits if span.holds(commit["committed_at"])]
        if fresh:
            sheet.insert("git.commits", [{**commit, "paths": list(commit["paths"])} for commit in fresh])
        for commit in self.commits:
            if span.holds(commit["committed_at"] + DEPLOYED_AFTER):
                self._deploy(sheet, commit)

    def _deploy(self, sheet: Sheet, commit: dict[str, Any]) -> None:
        for service in self.work.ssot.services:
            if _touches(commit, service):
                revision = f"{service.name}-{commit['sha'][:5]}"
                sheet.run(
                    f"UPDATE cloud_run.services SET commit_sha = '{commit['sha']}', latest_created_revision = '{revision}', "
                    f"latest_ready_revision = '{revision}', serving_revision = '{revision}', deployed_at = TIMESTAMPTZ '"
                    f"{commit['committed_at'] + DEPLOYED_AFTER}' WHERE service = '{service.name}'"
                )


def feed_logs(sheet: Sheet, span: Span) -> None:
    """A line an hour and service, a warning a night, now and then an error; and messages on their way, at most minutes old."""
    services = [service.name for service in span.work.ssot.services]
    lines = []
    for day in span.dates():
        for hour in range(24):
            for position, service in enumerate(services):
                when = at(day, f"{hour:02d}:00", position)
                if span.holds(when):
                    odd = span.work.dice("log", service, when).random()
                    severity = "ERROR" if odd < 0.02 else "WARNING" if hour == 3 else "INFO"
                    lines.append({"timestamp": when, "severity": severity, "service": service, "message": "alive"})
    if lines:
        sheet.insert("logging.entries", lines)
    sheet.run(
        f"DELETE FROM logging.entries WHERE timestamp < TIMESTAMPTZ '{span.until - timedelta(days=KEPT_LOG_DAYS)}'"
    )


def feed_messages(sheet: Sheet, span: Span) -> None:
    """A few messages on their way to each consumer."""
    sheet.run("DELETE FROM pubsub.messages WHERE message_id LIKE 'transit-%'")
    waiting = [
        {"subscription": sub.name, "message_id": f"transit-{number}", "publish_time": span.until - timedelta(seconds=30 * (number + 1)), "data": "{}"}
        for topic in span.work.ssot.topics if not topic.dead_letter
        for sub in subscriptions_of(topic)
        for number in range(span.work.dice(sub.name, span.until).randint(0, 3))
    ]  # fmt: skip
    if waiting:
        sheet.insert("pubsub.messages", waiting)
