"""DuckDB's values as plain Python."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any


def utc(instant: datetime | None) -> datetime | None:
    """An instant in UTC; one that names no zone is taken to be UTC."""
    if instant is None:
        return None
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def plain(value: Any) -> Any:
    """Instants in UTC, decimals as float; so inside lists and records."""
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value
