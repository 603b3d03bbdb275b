"""What only Pub/Sub and Cloud Monitoring have: figures that are late, absent or old, and leases of messages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import grpc
import pytest
from google.cloud.monitoring_v3 import ListTimeSeriesRequest
from google.pubsub_v1 import PublisherClient, SubscriberClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from tests.parts.emulators import Emulator
from tests.parts.google_fakes import GoogleFake
from validator.gcp.queues import AGE, DEPTH, PubSubQueues
from validator.world import Backlog

NOW = datetime(2026, 1, 5, 11, tzinfo=UTC)


def ample() -> float:
    """Time enough."""
    return 20.0


@pytest.fixture
def monitoring() -> Iterator[GoogleFake]:
    """A Cloud Monitoring without any series."""
    with GoogleFake() as fake:
        yield fake


def queues(monitoring: GoogleFake, project: str = "a-project", emulator: str = "127.0.0.1:9") -> PubSubQueues:
    """The adapter, at a fixed moment."""
    channel = grpc.insecure_channel(monitoring.host)
    return PubSubQueues(project, ample, emulator=emulator, monitoring_channel=channel, now=lambda: NOW)


def ago(minutes: float) -> datetime:
    """So many minutes before now."""
    return NOW - timedelta(minutes=minutes)


def test_the_newest_point_counts(monitoring: GoogleFake) -> None:
    """Depth and age are those of the last minute that was measured; the oldest message is as old as it was then."""
    monitoring.add_gauge(DEPTH, {"subscription_id": "dlq"}, [(ago(5), 900), (ago(3), 7), (ago(4), 0)])
    monitoring.add_gauge(AGE, {"subscription_id": "dlq"}, [(ago(5), 1), (ago(4), 3600)])
    assert queues(monitoring).backlogs(["dlq"]) == {"dlq": Backlog(depth=7, oldest=ago(4) - timedelta(hours=1))}


def test_no_series_is_no_answer(monitoring: GoogleFake) -> None:
    """A subscription that was not measured, or not lately, is absent: it is never taken to be empty."""
    monitoring.add_gauge(DEPTH, {"subscription_id": "known"}, [(ago(1), 0)])
    monitoring.add_gauge(DEPTH, {"subscription_id": "stale"}, [(ago(90), 0)])
    assert queues(monitoring).backlogs(["known", "stale", "never"]) == {"known": Backlog(depth=0)}


def test_an_empty_subscription_has_no_oldest_message(monitoring: GoogleFake) -> None:
    """An age that is reported beside a depth of 0 means nothing."""
    monitoring.add_gauge(DEPTH, {"subscription_id": "dlq"}, [(ago(1), 0)])
    monitoring.add_gauge(AGE, {"subscription_id": "dlq"}, [(ago(1), 0)])
    assert queues(monitoring).backlogs(["dlq"]) == {"dlq": Backlog(depth=0)}


def test_two_questions_whatever_the_number_of_subscriptions(monitoring: GoogleFake) -> None:
    """All depths are one question and all ages another, within the project and a short time."""
    names = [f"s{number}" for number in range(150)]
    for name in names:
        monitoring.add_gauge(DEPTH, {"subscription_id": name}, [(ago(1), 1)])
    assert len(queues(monitoring).backlogs(names)) == 150
    assert [type(request) for request in monitoring.requests] == [ListTimeSeriesRequest, ListTimeSeriesRequest]
    for request in monitoring.requests:
        assert request.name == "projects/a-project"
        assert request.interval.end_time - request.interval.start_time <= timedelta(hours=1)


def test_ages_are_not_asked_when_nothing_waits(monitoring: GoogleFake) -> None:
    """A quiet pipeline costs one question."""
    monitoring.add_gauge(DEPTH, {"subscription_id": "dlq"}, [(ago(1), 0)])
    queues(monitoring).backlogs(["dlq"])
    assert len(monitoring.requests) == 1


class PubSub:
    """A project of the emulator, and the official clients."""

    def __init__(self, emulator: Emulator) -> None:
        self.project = emulator.new_project()
        self.host = emulator.host
        channel = grpc.insecure_channel(emulator.host)
        self.publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        self.subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
        self.topic = f"projects/{self.project}/topics/events"
        self.subscription = f"projects/{self.project}/subscriptions/events-sub"
        self.publisher.create_topic(name=self.topic)
        self.subscriber.create_subscription(name=self.subscription, topic=self.topic)

    def publish(self, *bodies: bytes) -> None:
        """Publish one message a body, in order."""
        for body in bodies:
            self.publisher.publish(topic=self.topic, messages=[{"data": body}])

    def pull(self) -> list[bytes]:
        """What another subscriber gets."""
        answer = self.subscriber.pull(subscription=self.subscription, max_messages=100)
        return sorted(received.message.data for received in answer.received_messages)


@pytest.fixture
def pubsub(pubsub_emulator: Emulator) -> PubSub:
    """A project with a topic and a subscription."""
    return PubSub(pubsub_emulator)


def test_a_look_leases_nothing(pubsub: PubSub, monitoring: GoogleFake) -> None:
    """Whoever pulls right after a look gets every message."""
    pubsub.publish(b"a", b"b", b"c")
    adapter = queues(monitoring, pubsub.project, pubsub.host)
    assert adapter.peek("events-sub", 2) == ["a", "b"]
    assert adapter.peek("events-sub", 2) == ["a", "b"]
    assert pubsub.pull() == [b"a", b"b", b"c"]


def test_a_body_that_is_no_text_is_shown_as_far_as_it_goes(pubsub: PubSub, monitoring: GoogleFake) -> None:
    """A poisoned message doesn't stop the look at the others."""
    pubsub.publish(b"\xff{", b"{}")
    assert queues(monitoring, pubsub.project, pubsub.host).peek("events-sub", 5) == ["\ufffd{", "{}"]
