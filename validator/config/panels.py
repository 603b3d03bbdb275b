"""What a panel of a dashboard is, and the questions that several panels ask of the stored results."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from validator.config import sql
from validator.ssot.models import LedgerSpec
from validator.ssot.source import Ssot
from validator.store import ALERTS, RESULTS, RUNS

DAYS = 14
ALERTS_TABLE, RESULTS_TABLE, RUNS_TABLE = ALERTS, RESULTS, RUNS

Shape = Literal["table", "lines", "bars", "rate"]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One panel. Lines and bars ask for `time`, `metric`, `value`; a rate for `metric`, `value`; a table for anything.

    Every query is bounded by days of its own, not by the time picker: what a look costs does not depend on who looks.
    """

    title: str
    description: str
    shape: Shape
    sql: str
    unit: str = ""
    wide: bool = False


def checks_of(ssot: Ssot, *classes: str) -> tuple[str, ...]:
    """The names of the checks of these classes."""
    return tuple(name for name, spec in ssot.checks.items() if spec.class_ in classes)


def latest_results(ssot: Ssot, checks: Iterable[str], columns: str, where: str = "", days: int = DAYS) -> str:
    """The newest result of each subject of these checks, with its run."""
    return f"""SELECT {columns}, message, check_timestamp, run_id
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY check_name, subject ORDER BY check_timestamp DESC, run_id) AS place
  FROM {sql.result(ssot, RESULTS)}
  WHERE {sql.since("check_timestamp", days)} AND check_name IN ({sql.texts(checks)})
)
WHERE place = 1{where}"""


def judged_days(ssot: Ssot, checks: Iterable[str]) -> str:
    """The newest result of each check per target date; what was skipped or could not be judged says nothing."""
    return f"""SELECT check_name, target_date, status
FROM (
  SELECT check_name, target_date, status,
    ROW_NUMBER() OVER (PARTITION BY check_name, subject, target_date ORDER BY check_timestamp DESC, run_id) AS place
  FROM {sql.result(ssot, RESULTS)}
  WHERE {sql.since("check_timestamp", DAYS)} AND check_name IN ({sql.texts(checks)}) AND status IN ('PASS', 'WARN', 'FAIL')
)
WHERE place = 1"""


def ledger_runs(ssot: Ssot, ledger: LedgerSpec, days: int) -> str:
    """A row per run of the ledger: its subject and day, and whether it succeeded, found nothing, or failed for a reason that counts."""
    column = f"`{ledger.status}`"
    failed = f"{column} IN ({sql.texts(ledger.words.failure)})"
    failed += "".join(
        f" AND NOT COALESCE(`{name}` = {sql.text(value)}, FALSE)" for name, value in ledger.benign.items()
    )
    if ledger.phantom:
        phantom = f"STRPOS(TO_JSON_STRING(`{ledger.phantom.column}`), {sql.text(ledger.phantom.contains)})"
        failed += f" AND COALESCE({phantom}, 0) = 0"
    window = sql.within(ssot, ledger.window, days) if ledger.window_type == "date" else sql.since(ledger.window, days)
    return f"""SELECT {sql.text(ledger.name)} AS ledger, `{ledger.subject}` AS subject, `{ledger.run}` AS run,
  MIN(`{ledger.date}`) AS day, MIN(`{ledger.started}`) AS started,
  MAX(IF({column} IN ({sql.texts(ledger.words.success)}), 1, 0)) AS succeeded,
  MAX(IF({column} IN ({sql.texts(ledger.words.no_data)}), 1, 0)) AS found_nothing,
  MAX(IF({failed}, 1, 0)) AS failed
FROM {sql.full(ssot, ledger.table)}
WHERE {window}
GROUP BY subject, run"""


def all_runs(ssot: Ssot, days: int) -> str:
    """The runs of every ledger."""
    columns = dict.fromkeys(("succeeded", "found_nothing", "failed"), "INT64")
    none = {"ledger": "STRING", "subject": "STRING", "run": "STRING", "day": "DATE", "started": "TIMESTAMP", **columns}
    arms = [ledger_runs(ssot, ledger, days) for ledger in ssot.pipeline.ledgers]
    return "\nUNION ALL\n".join(arms) or sql.none_of(none)
