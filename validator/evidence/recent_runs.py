"""What a ledger's subjects did in the last hours, counted by run: a run of which any row is a success is one, and a swept start row is no failure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from validator.evidence.ledgers import failure, is_neutral, last_errors, ledger_parameters
from validator.look import World
from validator.ssot.models.ledgers import LedgerSpec
from validator.world import Row, Value

REACH_DAYS = 14
"""How far the date that a run is for may lie behind the run, in a ledger that is partitioned by it."""


@dataclass(frozen=True, kw_only=True)
class Recent:
    """A subject's runs of the last hours. Runs for data that is not due yet are attempts, and no failures."""

    subject: str
    attempts: int
    successes: int
    failures: int
    last_failed: datetime | None = None
    last_error: str = ""


def recent_runs(world: World, ledger: LedgerSpec, hours: int) -> list[Recent]:
    """Every subject that began a run in the last hours, by name. Raises ServiceError."""
    rows = world.query(_sql(world, ledger), _values(world, ledger, hours))
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        processor = world.ssot.processor(str(row["subject"]))
        grouped.setdefault(processor.name if processor else str(row["subject"]), []).append(row)
    failing = [str(row["subject"]) for row in rows if row["failed"]]
    errors = last_errors(world, ledger, _days(ledger, hours), failing)
    return [_recent(world, subject, grouped[subject], errors) for subject in sorted(grouped)]


def _recent(world: World, subject: str, rows: Sequence[Row], errors: Mapping[str, str]) -> Recent:
    counted = [row for row in rows if row["failed"] and not is_neutral(world.pipeline, subject, row)]
    return Recent(
        subject=subject,
        attempts=sum(int(row["attempts"]) for row in rows),
        successes=sum(int(row["day_successes"]) for row in rows),
        failures=sum(int(row["failed"]) for row in counted),
        last_failed=max((row["last_failed"] for row in counted), default=None),
        last_error=next((errors[str(row["subject"])] for row in counted if str(row["subject"]) in errors), ""),
    )


def _sql(world: World, ledger: LedgerSpec) -> str:
    return f"""WITH runs AS (
  SELECT `{ledger.subject}` AS subject, `{ledger.run}` AS run, MIN(`{ledger.date}`) AS day, MIN(`{ledger.started}`) AS started,
    MAX(IF(`{ledger.status}` IN UNNEST(@success), 1, 0)) AS succeeded,
    MAX(IF({failure(ledger)}, 1, 0)) AS failed,
    MAX(IF(`{ledger.status}` IN UNNEST(@no_data), 1, 0)) AS no_data
  FROM `{world.ssot.pipeline.project_id}.{ledger.table}`
  WHERE `{ledger.window}` BETWEEN @first AND @last
  GROUP BY subject, run
)
SELECT subject, day, COUNT(*) AS attempts, SUM(succeeded) AS day_successes, SUM(no_data) AS no_data,
  COUNTIF(succeeded = 0 AND failed = 1) AS failed, MAX(IF(succeeded = 0 AND failed = 1, started, NULL)) AS last_failed
FROM runs WHERE started BETWEEN @since AND @now GROUP BY subject, day"""


def window_of(world: World, ledger: LedgerSpec, hours: int) -> dict[str, Value]:
    """The values for the ledger's partition column that let in every run of the last hours."""
    first = ledger_parameters(world, ledger, _days(ledger, hours))["first"]
    last = world.pipeline.now if ledger.window_type == "timestamp" else world.pipeline.today + timedelta(days=1)
    return {"first": first, "last": last}


def _values(world: World, ledger: LedgerSpec, hours: int) -> dict[str, Value]:
    now = world.pipeline.now
    words = ledger_parameters(world, ledger, _days(ledger, hours))
    return {**words, **window_of(world, ledger, hours), "since": now - timedelta(hours=hours), "now": now}


def _days(ledger: LedgerSpec, hours: int) -> int:
    return -(-hours // 24) if ledger.window_type == "timestamp" else REACH_DAYS
