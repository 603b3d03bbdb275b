"""What services logged, from `logging.entries`."""

from collections.abc import Callable
from datetime import datetime

from validator.local.database import LocalDatabase, ask
from validator.local.values import utc
from validator.world import Logged

SERVICE = "Cloud Logging"


class LocalLogs:
    """Implements Logs."""

    def __init__(self, database: LocalDatabase, remaining: Callable[[], float]) -> None:
        self._database = database
        self._remaining = remaining

    def of_service(self, service: str, first: datetime, last: datetime) -> Logged:
        """See Logs."""
        bad = "FILTER (severity IN ('ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY'))"
        (row,) = ask(
            self._database,
            self._remaining,
            SERVICE,
            f"SELECT COUNT(*) AS heard, COUNT(*) {bad} AS errors, MAX(timestamp) {bad} AS newest_at, ARG_MAX(message, timestamp) {bad} AS newest "
            "FROM logging.entries WHERE service = ? AND timestamp BETWEEN ? AND ?",
            [service, first, last],
        )
        return Logged(
            errors=row["errors"], heard=row["heard"] > 0, newest=row["newest"] or "", newest_at=utc(row["newest_at"])
        )
