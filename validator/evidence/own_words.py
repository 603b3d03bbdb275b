"""What each check has said lately, from this service's own stored results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from validator.look import World

LASTING = '"lasting": true'
"""How a stored SKIP says that it may stay so for long."""


@dataclass(frozen=True, kw_only=True)
class OwnWords:
    """When a check first and last said anything, last judged, and last said why it need not; and why it skipped lately, the commonest reason first."""

    check: str
    first: datetime
    newest: datetime
    judged: datetime | None
    excused: datetime | None
    reasons: Sequence[str]

    @property
    def rests(self) -> bool:
        """Whether it has judged nothing since it last said why it need not."""
        return self.excused is not None and (self.judged is None or self.excused > self.judged)


def own_words(world: World, history_days: int, reason_days: int) -> Sequence[OwnWords]:
    """What every check that is declared has said in the last days, by name. Raises ServiceError."""
    table, now = _table(world), world.pipeline.now
    sql = (
        "SELECT check_name, MIN(check_timestamp) AS first, MAX(check_timestamp) AS newest, "
        "MAX(IF(status = 'SKIP', NULL, check_timestamp)) AS judged, "
        f"MAX(IF(status = 'SKIP' AND STRPOS(details, '{LASTING}') > 0, check_timestamp, NULL)) AS excused "
        f"FROM {table} WHERE check_timestamp BETWEEN @first AND @last GROUP BY check_name ORDER BY check_name"
    )
    rows = world.query(sql, {"first": now - timedelta(days=history_days), "last": now})
    known = [row for row in rows if row["check_name"] in world.ssot.checks]
    reasons = _reasons(world, reason_days) if known else {}
    return [
        OwnWords(
            check=str(row["check_name"]),
            first=row["first"],
            newest=row["newest"],
            judged=row["judged"],
            excused=row["excused"],
            reasons=reasons.get(str(row["check_name"]), ()),
        )
        for row in known
    ]


def _reasons(world: World, days_back: int) -> Mapping[str, Sequence[str]]:
    sql = (
        f"SELECT check_name, message, COUNT(*) AS times FROM {_table(world)} "
        "WHERE check_timestamp BETWEEN @first AND @last AND status = 'SKIP' GROUP BY check_name, message ORDER BY times DESC, message"
    )
    now = world.pipeline.now
    found: dict[str, list[str]] = {}
    for row in world.query(sql, {"first": now - timedelta(days=days_back), "last": now}):
        found.setdefault(str(row["check_name"]), []).append(str(row["message"]))
    return found


def _table(world: World) -> str:
    return f"`{world.ssot.pipeline.project_id}.{world.ssot.results_dataset}.validation_check_results`"
