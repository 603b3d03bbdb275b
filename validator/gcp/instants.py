"""Instants of Google's messages as plain Python ones."""

from datetime import UTC, datetime


def plain_instant(value: datetime) -> datetime:
    """The same instant in UTC, as a datetime and not as the clients' own kind of it; nanoseconds are cut off."""
    at = value.astimezone(UTC)
    return datetime.combine(at.date(), at.timetz())
