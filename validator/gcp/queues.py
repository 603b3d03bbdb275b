"""Pub/Sub and Cloud Monitoring: topics, subscriptions, and how much of them is undelivered."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from validator.clock import real_now
from validator.gcp.attempts import Remaining, ask, every_page
from validator.gcp.failures import asking
from validator.gcp.gauges import Gauges, Point
from validator.gcp.pubsub import SERVICE, Clients, keep_for, pull
from validator.world import Backlog, Subscription

DEPTH = "pubsub.googleapis.com/subscription/num_undelivered_messages"
AGE = "pubsub.googleapis.com/subscription/oldest_unacked_message_age"
CONSUME = "pubsub.subscriptions.consume"
PAGE = 1000
PULLED = 50
"""Messages pulled, at least, to find the oldest few: Pub/Sub gives them in no order."""
PEEK_SECONDS = 5.0
"""How long a look into a subscription waits for a first message."""
DEFAULT_ATTEMPTS = 5
"""What Pub/Sub takes where a dead-letter policy names no number."""


class PubSubQueues:
    """Implements Queues. Safe for threads."""

    def __init__(
        self,
        project: str,
        remaining: Remaining,
        emulator: str | None = None,
        monitoring_channel: Any = None,
        now: Callable[[], datetime] = real_now,
    ) -> None:
        """`remaining` are the seconds left; `emulator` is the `host:port` of one.

        Backlogs are asked through the gRPC channel `monitoring_channel` where one is given; `now` is the clock they live on.
        """
        self._project = project
        self._remaining = remaining
        self._clients = Clients(emulator)
        self._gauges = Gauges(project, remaining, monitoring_channel, now)

    def topics(self) -> Sequence[str]:
        """See Queues."""
        publisher = self._clients.publisher

        def fetch(token: str, seconds: float) -> Any:
            request = {"project": f"projects/{self._project}", "page_size": PAGE, "page_token": token}
            return publisher.list_topics(request=request, retry=None, timeout=seconds)

        pages = every_page(SERVICE, self._remaining, fetch)
        return [_short(topic.name) for page in pages for topic in page.topics]

    def subscriptions(self) -> Sequence[Subscription]:
        """See Queues. The topic of a subscription whose topic was deleted is `_deleted-topic_`."""
        subscriber = self._clients.subscriber

        def fetch(token: str, seconds: float) -> Any:
            request = {"project": f"projects/{self._project}", "page_size": PAGE, "page_token": token}
            return subscriber.list_subscriptions(request=request, retry=None, timeout=seconds)

        pages = every_page(SERVICE, self._remaining, fetch)
        return [_subscription(found) for page in pages for found in page.subscriptions]

    def backlogs(self, subscriptions: Sequence[str]) -> Mapping[str, Backlog]:
        """See Queues. The figures are Cloud Monitoring's: some minutes old."""
        depths = self._gauges.newest(DEPTH, "pubsub_subscription", "subscription_id")
        known = [name for name in dict.fromkeys(subscriptions) if name in depths]
        waiting = any(depths[name].value > 0 for name in known)
        ages = self._gauges.newest(AGE, "pubsub_subscription", "subscription_id") if waiting else {}
        return {name: _backlog(depths[name], ages.get(name)) for name in known}

    def peek(self, subscription: str, limit: int) -> Sequence[str]:
        """See Queues. What was pulled is given back at once; Pub/Sub may show fewer messages than there are."""
        name = f"projects/{self._project}/subscriptions/{subscription}"
        most = max(limit, PULLED)
        received = ask(SERVICE, self._remaining, lambda seconds: pull(self._clients, name, most, PEEK_SECONDS, seconds))
        if receipts := [one.ack_id for one in received]:
            ask(SERVICE, self._remaining, lambda seconds: keep_for(self._clients, name, receipts, 0, seconds))
        with asking(SERVICE):
            oldest_first = sorted((one.message for one in received), key=lambda message: message.publish_time)
            return [message.data.decode(errors="replace") for message in oldest_first[:limit]]

    def may_pull(self, subscription: str) -> bool:
        """Whether messages of the subscription may be pulled: asked of its policy, none is."""
        subscriber = self._clients.subscriber
        request = {"resource": f"projects/{self._project}/subscriptions/{subscription}", "permissions": [CONSUME]}

        def test(seconds: float) -> Any:
            return subscriber.test_iam_permissions(request=request, retry=None, timeout=seconds)

        answer = ask(SERVICE, self._remaining, test)
        with asking(SERVICE):
            return CONSUME in answer.permissions

    def close(self) -> None:
        """Close the channels."""
        self._clients.close()
        self._gauges.close()


def _subscription(found: Any) -> Subscription:
    policy = found.dead_letter_policy
    dead_letter_topic = _short(policy.dead_letter_topic) or None
    return Subscription(
        name=_short(found.name),
        topic=_short(found.topic),
        dead_letter_topic=dead_letter_topic,
        max_delivery_attempts=(policy.max_delivery_attempts or DEFAULT_ATTEMPTS) if dead_letter_topic else None,
        push_endpoint=found.push_config.push_endpoint or None,
    )


def _backlog(depth: Point, age: Point | None) -> Backlog:
    waits = depth.value > 0 and age is not None
    return Backlog(depth=int(depth.value), oldest=age.at - timedelta(seconds=age.value) if waits and age else None)


def _short(name: str) -> str:
    return name.rpartition("/")[2]
