"""The gRPC fakes are read by the official clients, and fail as the real services do."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import monitoring_v3

from .google_fakes import Fault, GoogleFake

NOW = datetime(2026, 1, 5, 11, tzinfo=UTC)
DEPTH = "pubsub.googleapis.com/subscription/num_undelivered_messages"
SERVICE = "projects/p/locations/us-west2/services/api"


@pytest.fixture
def fake() -> Iterator[GoogleFake]:
    """A fake in which nothing is wrong, with two subscriptions' depth and a service."""
    with GoogleFake() as fake:
        fake.add_gauge(
            DEPTH, {"subscription_id": "a"}, [(NOW - timedelta(minutes=minutes), minutes) for minutes in range(4)]
        )
        fake.add_gauge(DEPTH, {"subscription_id": "b"}, [(NOW, 1.5)])
        fake.add_gauge("pubsub.googleapis.com/other", {"subscription_id": "a"}, [(NOW, 9)])
        fake.add_service(SERVICE, uri="https://api.example", labels={"commit": "abc"})
        yield fake


def depths(fake: GoogleFake, also: str = "", **options: Any) -> dict[str, list[float]]:
    """The points of the last two minutes by subscription, as the official client reads them."""
    request = {
        "name": "projects/p",
        "filter": f'metric.type = "{DEPTH}"{also}',
        "interval": {"start_time": NOW - timedelta(minutes=2), "end_time": NOW},
        "view": monitoring_v3.ListTimeSeriesRequest.TimeSeriesView.FULL,
        **options,
    }
    answer = fake.monitoring_client().list_time_series(request=request, retry=None, timeout=2)
    return {
        series.resource.labels["subscription_id"]: [
            point.value.int64_value or point.value.double_value for point in series.points
        ]
        for series in answer
    }


def test_series_within_the_interval_come_newest_first(fake: GoogleFake) -> None:
    """The start of the interval is exclusive, its end inclusive."""
    assert depths(fake) == {"a": [0, 1], "b": [1.5]}


@pytest.mark.parametrize(
    ("also", "names"),
    [
        (' AND resource.labels.subscription_id = "b"', {"b"}),
        (' AND resource.type="pubsub_subscription" AND resource.label.subscription_id = one_of("a", "c")', {"a"}),
        (' AND resource.labels.subscription_id = starts_with("z")', set()),
    ],
)
def test_filters_select(fake: GoogleFake, also: str, names: set[str]) -> None:
    """Labels are compared as the filter says."""
    assert set(depths(fake, also)) == names


def test_a_filter_that_is_not_understood_is_refused(fake: GoogleFake) -> None:
    """The fake never answers a question that it did not understand."""
    with pytest.raises(exceptions.InvalidArgument):
        depths(fake, ' OR resource.type = "x"')


def test_series_come_in_pages(fake: GoogleFake) -> None:
    """The client follows the page token, and the second request carries it."""
    assert depths(fake, page_size=1) == {"a": [0, 1], "b": [1.5]}
    assert [request.page_token for request in fake.requests] == ["", "1"]


def test_services_are_found_listed_and_missed(fake: GoogleFake) -> None:
    """A service is read by its full name or listed under its location; another is NotFound."""
    client = fake.run_client()
    assert client.get_service(name=SERVICE).labels["commit"] == "abc"
    assert [service.uri for service in client.list_services(parent="projects/p/locations/us-west2")] == [
        "https://api.example"
    ]
    assert list(client.list_services(parent="projects/p/locations/europe-west1")) == []
    with pytest.raises(exceptions.NotFound):
        client.get_service(name=f"{SERVICE}-x")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.REFUSED, exceptions.ServiceUnavailable),
        (Fault.SLOW, exceptions.DeadlineExceeded),
        (Fault.DENIED, exceptions.PermissionDenied),
        (Fault.MALFORMED, exceptions.InternalServerError),
    ],
)
def test_faults_reach_both_clients(fault: Fault, error: type[Exception]) -> None:
    """Each fault is the client's own error, in Monitoring and Run; stopping waits for no slow answer."""
    started = time.monotonic()
    with GoogleFake(fault, delay=30) as fake:
        fake.add_service(SERVICE)
        with pytest.raises(error):
            fake.run_client().get_service(name=SERVICE, retry=None, timeout=0.3)
        with pytest.raises(error):
            fake.monitoring_client().list_time_series(
                name="projects/p",
                filter=f'metric.type = "{DEPTH}"',
                interval=monitoring_v3.TimeInterval(end_time=NOW),
                view=monitoring_v3.ListTimeSeriesRequest.TimeSeriesView.FULL,
                retry=None,
                timeout=0.3,
            )
    assert time.monotonic() - started < 5


def test_a_slow_answer_is_right_when_it_comes() -> None:
    """Slow is late, not wrong."""
    with GoogleFake(Fault.SLOW, delay=0.2) as fake:
        fake.add_service(SERVICE, uri="https://api.example")
        started = time.monotonic()
        assert fake.run_client().get_service(name=SERVICE, timeout=5).uri == "https://api.example"
        assert time.monotonic() - started >= 0.2
