"""Runs as the ledgers tell them: per subject the current streak of failures, counted by run, not by row.

A run is a success when any of its rows is (a start row is later flipped to failed by a sweeper: L-19, FA-18). `no_data` is
neutral, unless data was due for that day and no run of the day brought any.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from validator.clock import days as days_between
from validator.look import World
from validator.pipeline.model import Pipeline
from validator.ssot.models.ledgers import LedgerSpec
from validator.world import Row, Value


@dataclass(frozen=True, kw_only=True)
class Streak:
    """A subject of a ledger: how many runs in a row have failed up to now, since when, and what it did before.

    `unheard` are the days after its last run for which its data was due all the same.
    """

    subject: str
    length: int
    since: datetime | None
    last_success: datetime | None
    attempts: int
    successes: int
    last_error: str
    unheard: tuple[date, ...] = ()


def streaks(world: World, ledger: LedgerSpec, days: int) -> Iterator[Streak]:
    """Every subject that ran in the last `days`, by name. Raises ServiceError."""
    rows = world.query(_sql(world, ledger), ledger_parameters(world, ledger, days))
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        processor = world.ssot.processor(str(row["subject"]))
        grouped.setdefault(processor.name if processor else str(row["subject"]), []).append(row)
    errors = last_errors(
        world, ledger, days, [str(row["subject"]) for row in rows if row["failed"] and row["last_failed"]]
    )
    for subject in sorted(grouped):
        yield _streak(world.pipeline, subject, grouped[subject], errors)


def _streak(pipeline: Pipeline, subject: str, rows: Sequence[Row], errors: Mapping[str, str]) -> Streak:
    """Rows are one per day of the data; those that count are of runs after the last success."""
    counted = [row for row in rows if not is_neutral(pipeline, subject, row)]
    last_success = max((row["last_success"] for row in rows if row["last_success"]), default=None)
    after = [row for row in counted if last_success is None or (row["latest"] and row["latest"] > last_success)]
    broken = [part for row in after if (part := _broken(pipeline, subject, row))[0]]
    return Streak(
        subject=subject,
        length=sum(count for count, _ in broken),
        since=min((since for _, since in broken if since), default=None),
        last_success=last_success,
        attempts=sum(int(row["attempts"]) for row in counted),
        successes=sum(int(row["day_successes"]) for row in counted),
        last_error=next((errors[str(row["subject"])] for row in after if str(row["subject"]) in errors), ""),
        unheard=_unheard(pipeline, subject, max((row["day"] for row in rows if row["day"]), default=None)),
    )


def _unheard(pipeline: Pipeline, subject: str, last: date | None) -> tuple[date, ...]:
    """One that isn't required need not run where nothing has changed: nobody misses it."""
    processor = pipeline.ssot.processor(subject)
    if last is None or processor is None or not processor.required:
        return ()
    return tuple(day for day in days_between(last + timedelta(days=1), pipeline.today) if _owed(pipeline, subject, day))


def _owed(pipeline: Pipeline, subject: str, day: date | None) -> bool:
    processor = pipeline.ssot.processor(subject)
    return processor is not None and day is not None and pipeline.owes_data(processor, day)


def is_neutral(pipeline: Pipeline, subject: str, row: Row) -> bool:
    """Runs that say nothing: for data that is not due yet (L-20), or that found nothing where nothing was owed."""
    day: date | None = row["day"]
    if day is None or _owed(pipeline, subject, day):
        return False
    found_nothing = (row["no_data"] or row.get("benign")) and not row["failed"] and not row["day_successes"]
    return bool(day >= pipeline.today or found_nothing)


def _broken(pipeline: Pipeline, subject: str, row: Row) -> tuple[int, datetime | None]:
    """How many runs of the row failed, and since when; finding nothing is a failure where data was owed and no run brought it (L-8)."""
    count, since = int(row["failed"]), row["failed_since"]
    if row["no_data"] and not row["day_successes"] and _owed(pipeline, subject, row["day"]):
        return count + int(row["no_data"]), min(filter(None, (since, row["no_data_since"])))
    return count, since


def _window(ledger: LedgerSpec) -> str:
    return f"`{ledger.window}` BETWEEN @first AND @last"


def failure(ledger: LedgerSpec) -> str:
    """The condition under which a row says that its run failed for a reason that counts."""
    parts = [f"`{ledger.status}` IN UNNEST(@failure)"]
    if ledger.phantom:
        parts.append(f"NOT COALESCE(STRPOS(TO_JSON_STRING(`{ledger.phantom.column}`), @phantom) > 0, FALSE)")
    parts += [f"NOT COALESCE(`{column}` = @benign_{index}, FALSE)" for index, column in enumerate(ledger.benign)]
    return " AND ".join(parts)


