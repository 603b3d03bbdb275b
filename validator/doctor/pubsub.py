"""Pub/Sub: topics and subscriptions; and Cloud Monitoring, which says how full these are. No message is touched."""

from collections.abc import Iterator

from validator.doctor.line import Line, ok, skip
from validator.doctor.place import Place
from validator.doctor.probe import Access, Probe
from validator.ssot.source import subscriptions_of
from validator.tell.plain import amount

ASKED = ("DlqDepth", "ConfigSync")


def _queues(place: Place) -> Iterator[Line]:
    if not place.ssot.topics:
        yield skip("the source of truth declares no topic")
        return
    topics, subscriptions = place.backend.queues.topics(), place.backend.queues.subscriptions()
    yield ok(f"{amount(len(topics), 'topic')}, {amount(len(subscriptions), 'subscription')} listed")


def _depths(place: Place) -> Iterator[Line]:
    """How full each declared subscription is; which of them exist is `dlq_depth`'s to say."""
    names = [spec.name for topic in place.ssot.topics for spec in subscriptions_of(topic)]
    if not names:
        yield skip("the source of truth declares no subscription")
        return
    known = place.backend.queues.backlogs(names)
    yield ok(f"the depth of {len(known)} of {len(names)} declared subscriptions is known")


QUEUES = Probe(
    name="Pub/Sub",
    look=_queues,
    access=Access(api="pubsub.googleapis.com", role="roles/pubsub.viewer"),
    classes=ASKED,
)
DEPTHS = Probe(
    name="Cloud Monitoring",
    look=_depths,
    access=Access(api="monitoring.googleapis.com", role="roles/monitoring.viewer"),
    classes=ASKED[:1],
)
