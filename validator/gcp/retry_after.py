"""The `Retry-After` header of a service that has had too many requests."""

from datetime import UTC
from email.utils import parsedate_to_datetime

from validator.clock import real_now


def seconds_to_wait(header: str | None) -> float | None:
    """The seconds that the header asks for, as a number or as a date; None where it asks for nothing that can be read."""
    text = (header or "").strip()
    if text.isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - real_now()).total_seconds())


def later(header: str | None) -> str:
    """What a reader is told of it: `, Retry-After 30 s`, or nothing."""
    seconds = seconds_to_wait(header)
    return "" if seconds is None else f", Retry-After {seconds:.0f} s"
