"""The table `dead_letters`: each message once, whatever it holds, and what has come lately."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from validator.clock import rfc3339
from validator.dead_letters.harm import Harm, correlation_of
from validator.dead_letters.message import DeadLetter
from validator.dead_letters.place import Place
from validator.store import ResultStore
from validator.store_rows import as_json_text

DEAD_LETTERS = "dead_letters"


@dataclass(frozen=True, kw_only=True)
class Lately:
    """What is stored of one subscription for a span. `harmful` are those whose data had not arrived, or of which that can't be known."""

    letters: int = 0
    arrived: int = 0
    harmful: int = 0
    malformed: int = 0
    newest: datetime | None = None


class Ledger:
    """Writes and reads dead letters. Both may raise ServiceError."""

    def __init__(self, store: ResultStore) -> None:
        self._store = store

    def keep(self, letter: DeadLetter, place: Place, harm: Harm, now: datetime) -> bool:
        """Write a dead letter down, once. False when it was there already."""
        return self._store.append(f"dead_letter_{letter.run_id}", DEAD_LETTERS, [_row(letter, place, harm, now)])

    def lately(self, now: datetime, span: timedelta) -> Mapping[str, Lately]:
        """What was received within the span before now, by subscription."""
        sql = (
            "SELECT subscription, COUNT(*) AS letters, COUNTIF(data_arrived) AS arrived, "
            "COUNTIF(data_arrived = FALSE OR phase IS NULL OR target_date IS NULL) AS harmful, "
            "COUNTIF(parse_error IS NOT NULL) AS malformed, MAX(received_at) AS newest "
            f"FROM {self._store.table(DEAD_LETTERS)} WHERE received_at BETWEEN @first AND @last GROUP BY subscription"
        )
        rows = self._store.ask(sql, {"first": now - span, "last": now})
        return {
            str(row["subscription"]): Lately(
                letters=int(row["letters"]),
                arrived=int(row["arrived"]),
                harmful=int(row["harmful"]),
                malformed=int(row["malformed"]),
                newest=row["newest"],
            )
            for row in rows
        }


def _row(letter: DeadLetter, place: Place, harm: Harm, now: datetime) -> dict[str, Any]:
    return {
        "message_id": letter.message_id,
        "subscription": place.subscription,
        "topic": place.topic or None,
        "received_at": rfc3339(now),
        "publish_time": rfc3339(letter.published) if letter.published else None,
        "delivery_attempt": letter.attempts,
        "phase": f"phase{harm.phase}" if harm.phase is not None else None,
        "target_date": harm.day.isoformat() if harm.day else None,
        "correlation_id": correlation_of(letter),
        "data": letter.text,
        "attributes": as_json_text(dict(letter.attributes)),
        "parse_error": letter.problem or None,
        "data_arrived": harm.arrived,
    }
