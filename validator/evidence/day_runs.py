"""Which runs a ledger holds for dates of data: per processor and date when the first and the last began and ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from validator.look import World
from validator.ssot.models.ledgers import LedgerSpec
from validator.world import Value

LATE = timedelta(days=30)
EARLY = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class DayRuns:
    """The runs of a processor for a date. `last_began` and `first_ended` are of those that succeeded."""

    began: datetime | None
    last_began: datetime | None = None
    first_ended: datetime | None = None

    @property
    def succeeded(self) -> bool:
        """Whether any run did."""
        return self.last_began is not None


def day_runs(world: World, ledger: LedgerSpec, first: date, last: date) -> Mapping[tuple[str, date], DayRuns]:
    """The runs for each date from first to last, by processor and date. Raises ServiceError."""
    ended = f"`{ledger.ended}`" if ledger.ended else "CAST(NULL AS TIMESTAMP)"
    sql = (
        f"SELECT `{ledger.subject}` AS subject, `{ledger.date}` AS day, MIN(`{ledger.started}`) AS began, "
        f"MAX(IF(`{ledger.status}` IN UNNEST(@success), `{ledger.started}`, NULL)) AS last_began, "
        f"MIN(IF(`{ledger.status}` IN UNNEST(@success), {ended}, NULL)) AS first_ended "
        f"FROM `{world.ssot.pipeline.project_id}.{ledger.table}` "
        f"WHERE `{ledger.window}` BETWEEN @first AND @last AND `{ledger.date}` BETWEEN @first_day AND @last_day GROUP BY subject, day"
    )
    values: dict[str, Value] = {
        "success": ledger.words.success,
        "first_day": first,
        "last_day": last,
        **_window(world, ledger, first, last),
    }
    found: dict[tuple[str, date], DayRuns] = {}
    for row in world.query(sql, values):
        processor = world.ssot.processor(str(row["subject"]))
        if processor is None:
            continue
        key = (processor.name, row["day"])
        one = DayRuns(began=row["began"], last_began=row["last_began"], first_ended=row["first_ended"])
        found[key] = _together(found[key], one) if key in found else one
    return found


def _window(world: World, ledger: LedgerSpec, first: date, last: date) -> dict[str, Value]:
    if ledger.window_type == "date":
        return {"first": first, "last": last}
    return {
        "first": world.pipeline.due(first, "00:00", 0) - EARLY,
        "last": world.pipeline.due(last, "00:00", 0) + LATE,
    }


def _together(one: DayRuns, other: DayRuns) -> DayRuns:
    """A processor that logged under two of its names."""
    return DayRuns(
        began=min(filter(None, (one.began, other.began)), default=None),
        last_began=max(filter(None, (one.last_began, other.last_began)), default=None),
        first_ended=min(filter(None, (one.first_ended, other.first_ended)), default=None),
    )
