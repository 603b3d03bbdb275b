"""The panel of what the pipeline is there for: the rows of its last phase, against what each date owed."""

from validator.config import sql
from validator.config.monitoring import dated
from validator.config.panels import DAYS, Panel
from validator.ssot.models.tables import ExpectSpec
from validator.ssot.source import Processor, Ssot


def output_panel(ssot: Ssot) -> Panel:
    """What the last phase is there for: the rows of its critical processors' tables that have a date."""
    last = ssot.phases[max(ssot.phases)] if ssot.phases else None
    final = [one for one in dated(ssot, last) if one.critical] if last else []
    counted = "\n  UNION ALL\n".join(_made_and_expected(ssot, processor) for processor in final)
    none = sql.none_of({"day": "DATE", "metric": "STRING", "value": "FLOAT64"})
    return Panel(
        title=f"{(last.phase_name if last else 'output').replace('_', ' ').capitalize()} against expected",
        description="Rows of the last phase's own tables by date, and the least that the date owed",
        shape="lines",
        sql=f"""WITH counted AS (
{counted or none}
)
SELECT CAST(day AS TIMESTAMP) AS time, metric, value
FROM counted
WHERE day IS NOT NULL
ORDER BY time, metric""",
    )


def _made_and_expected(ssot: Ssot, processor: Processor) -> str:
    table = ssot.tables[processor.table]
    condition = f"{sql.within(ssot, str(table.date), DAYS)}{sql.needs_more_than_its_date(table)}"
    made = (
        f"  SELECT `{table.date}` AS day, {sql.text(processor.name)} AS metric, CAST(COUNT(*) AS FLOAT64) AS value\n"
        f"  FROM {sql.full(ssot, table.name)}\n  WHERE {condition}\n  GROUP BY day"
    )
    wanted = _expected(ssot, processor, table.spec.expect) if table.spec.expect else ""
    return "\n  UNION ALL\n".join(part for part in (made, wanted) if part)


def _expected(ssot: Ssot, processor: Processor, expect: ExpectSpec) -> str:
    metric = sql.text(f"{processor.name} expected")
    calendar = ssot.pipeline.calendar
    if expect.per == "event" and calendar.kind == "events" and calendar.table and calendar.date:
        events = f"COUNT(DISTINCT CONCAT({_key(calendar.key)}))"
        return (
            f"  SELECT `{calendar.date}` AS day, {metric} AS metric, CAST({events} * {expect.rows} AS FLOAT64) AS value\n"
            f"  FROM {sql.full(ssot, calendar.table)}\n"
            f"  WHERE {sql.within(ssot, calendar.date, DAYS)}{sql.one_of(calendar.count_where)}\n  GROUP BY day"
        )
    days = f"UNNEST(GENERATE_DATE_ARRAY({sql.days_ago(ssot, DAYS)}, {sql.today(ssot)})) AS day"
    return f"  SELECT day, {metric} AS metric, CAST({expect.rows} AS FLOAT64) AS value FROM {days}"


def _key(columns: tuple[str, ...]) -> str:
    return ", '|', ".join(f"CAST(`{column}` AS STRING)" for column in columns)
