"""Scheduled jobs as Cloud Scheduler's API describes them: the pipeline's own, and one per schedule of this service.

Beside them the other things of this service that have a name and an address on Google Cloud: its functions, its account, and its
subscriptions to dead-letter topics.
"""

import json
from typing import Any

from validator.config.head import head_of
from validator.ssot.models.checks import ScheduleSpec
from validator.ssot.models.infrastructure import JobSpec, ServiceSpec
from validator.ssot.models.kinds import is_region
from validator.ssot.source import Ssot

PREFIX = "validation-"
DEAD_LETTER = f"{PREFIX}dead-letter"
"""The function that is told of dead letters."""
RETRIES = 3
"""Enough to outlast a deployment, few enough not to run into the next schedule."""


def render_scheduler_jobs(ssot: Ssot) -> str:
    """All jobs, by name."""
    jobs = sorted(declared_jobs(ssot), key=lambda job: str(job["name"]))
    return json.dumps({"$comment": head_of(ssot.pipeline.name), "jobs": jobs}, indent=2, ensure_ascii=False) + "\n"


def declared_jobs(ssot: Ssot) -> list[dict[str, Any]]:
    """The pipeline's jobs, then this service's."""
    return [*map(_plain(ssot), ssot.jobs), *own_jobs(ssot)]


def own_jobs(ssot: Ssot) -> list[dict[str, Any]]:
    """A job per schedule of this service."""
    return [_own(ssot, name, schedule) for name, schedule in ssot.schedules.items()]


def own_job_name(schedule: str) -> str:
    """`post_overnight` → `validation-post-overnight`."""
    return PREFIX + schedule.replace("_", "-")


def function_url(ssot: Ssot, function: str | None = None) -> str:
    """The address of the runner's function (or of another one), as Google Cloud gives it one: known before it is deployed.

    The function's service answers to it, and takes it as the audience of a token.
    """
    name = function or ssot.pipeline.runner.function
    return f"https://{region(ssot)}-{ssot.pipeline.project_id}.cloudfunctions.net/{name}"


def calls(uri: str, url: str) -> bool:
    """Whether something that calls that address calls the function at this one."""
    return uri.partition("?")[0].rstrip("/") == url


def own_functions(ssot: Ssot) -> tuple[str, ...]:
    """The names of this service's functions."""
    return (ssot.pipeline.runner.function, *([DEAD_LETTER] if own_subscriptions(ssot) else []))


def own_subscriptions(ssot: Ssot) -> dict[str, str]:
    """This service's own subscriptions and the dead-letter topic each listens to."""
    return {f"{DEAD_LETTER}-{topic.name}": topic.name for topic in ssot.topics if topic.dead_letter}


def service_account(ssot: Ssot) -> str:
    """The e-mail address of the account that calls the function."""
    name = ssot.pipeline.runner.service_account or ssot.pipeline.runner.function
    return name if "@" in name else f"{name}@{ssot.pipeline.project_id}.iam.gserviceaccount.com"


def _own(ssot: Ssot, name: str, schedule: ScheduleSpec) -> dict[str, Any]:
    url = function_url(ssot)
    return {
        "name": _full(ssot, own_job_name(name)),
        "description": " ".join(schedule.description.split()),
        "schedule": schedule.cron,
        "timeZone": schedule.time_zone or ssot.pipeline.time_zone,
        "attemptDeadline": f"{ssot.pipeline.runner.attempt_deadline_seconds}s",
        "retryConfig": {"retryCount": RETRIES, "minBackoffDuration": "30s", "maxBackoffDuration": "300s"},
        "httpTarget": {
            "uri": f"{url}?schedule={name}",
            "httpMethod": "POST",
            "oidcToken": {"serviceAccountEmail": service_account(ssot), "audience": url},
        },
    }


def _plain(ssot: Ssot) -> Any:
    def describe(job: JobSpec) -> dict[str, Any]:
        described: dict[str, Any] = {
            "name": _full(ssot, job.name),
            "description": " ".join(job.description.split()),
            "schedule": job.schedule,
            "timeZone": job.time_zone or ssot.pipeline.time_zone,
        }
        if job.attempt_deadline_seconds:
            described["attemptDeadline"] = f"{job.attempt_deadline_seconds}s"
        if job.uri:
            described["httpTarget"] = {
                "uri": job.uri,
                **({"oidcToken": {"audience": job.audience}} if job.audience else {}),
            }
        return described

    return describe


def _full(ssot: Ssot, job: str) -> str:
    return f"projects/{ssot.pipeline.project_id}/locations/{region(ssot)}/jobs/{job}"


def region(ssot: Ssot) -> str:
    """Where this service and its jobs are."""
    return ssot.pipeline.runner.region or ssot.pipeline.location


def service_region(ssot: Ssot, service: ServiceSpec) -> str:
    """Where a service of the pipeline is: where the pipeline is; beside this one where that is no region, as datasets may be in."""
    return service.region or (ssot.pipeline.location if is_region(ssot.pipeline.location) else region(ssot))
