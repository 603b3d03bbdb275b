"""The panels of the overview: is the pipeline run, does it succeed, is it complete, and what is in the way."""

import textwrap

from validator.config import sql
from validator.config.panels import (
    DAYS,
    RESULTS_TABLE,
    RUNS_TABLE,
    Panel,
    all_runs,
    checks_of,
    judged_days,
    latest_results,
)
from validator.ssot.models import ExpectSpec
from validator.ssot.source import Processor, Ssot, processors_of

SCHEDULING = ("SchedulerJobs", "SchedulesRan", "ServiceHealth")


def overview_panels(ssot: Ssot) -> tuple[Panel, ...]:
    """The fourteen, in the order they are read."""
    return (
        _scheduler_health(ssot),
        _success_rate(ssot),
        _processor_status(ssot),
        _trigger_rates(ssot),
        _phase_completion(ssot),
        _end_to_end(ssot),
        _gaps(ssot),
        _streaks(ssot),
        _dlq_depth(ssot),
        _drift(ssot),
        _dependency_failures(ssot),
        _durations(ssot),
        _predictions(ssot),
        _history(ssot),
    )


def _scheduler_health(ssot: Ssot) -> Panel:
    declared = "\n  UNION ALL ".join(f"SELECT {sql.text(name)} AS schedule_name" for name in ssot.schedules)
    checks = latest_results(
        ssot, checks_of(ssot, *SCHEDULING), "check_name, subject, status", " AND status <> 'PASS'", days=2
    )
    return Panel(
        title="Scheduler and workflow health",
        description="The newest run of every declared schedule, and what is wrong with scheduled jobs and services",
        shape="table",
        wide=True,
        sql=f"""WITH declared AS (
  {declared or sql.none_of({"schedule_name": "STRING"})}
), newest AS (
  SELECT schedule_name, status, run_timestamp, run_id, message,
    ROW_NUMBER() OVER (PARTITION BY schedule_name ORDER BY run_timestamp DESC, run_id) AS place
  FROM {sql.result(ssot, RUNS_TABLE)}
  WHERE {sql.since("run_timestamp", DAYS)}
), wrong AS (
{textwrap.indent(checks, "  ")}
)
SELECT declared.schedule_name AS what, COALESCE(newest.status, 'NEVER RAN') AS status, run_timestamp AS at, message, run_id
FROM declared LEFT JOIN newest ON newest.schedule_name = declared.schedule_name AND newest.place = 1
UNION ALL
SELECT CONCAT(check_name, ': ', subject) AS what, status, check_timestamp AS at, message, run_id FROM wrong
ORDER BY what""",
    )


def _success_rate(ssot: Ssot) -> Panel:
    return Panel(
        title="Success rate (no_data counts as success)",
        description="Share of finished runs that succeeded or rightly found nothing, by day and ledger",
        shape="lines",
        unit="percent",
        sql=f"""WITH runs AS (
{textwrap.indent(all_runs(ssot, DAYS), "  ")}
)
SELECT CAST(DATE(started) AS TIMESTAMP) AS time, ledger AS metric,
  100 * COUNTIF(succeeded = 1 OR (found_nothing = 1 AND failed = 0)) / COUNT(*) AS value
FROM runs
WHERE succeeded = 1 OR found_nothing = 1 OR failed = 1
GROUP BY time, metric
ORDER BY time, metric""",
    )


def _processor_status(ssot: Ssot) -> Panel:
    return Panel(
        title="Processor status",
        description="The newest run of every declared processor; one that no ledger knows is NOT LOGGED",
        shape="table",
        wide=True,
        sql=f"""WITH names AS (
  {_names(ssot)}
), runs AS (
{textwrap.indent(all_runs(ssot, 7), "  ")}
), newest AS (
  SELECT names.processor AS processor, ledger, day, started, succeeded, found_nothing, failed,
    ROW_NUMBER() OVER (PARTITION BY names.processor ORDER BY started DESC, run) AS place
  FROM runs JOIN names ON names.name = runs.subject
)
SELECT DISTINCT names.phase, names.processor,
  CASE WHEN started IS NULL THEN 'NOT LOGGED' WHEN succeeded = 1 THEN 'success' WHEN failed = 1 THEN 'failed'
    WHEN found_nothing = 1 THEN 'no_data' ELSE 'running' END AS status,
  day, started, ledger
FROM names LEFT JOIN newest ON newest.processor = names.processor AND newest.place = 1
ORDER BY phase, processor""",
    )


def _names(ssot: Ssot) -> str:
    """Each name that each processor is known by, with the processor and its phase."""
    arms = [
        f"SELECT {sql.text(name)} AS name, {sql.text(processor.name)} AS processor, {processor.phase} AS phase"
        for processor in ssot.processors.values()
        for name in sorted(processor.names)
    ]
    return "\n  UNION ALL ".join(arms) or sql.none_of({"name": "STRING", "processor": "STRING", "phase": "INT64"})


def _trigger_rates(ssot: Ssot) -> Panel:
    checks = checks_of(ssot, "PhaseCompletion")
    return Panel(
        title="Trigger rates",
        description="Share of the judged dates on which the phase completed and the next one was started",
        shape="rate",
        unit="percent",
        sql=f"""WITH judged AS (
{textwrap.indent(judged_days(ssot, checks), "  ")}
)
SELECT check_name AS metric, 100 * COUNTIF(status = 'PASS') / COUNT(*) AS value
FROM judged
GROUP BY metric
ORDER BY metric""",
    )


