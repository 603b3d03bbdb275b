"""Subscriptions as they are, held against the source of truth: depth, age of the oldest message, wiring.

Missing, denied, zero and unknown are four different answers (FP-9, FP-10): a missing subscription is a state, a refusal raises
ServiceError, zero is a depth, and a subscription without a reading is unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from validator.look import World
from validator.ssot.models.infrastructure import SubscriptionSpec, TopicSpec
from validator.ssot.source import subscriptions_of
from validator.status import Severity
from validator.world import Backlog, Subscription

CREATE = "gcloud pubsub subscriptions create $subscription --topic $topic --project $project"


@dataclass(frozen=True, kw_only=True)
class QueueView:
    """One subscription (or a topic that has none) as a reader should see it."""

    name: str
    topic: str
    depth: int = 0
    age: timedelta | None = None
    state: str = ""
    note: str = ""
    flaw: str = ""
    unknown: str = ""
    severity: Severity | None = None
    remedy: str = ""
    samples: Sequence[str] = ()


def view_queues(world: World, kind: Literal["dead_letter", "ordinary"], samples: int) -> list[QueueView]:
    """Every declared subscription of that kind, and the wiring problems that go with it. Raises ServiceError."""
    topics = [topic for topic in world.ssot.topics if topic.dead_letter == (kind == "dead_letter")]
    declared = [(topic, sub) for topic in topics for sub in subscriptions_of(topic)]
    live = {sub.name: sub for sub in world.queues.subscriptions()}
    lost = list(_without_subscription(topics, live)) if kind == "dead_letter" else []
    if not declared:
        return lost
    backlogs = world.queues.backlogs([sub.name for _, sub in declared if sub.name in live])
    views = [_view(world, topic, sub, live, backlogs, samples) for topic, sub in declared]
    return views + lost


def _without_subscription(topics: Sequence[TopicSpec], live: Mapping[str, Subscription]) -> list[QueueView]:
    """Dead-letter topics that nothing subscribes to: their messages are lost (L-71)."""
    heard = {sub.topic for sub in live.values()}
    return [
        QueueView(
            name=topic.name,
            topic=topic.name,
            state="no_subscription",
            note="no subscription on this dead-letter topic: its messages are lost",
            remedy=f"gcloud pubsub subscriptions create {topic.name}-sub --topic {topic.name} --project $project",
        )
        for topic in topics
        if topic.name not in heard and not topic.subscriptions
    ]


def _view(
    world: World,
    topic: TopicSpec,
    spec: SubscriptionSpec,
    live: Mapping[str, Subscription],
    backlogs: Mapping[str, Backlog],
    samples: int,
) -> QueueView:
    if spec.name not in live:
        note = f"it does not exist; messages of {topic.name} that need it are lost"
        return QueueView(
            name=spec.name, topic=topic.name, state="missing", note=note, severity=spec.severity, remedy=CREATE
        )
    backlog = backlogs.get(spec.name)
    if backlog is None:
        return QueueView(name=spec.name, topic=topic.name, unknown="Cloud Monitoring has no reading of its depth")
    age = world.pipeline.now - backlog.oldest if backlog.depth and backlog.oldest else None
    wrong = {spec: wiring_flaws(topic, spec, live[spec.name]), **_feeders(world, topic, live)}
    return QueueView(
        name=spec.name,
        topic=topic.name,
        depth=backlog.depth,
        age=age,
        note=f"{backlog.depth} messages" + (f", the oldest {_age(age)} old" if age else ""),
        flaw="; ".join(flaw for flaws in wrong.values() for flaw in flaws),
        severity=spec.severity,
        remedy="" if backlog.depth else "\n".join(_rewire(spec) for spec, flaws in wrong.items() if flaws),
        samples=world.queues.peek(spec.name, samples) if samples and backlog.depth else (),
    )


def wiring_flaws(topic: TopicSpec, spec: SubscriptionSpec, live: Subscription) -> list[str]:
    """What is wired unlike the source of truth."""
    wrong = []
    if live.topic != topic.name:
        wrong.append(f"{spec.name} listens to {live.topic}, not to {topic.name}")
    if spec.dead_letter_topic and live.dead_letter_topic != spec.dead_letter_topic:
        wrong.append(
            f"the dead-letter topic of {spec.name} is {live.dead_letter_topic or 'not set'}, not {spec.dead_letter_topic}"
        )
    if spec.max_delivery_attempts and live.max_delivery_attempts != spec.max_delivery_attempts:
        wrong.append(
            f"{spec.name} gives up after {live.max_delivery_attempts or 'no number of'} attempts, not {spec.max_delivery_attempts}"
        )
    return wrong


def _rewire(spec: SubscriptionSpec) -> str:
    """The command that wires a subscription as declared; which topic it listens to can't be changed, only looked at."""
    options = {"--dead-letter-topic": spec.dead_letter_topic, "--max-delivery-attempts": spec.max_delivery_attempts}
    given = [f"{flag} {value}" for flag, value in options.items() if value]
    return " ".join(
        ["gcloud pubsub subscriptions", "update" if given else "describe", spec.name, *given, "--project $project"]
    )


def _feeders(
    world: World, dead_letter: TopicSpec, live: Mapping[str, Subscription]
) -> dict[SubscriptionSpec, list[str]]:
    """What is wired wrong in the subscriptions whose undeliverable messages should come here."""
    wrong = {}
    for topic in world.ssot.topics:
        for spec in subscriptions_of(topic):
            if spec.dead_letter_topic != dead_letter.name:
                continue
            found = live.get(spec.name)
            wrong[spec] = (
                wiring_flaws(topic, spec, found)
                if found
                else [f"{spec.name}, whose dead letters belong here, does not exist"]
            )
    return wrong


def _age(age: timedelta) -> str:
    hours = age / timedelta(hours=1)
    return f"{hours:.0f} h" if hours >= 2 else f"{max(0.0, hours * 60):.0f} min"
