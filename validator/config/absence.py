"""The alert for a runner that stops: Cloud Monitoring notices from outside that no scheduled call has succeeded for too long."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from validator.clock import Cron, days, local_instant, zone
from validator.config.head import head_of
from validator.config.jobs import function_url
from validator.ssot.models.checks import ScheduleSpec
from validator.ssot.source import Ssot

GRACE = timedelta(hours=1)
"""For a late start, retries, and the hour that a clock change adds."""
LONGEST = timedelta(hours=23, minutes=30)
"""The longest absence that Cloud Monitoring can wait for."""
_FIRST = date(2026, 1, 5)
_LOOK_DAYS = 70


def render_absence_alerts(ssot: Ssot) -> str:
    """The policy as a file, with the head of a generated one."""
    policy = absence_policy(ssot)
    documentation = policy["documentation"]
    documentation["content"] = f"<!-- {head_of(ssot.pipeline.name)} -->\n{documentation['content']}"
    return json.dumps(policy, indent=2, ensure_ascii=False) + "\n"


def absence_policy(ssot: Ssot) -> dict[str, Any]:
    """The policy, as `gcloud alpha monitoring policies create --policy` takes it."""
    wanted = longest_silence(ssot) + GRACE
    seconds = int(min(wanted, LONGEST).total_seconds()) // 60 * 60
    return {
        "displayName": f"{ssot.pipeline.runner.function} of {' '.join(ssot.pipeline.name.split())} has stopped",
        "documentation": {"content": _text(ssot, seconds), "mimeType": "text/markdown"},
        "combiner": "OR",
        "conditions": [_condition(ssot, seconds)],
        "enabled": wanted <= LONGEST,
        "severity": "CRITICAL",
        "alertStrategy": {"autoClose": "604800s"},
    }


def longest_silence(ssot: Ssot) -> timedelta:
    """The longest time between two scheduled runs."""
    fires = sorted(fire for schedule in ssot.schedules.values() for fire in _fires(schedule, ssot.pipeline.time_zone))
    gaps = [later - earlier for earlier, later in pairwise(fires)]
    return max(gaps, default=timedelta(days=_LOOK_DAYS))


def _fires(schedule: ScheduleSpec, time_zone: str) -> Iterator[datetime]:
    cron, where = Cron.parse(schedule.cron), zone(schedule.time_zone or time_zone)
    for day in days(_FIRST, _FIRST + timedelta(days=_LOOK_DAYS)):
        if cron.fires_on(day):
            yield from (local_instant(day, at, where) for at in cron.times())


def _text(ssot: Ssot, seconds: int) -> str:
    hours = f"{seconds / 3600:g}"
    lines = (
        f"No call of `{ssot.pipeline.runner.function}` has succeeded for {hours} hours. Runs are scheduled so that this never happens:",
        "whatever this service would report, it reports nothing now.",
        "",
        "- `gcloud scheduler jobs list` shows whether its jobs are enabled and how their last attempts ended",
        f'- `curl -H "Authorization: Bearer $(gcloud auth print-identity-token)" {function_url(ssot)}/health` shows whether it answers',
        "- its log says why a run could not be made",
    )
    return "\n".join(lines)


def _condition(ssot: Ssot, seconds: int) -> dict[str, Any]:
    parts = (
        'resource.type = "cloud_run_revision"',
        f'resource.labels.service_name = "{ssot.pipeline.runner.function}"',
        'metric.type = "run.googleapis.com/request_count"',
        'metric.labels.response_code_class = "2xx"',
    )
    aggregation = {
        "alignmentPeriod": "300s",
        "perSeriesAligner": "ALIGN_SUM",
        "crossSeriesReducer": "REDUCE_SUM",
        "groupByFields": ["resource.labels.service_name"],
    }
    return {
        "displayName": "No successful call",
        "conditionAbsent": {
            "filter": " AND ".join(parts),
            "duration": f"{seconds}s",
            "aggregations": [aggregation],
            "trigger": {"count": 1},
        },
    }
