"""What a panel of a dashboard is, and the questions that several panels ask of the stored results."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from validator.config import sql
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
