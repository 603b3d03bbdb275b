"""The monitoring queries: per phase how fresh its tables are, and whether the newest day that owes data is complete."""

import textwrap
from collections.abc import Iterator

from validator.config import sql
from validator.config.head import head_of
from validator.config.orchestration import expected_count, is_waited_for
from validator.ssot.models.calendar import CalendarSpec
from validator.ssot.models.processors import PhaseSpec
from validator.ssot.source import Processor, Ssot, plain_column, processors_of

DAYS = 7
A_MONDAY = "DATE '2024-01-01'"
HEAD = f"""Tables with rows of the last {DAYS} days. A processor counts as completed when its table has rows for the newest day that
owes data; a table that holds only the newest state, when it was written on that day or later. all_complete is NULL while no day
of the last {DAYS} owes data."""


def render_monitoring_sql(ssot: Ssot) -> str:
    """The queries, one statement a phase."""
    lines = [f"-- {head_of(ssot.pipeline.name)}", *(f"-- {line}" for line in HEAD.splitlines())]
    for phase in ssot.phases.values():
        if is_waited_for(phase) and dated(ssot, phase):
            lines += ["", f"-- Phase {phase.phase}: {phase.phase_name}"]
            lines += [f"-- {why}: not waited for" for why in not_waited_for(ssot, phase).values()]
            lines += [phase_query(ssot, phase) + ";"]
    return "\n".join(lines) + "\n"


def dated(ssot: Ssot, phase: PhaseSpec) -> list[Processor]:
    """The phase's processors whose table has a date to look at."""
    return [one for one in processors_of(phase) if one.table in ssot.tables and ssot.tables[one.table].date]


def phase_query(ssot: Ssot, phase: PhaseSpec) -> str:
    """One statement: a row per table, and in each the phase's completed and expected processors."""
    expected, off = expected_count(phase), len(not_waited_for(ssot, phase))
    arms = "\n  UNION ALL\n".join(_arm(ssot, one) for one in dated(ssot, phase))
    completed = "SUM(IF(expected AND newest_day_rows > 0, 1, 0)) OVER ()"
    return f"""WITH newest_day AS (
{textwrap.indent(_newest_day(ssot), "  ")}
), phase_tables AS (
{arms}
)
SELECT
  table_name,
  row_count,
  last_data_date,
  DATE_DIFF({sql.today(ssot)}, last_data_date, DAY) AS days_since_update,
  {completed} AS completed_count,
  {expected} AS expected_count,
  IF(newest_day.day IS NULL, NULL, {completed} >= {expected - off}) AS all_complete
FROM phase_tables CROSS JOIN newest_day
ORDER BY table_name"""


def not_waited_for(ssot: Ssot, phase: PhaseSpec) -> dict[str, str]:
    """The critical processors that no row can speak for, each with the reason; they do not keep a phase from being complete."""
    seen = {one.name for one in dated(ssot, phase)}
    reasons = {}
    for one in processors_of(phase):
        if one.critical and one.name not in seen:
            reasons[one.name] = f"{one.table} has no date"
        elif one.critical and ssot.tables[one.table].disabled:
            reasons[one.name] = f"{one.table} is switched off"
    return reasons


def _arm(ssot: Ssot, processor: Processor) -> str:
    table = ssot.tables[processor.table]
    exact = "=" if plain_column(table.spec.partitioned_by) == table.date else ">="
    return "\n".join(
        (
            "  SELECT",
            f"    {sql.text(table.name)} AS table_name,",
            f"    {'TRUE' if processor.critical and not table.disabled else 'FALSE'} AS expected,",
            "    COUNT(*) AS row_count,",
            f"    MAX(`{table.date}`) AS last_data_date,",
            f"    COUNTIF(`{table.date}` {exact} newest_day.day) AS newest_day_rows",
            f"  FROM {sql.full(ssot, table.name)} CROSS JOIN newest_day",
            f"  WHERE {sql.within(ssot, str(table.date), DAYS)}{sql.needs_more_than_its_date(table)}",
        )
    )


def _newest_day(ssot: Ssot) -> str:
    """The newest day before today that owes data: with a calendar of events the newest on which one is over."""
    calendar = ssot.pipeline.calendar
    if calendar.kind == "events" and calendar.table and calendar.date:
        return "\n".join(_newest_event(ssot, calendar))
    if calendar.kind == "weekdays":
        choices = f"UNNEST(GENERATE_DATE_ARRAY({sql.days_ago(ssot, DAYS)}, {sql.days_ago(ssot, 1)})) AS day"
        return f"SELECT MAX(day) AS day FROM {choices}\nWHERE MOD(DATE_DIFF(day, {A_MONDAY}, DAY), 7) < 5"
    return f"SELECT {sql.days_ago(ssot, 1)} AS day"


def _newest_event(ssot: Ssot, calendar: CalendarSpec) -> Iterator[str]:
    yield f"SELECT MAX(`{calendar.date}`) AS day FROM {sql.full(ssot, str(calendar.table))}"
    yield f"WHERE `{calendar.date}` BETWEEN {sql.days_ago(ssot, DAYS)} AND {sql.days_ago(ssot, 1)}{sql.one_of(calendar.count_where)}"
    if calendar.status:
        final = ", ".join(sql.text(value) if isinstance(value, str) else str(value) for value in calendar.status.final)
        yield f"  AND `{calendar.status.column}` IN ({final})"
