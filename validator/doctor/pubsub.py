"""Pub/Sub: topics and subscriptions; and Cloud Monitoring, which says how full these are. No message is touched."""

import shlex
from collections.abc import Iterator

from validator.config.jobs import DEAD_LETTER, calls, function_url, own_subscriptions
from validator.doctor.line import Line, fail, ok, skip, warn
from validator.doctor.mending import DEPLOY, member
from validator.doctor.place import Place
from validator.doctor.probe import Access, Probe
from validator.errors import ServiceError
from validator.ssot.source import subscriptions_of
from validator.tell.plain import amount
from validator.world import Subscription

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


def _pushes(place: Place) -> Iterator[Line]:
    """This service's own subscriptions: without them no dead letter is told at once."""
    wanted = own_subscriptions(place.ssot)
    if not wanted:
        yield skip("the source of truth declares no dead-letter topic")
        return
    if place.local:
        yield skip("nobody pushes into the local world")
        return
    try:
        topics = set(place.backend.queues.topics())
        live = {one.name: one for one in place.backend.queues.subscriptions()}
    except ServiceError:
        yield skip("which subscriptions are there is not known")
        return
    lines = [_push(place, name, topic, live.get(name)) for name, topic in wanted.items() if topic in topics]
    yield from (line for line in lines if line is not None)
    for name, topic in wanted.items():
        if topic not in topics:
            yield skip(f"its topic {topic} is not there: config verify says so", name)
    if told := lines.count(None):
        yield ok(f"{told} of {amount(len(wanted), 'dead-letter topic')} push to this service")


def _push(place: Place, name: str, topic: str, live: Subscription | None) -> Line | None:
    """What is wrong with a subscription of this service's; None where it is as declared."""
    url = function_url(place.ssot, DEAD_LETTER)
    if live is None:
        return fail(f"it does not exist: what comes to {topic} is told to nobody at once", DEPLOY, name)
    if live.topic != topic:
        words = ("gcloud", "pubsub", "subscriptions", "delete", name, f"--project={place.project}")
        return fail(f"it listens to {live.topic}, not {topic}", f"{shlex.join(words)} && {DEPLOY}", name)
    if not calls(live.push_endpoint or "", url):
        return fail(f"it pushes to {live.push_endpoint or 'nobody'}, not {url}", DEPLOY, name)
    return None


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
PUSHES = Probe(
    name="Pub/Sub pushes",
    look=_pushes,
    access=Access(api="pubsub.googleapis.com", role="roles/pubsub.viewer"),
)
MESSAGES = Probe(
    name="Pub/Sub dead letters",
    look=_messages,
    access=Access(api="pubsub.googleapis.com", role="roles/pubsub.viewer"),
    classes=ASKED[:1],
)
