"""Cloud Monitoring: the newest point of each series of a gauge."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from google.cloud.monitoring_v3 import ListTimeSeriesRequest, MetricServiceClient, TimeInterval
from google.cloud.monitoring_v3.services.metric_service.transports import MetricServiceGrpcTransport

from validator.gcp.attempts import Remaining, every_page
from validator.gcp.failures import asking
from validator.gcp.instants import plain_instant

SERVICE = "Cloud Monitoring"
WINDOW = timedelta(minutes=15)
"""How far back the newest point may lie: points are a minute apart and may be some minutes late."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """A measured value and when it held."""

    value: float
    at: datetime


class Gauges:
    """Reads gauges of a project. Safe for threads."""

    def __init__(self, project: str, remaining: Remaining, channel: Any, now: Callable[[], datetime]) -> None:
        self._project = project
        self._remaining = remaining
        self._channel = channel
        self._now = now
        self._lock = threading.Lock()
        self._client: Any = None

    def newest(self, metric: str, resource: str, label: str) -> Mapping[str, Point]:
        """The newest point of every series of a metric, by a label of its resource; a series without a point is absent."""
        client, now = self._connected(), self._now()
        request = {
            "name": f"projects/{self._project}",
            "filter": f'metric.type = "{metric}" AND resource.type = "{resource}"',
            "interval": TimeInterval(start_time=now - WINDOW, end_time=now),
            "view": ListTimeSeriesRequest.TimeSeriesView.FULL,
        }

        def fetch(token: str, seconds: float) -> Any:
            return client.list_time_series(request={**request, "page_token": token}, retry=None, timeout=seconds)

        newest: dict[str, Point] = {}
        for page in every_page(SERVICE, self._remaining, fetch):
            with asking(SERVICE):
                for series in page.time_series:
                    _keep_newest(newest, series.resource.labels[label], series.points)
        return newest

    def close(self) -> None:
        """Close the channel, if it is one of our own."""
        with self._lock:
            client, self._client = self._client, None
        if client and self._channel is None:
            client.transport.close()

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                with asking(SERVICE):
                    self._client = (
                        MetricServiceClient()
                        if self._channel is None
                        else MetricServiceClient(transport=MetricServiceGrpcTransport(channel=self._channel))
                    )
            return self._client


def _keep_newest(newest: dict[str, Point], name: str, points: Any) -> None:
    for point in points:
        at = plain_instant(point.interval.end_time)
        if name not in newest or at > newest[name].at:
            newest[name] = Point(value=float(_number(point.value)), at=at)


def _number(value: Any) -> float:
    return float(value.int64_value if "int64_value" in value else value.double_value)
