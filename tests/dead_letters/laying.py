"""A league whose phase 3 waits for messages of phase 2, what Pub/Sub delivers of a dead letter, and what it leaves behind."""

import base64
import json
from pathlib import Path
from typing import Any

from tests.http.worlds import season_world
from tests.worlds.laid import DAY, LaidWorld

TOPICS: list[dict[str, Any]] = [
    {
        "name": "raw-complete",
        "subscriptions": [{"name": "raw-sub", "dead_letter_topic": "raw-dlq", "max_delivery_attempts": 5, "phase": 3}],
    },
    {"name": "raw-dlq", "subscriptions": [{"name": "raw-dlq-sub", "severity": "P1_CRITICAL", "phase": 3}]},
    {"name": "old-dlq", "dead_letter": True, "subscriptions": [{"name": "old-dlq-sub"}]},
    {"name": "deaf-dlq", "dead_letter": True},
]
LIVE = [
    ("raw-sub", "raw-complete", "raw-dlq"),
    ("raw-dlq-sub", "raw-dlq", None),
    ("old-dlq-sub", "old-dlq", None),
    ("raw-dlq-alert", "raw-dlq", None),
    ("old-dlq-alert", "old-dlq", None),
    ("deaf-dlq-alert", "deaf-dlq", None),
]
MARKS = {
    "CloudPubSubDeadLetterSourceSubscription": "raw-sub",
    "CloudPubSubDeadLetterSourceSubscriptionProject": "league-project",
    "CloudPubSubDeadLetterSourceDeliveryCount": "5",
    "CloudPubSubDeadLetterSourceTopicPublishTime": "2026-02-04T10:00:00.5Z",
}
SAYS = {"processor_name": "box", "game_date": str(DAY), "status": "success", "correlation_id": "abc-123"}


def letters_world(folder: Path) -> LaidWorld:
    """The league with these topics; box scores are there, what phase 3 makes of them is not."""
    world = season_world(folder)
    world.edit("infrastructure/pubsub_topics.yaml", {"topics": TOPICS})
    for topic in TOPICS:
        world.sql("INSERT INTO pubsub.topics VALUES (?)", [topic["name"]])
    for name, heard, dead_letter_topic in LIVE:
        values = [name, heard, dead_letter_topic, 5 if dead_letter_topic else None]
        world.sql("INSERT INTO pubsub.subscriptions VALUES (?, ?, ?, ?, NULL)", values)
    return world


def pushed(
    says: Any = SAYS, message_id: Any = "9001", by: str = "raw-dlq-alert", attributes: Any = MARKS, **more: Any
) -> dict[str, Any]:
    """What the trigger's subscription pushes; `says` is the data as JSON, unless it is bytes already."""
    data = says if isinstance(says, bytes) else json.dumps(says).encode()
    message = {"data": base64.b64encode(data).decode(), "publishTime": "2026-02-04T11:00:00Z", "attributes": attributes}
    if message_id is not None:
        message["messageId"] = message_id
    return {"message": message | more, "subscription": f"projects/league-project/subscriptions/{by}"}


def lay(
    world: LaidWorld, *ids: str, says: Any = SAYS, subscription: str = "raw-dlq-sub", attributes: Any = MARKS
) -> None:
    """Let messages wait in a subscription, oldest first."""
    for position, message_id in enumerate(ids):
        text = says if isinstance(says, str) else json.dumps(says)
        world.sql(
            "INSERT INTO pubsub.messages VALUES (?, ?, CAST(? AS TIMESTAMPTZ), ?, ?)",
            [subscription, message_id, f"2026-02-04 11:00:{position:02d}+00", text, json.dumps(attributes)],
        )


def waiting(world: LaidWorld, subscription: str) -> list[str]:
    """The ids of what waits in a subscription."""
    sql = "SELECT message_id FROM pubsub.messages WHERE subscription = ? ORDER BY publish_time, message_id"
    return [message_id for (message_id,) in world.sql(sql, [subscription])]


def kept(world: LaidWorld, columns: str = "message_id") -> list[tuple[Any, ...]]:
    """What is written down of dead letters."""
    return world.sql(f"SELECT {columns} FROM ops.dead_letters ORDER BY received_at, message_id")


def arrive(world: LaidWorld) -> None:
    """Let phase 3 have done its work all the same."""
    world.rows("analytics.summary")
    world.rows("analytics.context")
