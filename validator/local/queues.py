"""Topics, subscriptions and messages, from the tables of `pubsub`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from validator.errors import ServiceError
from validator.local.database import LocalDatabase, ask
from validator.local.values import utc
from validator.world import Backlog, Subscription

SERVICE = "Pub/Sub"


class LocalQueues:
    """Implements Queues."""

    def __init__(self, database: LocalDatabase, remaining: Callable[[], float]) -> None:
        self._database = database
        self._remaining = remaining

    def topics(self) -> Sequence[str]:
        """See Queues."""
        return [row["topic"] for row in self._ask("SELECT topic FROM pubsub.topics ORDER BY topic")]

    def subscriptions(self) -> Sequence[Subscription]:
        """See Queues."""
        rows = self._ask(
            "SELECT subscription, topic, dead_letter_topic, max_delivery_attempts, push_endpoint "
            "FROM pubsub.subscriptions ORDER BY subscription"
        )
        return [
            Subscription(
                name=row["subscription"],
                topic=row["topic"],
                dead_letter_topic=row["dead_letter_topic"] or None,
                max_delivery_attempts=row["max_delivery_attempts"],
                push_endpoint=row["push_endpoint"] or None,
            )
            for row in rows
        ]

    def backlogs(self, subscriptions: Sequence[str]) -> Mapping[str, Backlog]:
        """See Queues."""
        rows = self._ask(
            "SELECT subscription, COUNT(message_id) AS depth, MIN(publish_time) AS oldest "
            "FROM (SELECT DISTINCT subscription FROM pubsub.subscriptions) LEFT JOIN pubsub.messages USING (subscription) "
            "WHERE list_contains(CAST(? AS VARCHAR[]), subscription) GROUP BY subscription",
            list(subscriptions),
        )
        return {row["subscription"]: Backlog(depth=row["depth"], oldest=utc(row["oldest"])) for row in rows}

    def peek(self, subscription: str, limit: int) -> Sequence[str]:
        """See Queues."""
        if not self._ask("SELECT 1 FROM pubsub.subscriptions WHERE subscription = ?", subscription):
            raise ServiceError(SERVICE, f"there is no subscription {subscription}")
        sql = "SELECT data FROM pubsub.messages WHERE subscription = ? ORDER BY publish_time, message_id LIMIT ?"
        return [row["data"] or "" for row in self._ask(sql, subscription, limit)]

    def _ask(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        return ask(self._database, self._remaining, SERVICE, sql, values)
