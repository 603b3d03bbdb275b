"""The panels of the overview: is the pipeline run, does it succeed, is it complete, and what is in the way."""

import textwrap

from validator.config import sql
from validator.config.ledgers import processor_status, success_rate
from validator.config.output import output_panel
from validator.config.panels import (
    DAYS,
    RESULTS_TABLE,
    RUNS_TABLE,
    Panel,
    checks_of,
    judged_days,
    latest_results,
)
from validator.ssot.source import Ssot

SCHEDULING = ("SchedulerJobs", "SchedulesRan", "ServiceHealth")


def overview_panels(ssot: Ssot) -> tuple[Panel, ...]:
    """The fourteen, in the order they are read."""
    return (
        _scheduler_health(ssot),
        success_rate(ssot),
        processor_status(ssot),
        _trigger_rates(ssot),
        _phase_completion(ssot),
        _end_to_end(ssot),
        _gaps(ssot),
        _streaks(ssot),
        _dlq_depth(ssot),
        _drift(ssot),
        _dependency_failures(ssot),
        _durations(ssot),
        output_panel(ssot),
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
