"""The panels of the health dashboard: each phase's tables, and what is open, waiting or slow."""

from collections.abc import Iterator

from validator.config import sql
from validator.config.monitoring import dated, phase_query
from validator.config.orchestration import is_waited_for
from validator.config.panels import ALERTS_TABLE, DAYS, RESULTS_TABLE, RUNS_TABLE, Panel, latest_results
from validator.ssot.source import Ssot


def health_panels(ssot: Ssot) -> tuple[Panel, ...]:
    """What is open first, then phase by phase, then the service itself."""
    return (
        _open_findings(ssot),
        *_phases(ssot),
        _results(ssot),
        _run_time(ssot),
        _errors(ssot),
        _letters(ssot),
        _told(ssot),
    )


def _open_findings(ssot: Ssot) -> Panel:
    found = latest_results(
        ssot,
        ssot.checks,
        "severity, check_name, subject, status, expected_value, actual_value",
        " AND status IN ('WARN', 'FAIL', 'ERROR')",
        days=2,
    )
    return Panel(
        title="Open findings",
        description="The newest result of every subject, where it is not fine",
        shape="table",
        wide=True,
        sql=f"{found}\nORDER BY severity, CASE status WHEN 'FAIL' THEN 1 WHEN 'ERROR' THEN 2 ELSE 3 END, check_name, subject",
    )


def _phases(ssot: Ssot) -> Iterator[Panel]:
    for phase in ssot.phases.values():
        if is_waited_for(phase) and dated(ssot, phase):
            yield Panel(
                title=f"Phase {phase.phase}: {phase.phase_name}",
                description="Rows of the last 7 days per table, and how many processors have rows for the newest day that owes data",
                shape="table",
                sql=phase_query(ssot, phase),
            )


def _results(ssot: Ssot) -> Panel:
    return Panel(
        title="Results by status",
        description="How many results of each status the runs of a day had",
        shape="bars",
        sql=f"""SELECT CAST(DATE(check_timestamp) AS TIMESTAMP) AS time, status AS metric, COUNT(*) AS value
FROM {sql.result(ssot, RESULTS_TABLE)}
WHERE {sql.since("check_timestamp", DAYS)}
GROUP BY time, metric
ORDER BY time, metric""",
    )


def _run_time(ssot: Ssot) -> Panel:
    return Panel(
        title="Duration of the validation itself",
        description="Mean milliseconds of a run, by day and schedule",
        shape="lines",
        unit="ms",
        sql=f"""SELECT CAST(DATE(run_timestamp) AS TIMESTAMP) AS time, schedule_name AS metric, AVG(duration_ms) AS value
FROM {sql.result(ssot, RUNS_TABLE)}
WHERE {sql.since("run_timestamp", DAYS)}
GROUP BY time, metric
ORDER BY time, metric""",
    )


def _errors(ssot: Ssot) -> Panel:
    return Panel(
        title="Error rate of processors",
        description="Share of a processor's runs that failed, by day, from the execution log",
        shape="lines",
        unit="percent",
        sql=f"""SELECT CAST(DATE(triggered_at) AS TIMESTAMP) AS time, processor_name AS metric, 100 * COUNTIF(status = 'failed') / COUNT(*) AS value
FROM {sql.result(ssot, "processor_execution_log")}
WHERE {sql.since("triggered_at", DAYS)}
GROUP BY time, metric
ORDER BY time, metric""",
    )


def _letters(ssot: Ssot) -> Panel:
    return Panel(
        title="Dead letters",
        description="Messages that were given up in the last 7 days, and whether their data has come since",
        shape="table",
        sql=f"""SELECT subscription, phase, COUNT(*) AS messages, COUNTIF(data_arrived) AS arrived_since, COUNTIF(parse_error IS NOT NULL) AS malformed,
  MAX(received_at) AS newest
FROM {sql.result(ssot, "dead_letters")}
WHERE {sql.since("received_at", 7)}
GROUP BY subscription, phase
ORDER BY messages DESC, subscription, phase""",
    )


def _told(ssot: Ssot) -> Panel:
    return Panel(
        title="What people were told",
        description="The newest changes that channels were told, and messages that one refused",
        shape="table",
        sql=f"""SELECT alert_timestamp, channel, transition, status, severity, check_name, message, acknowledged, resolved, run_id
FROM {sql.result(ssot, ALERTS_TABLE)}
WHERE {sql.since("alert_timestamp", 7)} AND (fingerprint IS NOT NULL OR status = 'refused')
ORDER BY alert_timestamp DESC, channel, alert_id
LIMIT 100""",
    )
