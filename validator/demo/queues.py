"""Topics, subscriptions and the messages that wait in them."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from validator.demo.incidents import DEAD_LETTERS
from validator.demo.plan import Plan
from validator.demo.sheet import Sheet
from validator.ssot.models.infrastructure import SubscriptionSpec, TopicSpec
from validator.ssot.source import subscriptions_of

OLDEST = timedelta(hours=26)
APART = timedelta(hours=3)


def fill_queues(sheet: Sheet, plan: Plan) -> None:
    """Fill topics, subscriptions and messages."""
    sheet.insert("pubsub.topics", [{"topic": topic.name} for topic in plan.ssot.topics])
    sheet.insert("pubsub.subscriptions", [_subscription(topic, sub) for topic, sub in _live(plan)])
    sheet.insert("pubsub.messages", list(_messages(plan)))


def _live(plan: Plan) -> Iterator[tuple[TopicSpec, SubscriptionSpec]]:
    """Every declared subscription, but those of the topic that nothing subscribes to."""
    deaf = plan.incidents.get("deaf_dead_letters")
    for topic in plan.ssot.topics:
        if not (deaf and deaf.subject == topic.name):
            yield from ((topic, sub) for sub in subscriptions_of(topic))


def _subscription(topic: TopicSpec, spec: SubscriptionSpec) -> dict[str, Any]:
    return {
        "subscription": spec.name,
        "topic": topic.name,
        "dead_letter_topic": spec.dead_letter_topic,
        "max_delivery_attempts": spec.max_delivery_attempts or (5 if spec.dead_letter_topic else None),
    }


def _messages(plan: Plan) -> Iterator[dict[str, Any]]:
    """Messages that were given up, about the dates of the day before and the one before that."""
    found = plan.incidents.get("dead_letters")
    if found is None:
        return
    topic, spec = next((topic, sub) for topic, sub in _live(plan) if sub.name == found.subject)
    feeder = next((sub for _, sub in _live(plan) if sub.dead_letter_topic == topic.name), None)
    field = plan.ssot.pipeline.calendar.date or "date"
    for number in range(DEAD_LETTERS):
        published = plan.clock.midnight(plan.day) - OLDEST + APART * number
        body = {
            field: published.astimezone(plan.clock.where).date().isoformat(),
            "phase": f"phase{spec.phase}" if spec.phase is not None else None,
            "status": "success",
            "correlation_id": hashlib.sha256(f"{plan.seed} dead letter {number}".encode()).hexdigest()[:16],
        }
        attempts = feeder.max_delivery_attempts if feeder else None
        source = {
            "CloudPubSubDeadLetterSourceSubscription": feeder.name if feeder else "unknown",
            "CloudPubSubDeadLetterSourceDeliveryCount": str(attempts or 5),
        }
        yield {
            "subscription": found.subject,
            "message_id": str(7_100_000_000 + plan.seed * 1000 + number),
            "publish_time": published,
            "data": json.dumps(body, sort_keys=True),
            "attributes": source,
        }
