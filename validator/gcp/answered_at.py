"""The `Date` header of an answer, held against this machine's clock."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from validator.clock import real_now


def ahead_of(header: str | None, now: datetime | None = None) -> timedelta | None:
    """How far this machine's clock is ahead of the header's; None where it says nothing that can be read."""
    try:
        at = parsedate_to_datetime((header or "").strip())
    except ValueError:
        return None
    return (now or real_now()) - (at if at.tzinfo else at.replace(tzinfo=UTC))