def _benign(ledger: LedgerSpec) -> str:
    """The condition under which a row says that its run failed, for a reason that only means `nothing there`."""
    reasons = [f"COALESCE(`{column}` = @benign_{index}, FALSE)" for index, column in enumerate(ledger.benign)]
    return f"`{ledger.status}` IN UNNEST(@failure) AND ({' OR '.join(reasons) or 'FALSE'})"


def _sql(world: World, ledger: LedgerSpec) -> str:
    started = f"`{ledger.started}`"
    return f"""WITH runs AS (
  SELECT `{ledger.subject}` AS subject, `{ledger.run}` AS run, MIN(`{ledger.date}`) AS day, MIN({started}) AS started,
    MAX(IF(`{ledger.status}` IN UNNEST(@success), 1, 0)) AS succeeded,
    MAX(IF({failure(ledger)}, 1, 0)) AS failed,
    MAX(IF(`{ledger.status}` IN UNNEST(@no_data), 1, 0)) AS no_data,
    MAX(IF({_benign(ledger)}, 1, 0)) AS benign
  FROM `{world.ssot.pipeline.project_id}.{ledger.table}`
  WHERE {_window(ledger)}
  GROUP BY subject, run
), latest AS (
  SELECT subject, MAX(IF(succeeded = 1, started, NULL)) AS last_success FROM runs GROUP BY subject
), judged AS (
  SELECT runs.subject AS subject, day, started, last_success, succeeded,
    IF(succeeded = 0 AND failed = 1 AND (last_success IS NULL OR started > last_success), 1, 0) AS failed,
    IF(succeeded = 0 AND failed = 0 AND no_data = 1 AND (last_success IS NULL OR started > last_success), 1, 0) AS no_data,
    IF(succeeded = 0 AND failed = 0, benign, 0) AS benign
  FROM runs JOIN latest ON runs.subject = latest.subject
)
SELECT subject, day, MAX(last_success) AS last_success, MAX(started) AS latest, COUNT(*) AS attempts, SUM(succeeded) AS day_successes,
  SUM(failed) AS failed, MIN(IF(failed = 1, started, NULL)) AS failed_since, MAX(IF(failed = 1, started, NULL)) AS last_failed,
  SUM(no_data) AS no_data, MIN(IF(no_data = 1, started, NULL)) AS no_data_since, SUM(benign) AS benign
FROM judged GROUP BY subject, day"""


def ledger_parameters(world: World, ledger: LedgerSpec, days: int) -> dict[str, Value]:
    """The values bound in queries over the ledger's last days: the window, and what its words mean."""
    parameters: dict[str, Value] = {
        **_span(world, ledger, days),
        "success": ledger.words.success,
        "failure": ledger.words.failure,
        "no_data": ledger.words.no_data,
        **{f"benign_{index}": value for index, value in enumerate(ledger.benign.values())},
    }
    if ledger.phantom:
        parameters["phantom"] = ledger.phantom.contains
    return parameters


def _span(world: World, ledger: LedgerSpec, days: int) -> dict[str, Value]:
    """Up to now: a run of today counts for a run judged today, whatever its target date."""
    if ledger.window_type == "timestamp":
        return {"first": world.pipeline.now - timedelta(days=days), "last": world.pipeline.now}
    return {"first": world.pipeline.today - timedelta(days=days), "last": world.pipeline.today}


def last_errors(world: World, ledger: LedgerSpec, days: int, subjects: Sequence[str]) -> Mapping[str, str]:
    """The newest error text of each failing subject, shortened."""
    if not ledger.error or not subjects:
        return {}
    sql = (
        f"SELECT `{ledger.subject}` AS subject, MAX(`{ledger.started}`) AS failed_at, TO_JSON_STRING(`{ledger.error}`) AS error "
        f"FROM `{world.ssot.pipeline.project_id}.{ledger.table}` "
        f"WHERE {_window(ledger)} AND `{ledger.subject}` IN UNNEST(@subjects) AND {failure(ledger)} GROUP BY subject, error"
    )
    parameters = {
        key: value for key, value in ledger_parameters(world, ledger, days).items() if key not in ("success", "no_data")
    }
    newest: dict[str, tuple[Any, str]] = {}
    for row in world.query(sql, {**parameters, "subjects": tuple(sorted(set(subjects)))}):
        subject, at = str(row["subject"]), row["failed_at"]
        if subject not in newest or at > newest[subject][0]:
            newest[subject] = (at, _short(row["error"]))
    return {subject: error for subject, (_, error) in newest.items()}


def _short(error: Any) -> str:
    text = " ".join(str(error or "").strip('"').split())
    return text if len(text) <= 160 else text[:159] + "…"
