"""Messages that were given up, in the tables of `pubsub`: publishing gives every subscription of the topic a row."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import duckdb

from validator.clock import real_now
from validator.errors import ServiceError
from validator.letter_ports import Letter
from validator.local.database import LocalDatabase, ask, reason
from validator.local.queues import SERVICE
from validator.local.values import utc

T = TypeVar("T")


class LocalLetters:
    """Implements Letters. Nothing is leased: one process has the world's file at a time."""

    def __init__(
        self, database: LocalDatabase, remaining: Callable[[], float], now: Callable[[], datetime] = real_now
    ) -> None:
        """`now` is the clock that publish times are read from."""
        self._database = database
        self._remaining = remaining
        self._now = now

    def take(self, subscription: str, limit: int) -> Sequence[Letter]:
        """See Letters."""
        if not self._ask("SELECT 1 FROM pubsub.subscriptions WHERE subscription = ?", subscription):
            raise ServiceError(SERVICE, f"there is no subscription {subscription}")
        sql = "SELECT * FROM pubsub.messages WHERE subscription = ? ORDER BY publish_time, message_id LIMIT ?"
        return [_letter(row) for row in self._ask(sql, subscription, limit)]

    def give_back(self, subscription: str, letters: Sequence[Letter]) -> None:
        """See Letters. There is nothing to give back."""

    def publish(self, topic: str, letter: Letter) -> str:
        """See Letters."""
        if not self._ask("SELECT 1 FROM pubsub.topics WHERE topic = ?", topic):
            raise ServiceError(SERVICE, f"there is no topic {topic}")
        accepted = str(uuid.uuid4().int)[:16]
        values = [accepted, self._now(), letter.data.decode(errors="replace"), json.dumps(dict(letter.attributes))]

        def work(cursor: Any) -> None:
            cursor.execute(
                "INSERT INTO pubsub.messages (subscription, message_id, publish_time, data, attributes) "
                "SELECT DISTINCT subscription, ?, CAST(? AS TIMESTAMPTZ), ?, CAST(? AS JSON) FROM pubsub.subscriptions WHERE topic = ?",
                [*values, topic],
            )

        self._write(work)
        return accepted

    def acknowledge(self, subscription: str, letters: Sequence[Letter]) -> None:
        """See Letters."""
        ids = [letter.message_id for letter in letters]

        def work(cursor: Any) -> None:
            cursor.execute(
                "DELETE FROM pubsub.messages WHERE subscription = ? AND list_contains(CAST(? AS VARCHAR[]), message_id)",
                [subscription, ids],
            )

        self._write(work)

    def _write(self, work: Callable[[Any], T]) -> T:
        try:
            return self._database.write(work)
        except duckdb.Error as error:
            raise ServiceError(SERVICE, reason(error)) from error

    def _ask(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        return ask(self._database, self._remaining, SERVICE, sql, values)


def _letter(row: Mapping[str, Any]) -> Letter:
    message_id = str(row["message_id"])
    return Letter(
        message_id=message_id,
        data=(row["data"] or "").encode(),
        attributes=_attributes(row["attributes"]),
        published=utc(row["publish_time"]),
        receipt=message_id,
    )


def _attributes(text: Any) -> dict[str, str]:
    try:
        found = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
