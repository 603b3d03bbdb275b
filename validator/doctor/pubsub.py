"""Pub/Sub: topics and subscriptions; and Cloud Monitoring, which says how full these are. No message is touched."""

import shlex
from collections.abc import Iterator

from validator.doctor.line import Line, ok, skip, warn
from validator.doctor.mending import member
from validator.doctor.place import Place
from validator.doctor.probe import Access, Probe
from validator.errors import ServiceError
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


def _messages(place: Place) -> Iterator[Line]:
    """Whether dead letters may be looked at; nothing is pulled."""
    declared = [spec.name for topic in place.ssot.topics if topic.dead_letter for spec in subscriptions_of(topic)]
    try:
        live = {subscription.name for subscription in place.backend.queues.subscriptions()} if declared else set()
    except ServiceError:
        yield skip("which subscriptions are there is not known")
        return
    names = [name for name in declared if name in live]
    if not names:
        yield skip("no declared dead-letter subscription is there")
        return
    shut = [name for name in names if not place.backend.may_pull(name)]
    for name in shut:
        command = ("gcloud", "pubsub", "subscriptions", "add-iam-policy-binding", name, f"--project={place.project}")
        fix = f"{shlex.join(command)} --member={member(place)} --role=roles/pubsub.subscriber"
        yield warn("its dead letters can be counted, but not looked at", fix, name)
    if len(shut) < len(names):
        yield ok(f"dead letters of {len(names) - len(shut)} of {len(names)} subscriptions may be looked at")


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
MESSAGES = Probe(
    name="Pub/Sub dead letters",
    look=_messages,
    access=Access(api="pubsub.googleapis.com", role="roles/pubsub.viewer"),
    classes=ASKED[:1],
)
