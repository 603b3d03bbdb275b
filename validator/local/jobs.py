"""Scheduled jobs, from `cloud_scheduler.jobs`."""

from collections.abc import Callable, Sequence

from validator.local.database import LocalDatabase, ask
from validator.local.values import utc
from validator.world import LiveJob

SERVICE = "Cloud Scheduler"


class LocalJobs:
    """Implements Jobs."""

    def __init__(self, database: LocalDatabase, remaining: Callable[[], float]) -> None:
        self._database = database
        self._remaining = remaining

    def live(self) -> Sequence[LiveJob]:
        """See Jobs."""
        rows = ask(
            self._database,
            self._remaining,
            SERVICE,
            "SELECT job, schedule, time_zone, uri, state, attempt_deadline_seconds, audience, last_attempt_time, last_attempt_code "
            "FROM cloud_scheduler.jobs ORDER BY job",
        )
        return [
            LiveJob(
                name=row["job"],
                schedule=row["schedule"] or "",
                time_zone=row["time_zone"] or "UTC",
                state=row["state"] or "",
                uri=row["uri"] or None,
                audience=row["audience"] or None,
                token="OIDC" if row["audience"] else None,
                attempt_deadline_seconds=row["attempt_deadline_seconds"],
                last_attempt=utc(row["last_attempt_time"]),
                code=row["last_attempt_code"] if row["last_attempt_time"] else None,
            )
            for row in rows
        ]
