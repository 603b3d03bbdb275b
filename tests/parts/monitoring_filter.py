"""Cloud Monitoring's filter, interval and pages, as far as the fake serves them; the rest is refused."""

import re
from collections.abc import Sequence
from typing import Any

from google.cloud import monitoring_v3

CLAUSE = re.compile(
    r"""\s*(?P<field>metric\.type|resource\.type|(?:metric|resource)\.labels?\.\w+)\s*=\s*
    (?:"(?P<value>[^"]*)"|(?P<function>one_of|starts_with)\((?P<arguments>[^)]*)\))\s*""",
    re.VERBOSE,
)
DEFAULT_PAGE = 100_000


class FilterError(Exception):
    """A filter that Cloud Monitoring would refuse, or that the fake does not know."""


def matches(text: str, series: monitoring_v3.TimeSeries) -> bool:
    """Whether every clause (joined by AND) holds for the series; `FilterError` for anything else."""
    clauses = [CLAUSE.fullmatch(part) for part in re.split(r"\s+AND\s+", text)]
    if None in clauses:
        raise FilterError(f'The supplied filter is not one that the fake knows: "{text}"')
    known = [clause for clause in clauses if clause is not None]
    if [clause["field"] for clause in known].count("metric.type") != 1:
        raise FilterError("The supplied filter does not specify a valid combination of metric and monitored resource")
    return all(_holds(clause, _field(series, clause["field"])) for clause in known)


def points_within(series: monitoring_v3.TimeSeries, interval: Any) -> monitoring_v3.TimeSeries:
    """A copy with the points after the start up to the end, newest first; no start means the end only."""
    kept = [point for point in series.points if _inside(point.interval.end_time, interval)]
    copy = monitoring_v3.TimeSeries(series)
    copy.points = sorted(kept, key=lambda point: point.interval.end_time, reverse=True)
    return copy


def page_of(items: Sequence[Any], size: int, token: str) -> tuple[Sequence[Any], str]:
    """One page of the items and the token of the next one; an empty token after the last."""
    start = int(token or 0)
    end = start + (size or DEFAULT_PAGE)
    return items[start:end], str(end) if end < len(items) else ""


def _inside(at: Any, interval: Any) -> bool:
    if not interval.start_time:
        return bool(at == interval.end_time)
    return bool(interval.start_time < at <= interval.end_time)


def _field(series: monitoring_v3.TimeSeries, path: str) -> str:
    part, _, *label = path.split(".")
    owner = series.metric if part == "metric" else series.resource
    return str(owner.labels.get(label[0], "")) if label else str(owner.type)


def _holds(clause: re.Match[str], actual: str) -> bool:
    if clause["value"] is not None:
        return actual == clause["value"]
    arguments = re.findall(r'"([^"]*)"', clause["arguments"])
    if clause["function"] == "one_of":
        return actual in arguments
    return actual.startswith(tuple(arguments))
