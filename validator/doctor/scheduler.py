"""Cloud Scheduler: this service's own jobs against its schedules, and the runs that they should have left."""

from collections.abc import Iterator
from datetime import timedelta
from string import Template

from validator.config.jobs import PREFIX, calls, function_url, own_job_name
from validator.doctor.line import Line, fail, ok, skip, warn
from validator.doctor.mending import DEPLOY, scheduler_command
from validator.doctor.place import Place
from validator.doctor.probe import Access, Probe
from validator.evidence.jobs import JobView, view_jobs
from validator.evidence.own_runs import fires, scheduled_runs
from validator.result_tables import CREATE
from validator.store import RUNS

HISTORY_DAYS = 30
LOOK_BACK_HOURS = 8 * 24
"""A schedule that runs once a week is due at least once in it."""
NOT_LET_IN = ("code 7", "code 16")
GRACE = timedelta(hours=1)


def _jobs(place: Place) -> Iterator[Line]:
    """Missing, switched off, of another cron, zone, target, deadline or kind of token, or failing; and those that nobody declared."""
    if place.local and not place.world.live_jobs():
        yield skip("nobody calls the local world by schedule")
        return
    seen = view_jobs(place.world)
    own = {own_job_name(name) for name in place.ssot.schedules}
    for job in seen.jobs:
        if job.name in own:
            yield _job(place, job)
    for name, uri in seen.undeclared.items():
        if name.startswith(PREFIX) and calls(uri, function_url(place.ssot)):
            found = "it calls this service, and no schedule of that name is declared"
            yield warn(found, scheduler_command(place, "delete", name), name)


def _job(place: Place, job: JobView) -> Line:
    if job.state in ("as_declared", "not_run"):
        return ok(f"as declared; {job.note}", job.name)
    if job.state == "failing":
        again = scheduler_command(place, "run", job.name)
        return fail(job.note, DEPLOY if job.found in NOT_LET_IN else again, job.name)
    return fail(job.note, DEPLOY if job.state == "missing" else Template(job.remedy).safe_substitute(), job.name)


def _schedules(place: Place) -> Iterator[Line]:
    """The newest scheduled run of each schedule, against its cron."""
    dataset = place.ssot.results_dataset
    declared = next((table for table in place.ssot.result_tables if table.name == RUNS), None)
    if declared is None or place.backend.tables.look(dataset, declared) is None:
        yield fail(f"{dataset}.{RUNS} does not exist: no run can be stored", CREATE)
        return
    runs = scheduled_runs(place.world, HISTORY_DAYS)
    if not runs:
        none = f"no scheduled run is stored of the last {HISTORY_DAYS} days"
        yield skip(f"{none}: nobody calls the local world by schedule") if place.local else warn(none, DEPLOY)
        return
    local = place.world.pipeline.local
    for one in fires(place.world, runs, LOOK_BACK_HOURS, GRACE):
        newest = f"newest run {local(one.newest)}" if one.newest else "no scheduled run stored"
        if not one.due:
            yield skip(f"nothing of it was due in the last {LOOK_BACK_HOURS // 24} days; {newest}", one.schedule)
        elif one.due[-1] in one.missed:
            fix = scheduler_command(place, "run", own_job_name(one.schedule))
            yield fail(f"overdue: its run of {local(one.due[-1])} left no row; {newest}", fix, one.schedule)
        else:
            yield ok(newest, one.schedule)


JOBS = Probe(
    name="Cloud Scheduler jobs",
    look=_jobs,
    access=Access(api="cloudscheduler.googleapis.com", role="roles/cloudscheduler.viewer"),
)
SCHEDULES = Probe(
    name="schedules",
    look=_schedules,
    access=Access(api="bigquery.googleapis.com", role="roles/bigquery.dataViewer"),
)
