"""Cloud Monitoring and Cloud Run Admin v2 over gRPC, on the official message classes.

    with GoogleFake() as fake:
        fake.add_gauge("pubsub.googleapis.com/…", {"subscription_id": "s"}, [(now, 3)])
        client = fake.monitoring_client()

One instance serves both; `fault` makes every call of that instance go wrong in one way.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent import futures
from contextlib import ExitStack
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

import grpc
from google.cloud import monitoring_v3, run_v2
from google.cloud.monitoring_v3.services.metric_service.transports import MetricServiceGrpcTransport
from google.cloud.run_v2.services.services.transports import ServicesGrpcTransport

from .children import refusing_host
from .monitoring_filter import FilterError, matches, page_of, points_within

MALFORMED = b"\xff\xff\xff\xff\xff"
ACCESS_DENIED = "Permission denied on the resource (or it may not exist)."


class Fault(StrEnum):
    """What is wrong with an instance."""

    NONE = "none"
    REFUSED = "refused"
    """Nothing listens at its host."""
    SLOW = "slow"
    """It answers rightly, `delay` seconds late."""
    DENIED = "denied"
    """PERMISSION_DENIED to every call."""
    MALFORMED = "malformed"
    """Its answers are not the message that was asked for."""


class GoogleFake:
    """A running fake; a context manager. `requests` holds every request message it got, in order."""

    def __init__(self, fault: Fault = Fault.NONE, *, delay: float = 5.0) -> None:
        self.fault = fault
        self.delay = delay
        self.series: list[monitoring_v3.TimeSeries] = []
        self.services: dict[str, run_v2.Service] = {}
        self.requests: list[Any] = []
        self.host = ""
        self._stopping = threading.Event()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self.host = self._open.enter_context(refusing_host()) if self.fault is Fault.REFUSED else self._serve()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._open.close()

    def add_gauge(
        self,
        metric: str,
        resource_labels: Mapping[str, str],
        points: Sequence[tuple[datetime, int | float]],
        *,
        resource: str = "pubsub_subscription",
        metric_labels: Mapping[str, str] | None = None,
    ) -> None:
        """Add a gauge's series; whole numbers become int64 values, others doubles."""
        self.series.append(
            monitoring_v3.TimeSeries(
                metric={"type": metric, "labels": dict(metric_labels or {})},
                resource={"type": resource, "labels": dict(resource_labels)},
                metric_kind="GAUGE",
                points=[_point(at, value) for at, value in sorted(points, reverse=True)],
            )
        )

    def add_service(self, name: str, **fields: Any) -> run_v2.Service:
        """Add a service by its name, ``projects/P/locations/L/services/S``, with its fields."""
        self.services[name] = run_v2.Service(name=name, **fields)
        return self.services[name]

    def monitoring_client(self) -> monitoring_v3.MetricServiceClient:
        """The official Cloud Monitoring client, pointed here."""
        return monitoring_v3.MetricServiceClient(transport=MetricServiceGrpcTransport(channel=self._channel()))

    def run_client(self) -> run_v2.ServicesClient:
        """The official Cloud Run client, pointed here."""
        return run_v2.ServicesClient(transport=ServicesGrpcTransport(channel=self._channel()))

    def _channel(self) -> grpc.Channel:
        return grpc.insecure_channel(self.host)

    def _serve(self) -> str:
        server = grpc.server(futures.ThreadPoolExecutor(8))
        time_series, run = monitoring_v3.ListTimeSeriesRequest, run_v2
        handlers = {
            "google.monitoring.v3.MetricService": {
                "ListTimeSeries": self._handler(time_series, self._list_time_series)
            },
            "google.cloud.run.v2.Services": {
                "GetService": self._handler(run.GetServiceRequest, self._get_service),
                "ListServices": self._handler(run.ListServicesRequest, self._list_services),
            },
        }
        for service, methods in handlers.items():
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, methods),))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        self._open.callback(lambda: server.stop(None).wait(5))
        return f"127.0.0.1:{port}"

    def _handler(self, request: Any, answer: Callable[[Any, grpc.ServicerContext], Any]) -> grpc.RpcMethodHandler:
        def handle(message: Any, context: grpc.ServicerContext) -> bytes:
            self.requests.append(message)
            if self.fault is Fault.SLOW:
                self._stopping.wait(self.delay)
            if self.fault is Fault.DENIED:
                context.abort(grpc.StatusCode.PERMISSION_DENIED, ACCESS_DENIED)
            found = answer(message, context)
            return MALFORMED if self.fault is Fault.MALFORMED else bytes(type(found).serialize(found))

        return grpc.unary_unary_rpc_method_handler(handle, request_deserializer=request.deserialize)

    def _list_time_series(self, request: Any, context: grpc.ServicerContext) -> Any:
        if request.aggregation or request.secondary_aggregation or request.order_by:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, "the fake neither aggregates nor orders")
        try:
            found = [series for series in self.series if matches(request.filter, series)]
        except FilterError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        cut = [one for series in found if (one := points_within(series, request.interval)).points]
        page, token = page_of(cut, request.page_size, request.page_token)
        return monitoring_v3.ListTimeSeriesResponse(time_series=page, next_page_token=token)

    def _get_service(self, request: Any, context: grpc.ServicerContext) -> Any:
        if request.name not in self.services:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Resource '{request.name}' of kind 'SERVICE' does not exist.")
        return self.services[request.name]

    def _list_services(self, request: Any, context: grpc.ServicerContext) -> Any:
        inside = [service for name, service in self.services.items() if name.startswith(f"{request.parent}/services/")]
        page, token = page_of(inside, request.page_size, request.page_token)
        return run_v2.ListServicesResponse(services=page, next_page_token=token)


def _point(at: datetime, value: int | float) -> monitoring_v3.Point:
    typed = {"int64_value": value} if isinstance(value, int) else {"double_value": value}
    return monitoring_v3.Point(interval={"start_time": at, "end_time": at}, value=typed)