def _phase_completion(ssot: Ssot) -> Panel:
    checks = checks_of(ssot, "PhaseCompletion")
    columns = "".join(f",\n  MAX(IF(check_name = {sql.text(name)}, status, NULL)) AS `{name}`" for name in checks)
    return Panel(
        title="Phase completion",
        description="Per date, how each phase was judged last",
        shape="table",
        sql=f"""WITH judged AS (
{textwrap.indent(judged_days(ssot, checks), "  ")}
)
SELECT target_date{columns}
FROM judged
GROUP BY target_date
ORDER BY target_date DESC""",
    )


def _end_to_end(ssot: Ssot) -> Panel:
    checks = checks_of(ssot, "PhaseCompletion")
    return Panel(
        title="End-to-end completion",
        description="Share of the judged phases that were complete, by date: 100 is a day that got through",
        shape="bars",
        unit="percent",
        sql=f"""WITH judged AS (
{textwrap.indent(judged_days(ssot, checks), "  ")}
)
SELECT CAST(target_date AS TIMESTAMP) AS time, 'complete' AS metric, 100 * COUNTIF(status = 'PASS') / COUNT(*) AS value
FROM judged
GROUP BY time, metric
ORDER BY time""",
    )


def _open(ssot: Ssot, title: str, description: str, *classes: str) -> Panel:
    """The subjects that these checks found something about when they looked last."""
    query = latest_results(
        ssot,
        checks_of(ssot, *classes),
        "subject, status, expected_value, actual_value, affected_records",
        " AND status IN ('WARN', 'FAIL', 'ERROR')",
        days=2,
    )
    return Panel(
        title=title,
        description=description,
        shape="table",
        sql=query + "\nORDER BY CASE status WHEN 'FAIL' THEN 1 WHEN 'ERROR' THEN 2 ELSE 3 END, subject",
    )


def _gaps(ssot: Ssot) -> Panel:
    return _open(ssot, "Gaps", "Tables that lack rows or events of the last days", "HistoricalCompleteness")


def _streaks(ssot: Ssot) -> Panel:
    return _open(ssot, "Failure streaks", "Processors and scrapers that fail run after run", "ConsecutiveFailures")


def _drift(ssot: Ssot) -> Panel:
    return _open(ssot, "Deployment drift", "Services that run older code than what was merged", "DeploymentDrift")


def _dlq_depth(ssot: Ssot) -> Panel:
    return Panel(
        title="Dead-letter depth",
        description="Messages that were given up, per subscription and look",
        shape="lines",
        sql=f"""SELECT check_timestamp AS time, subject AS metric, MAX(COALESCE(affected_records, 0)) AS value
FROM {sql.result(ssot, RESULTS_TABLE)}
WHERE {sql.since("check_timestamp", DAYS)} AND check_name IN ({sql.texts(_dead_letters(ssot))}) AND status IN ('PASS', 'WARN', 'FAIL')
GROUP BY time, metric
ORDER BY time, metric""",
    )


def _dead_letters(ssot: Ssot) -> list[str]:
    return [
        name
        for name in checks_of(ssot, "DlqDepth")
        if ssot.checks[name].parameters.get("kind", "dead_letter") == "dead_letter"
    ]


def _dependency_failures(ssot: Ssot) -> Panel:
    return Panel(
        title="Dependency failures",
        description="What processors looked for and did not find in the last 7 days",
        shape="table",
        sql=f"""SELECT processor_name, required_table, COUNT(*) AS failures, COUNTIF(fallback_used) AS with_fallback, MAX(check_time) AS newest
FROM {sql.result(ssot, "dependency_check_log")}
WHERE {sql.since("check_time", 7)} AND check_result = 'FAIL'
GROUP BY processor_name, required_table
ORDER BY failures DESC, processor_name, required_table""",
    )


def _durations(ssot: Ssot) -> Panel:
    return Panel(
        title="Durations",
        description="Mean seconds of a processor's run, by day, from the execution log",
        shape="lines",
        unit="s",
        sql=f"""SELECT CAST(DATE(triggered_at) AS TIMESTAMP) AS time, processor_name AS metric, AVG(duration_seconds) AS value
FROM {sql.result(ssot, "processor_execution_log")}
WHERE {sql.since("triggered_at", DAYS)} AND duration_seconds IS NOT NULL
GROUP BY time, metric
ORDER BY time, metric""",
    )


def _predictions(ssot: Ssot) -> Panel:
    final = _final_outputs(ssot)
    counted = "\n  UNION ALL\n".join(_made_and_expected(ssot, processor) for processor in final)
    none = sql.none_of({"day": "DATE", "metric": "STRING", "value": "FLOAT64"})
    return Panel(
        title="Predictions against expected",
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


def _final_outputs(ssot: Ssot) -> list[Processor]:
    """What the last phase is there for: its critical processors with a dated table."""
    if not ssot.phases:
        return []
    known = (one for one in processors_of(ssot.phases[max(ssot.phases)]) if one.critical and one.table in ssot.tables)
    return [one for one in known if ssot.tables[one.table].date]


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


def _history(ssot: Ssot) -> Panel:
    return Panel(
        title="Validation history",
        description="The newest runs; each leads to its results",
        shape="table",
        wide=True,
        sql=f"""SELECT run_timestamp, schedule_name, target_date, status, checks_failed, checks_warned, checks_errored, checks_skipped, checks_passed,
  duration_ms, message, run_id
FROM {sql.result(ssot, RUNS_TABLE)}
WHERE {sql.since("run_timestamp", DAYS)}
ORDER BY run_timestamp DESC, run_id
LIMIT 200""",
    )
