"""The panels over the ledgers in which runs are logged."""

import textwrap

from validator.config import sql
from validator.config.panels import DAYS, Panel
from validator.ssot.models.ledgers import LedgerSpec
from validator.ssot.source import Ssot


def success_rate(ssot: Ssot) -> Panel:
    """How the ledgers' runs ended, day by day."""
    return Panel(
        title="Success rate (no_data counts as success)",
        description="Share of finished runs that succeeded or rightly found nothing, by day and ledger",
        shape="lines",
        unit="percent",
        sql=f"""WITH runs AS (
{textwrap.indent(_runs(ssot, DAYS), "  ")}
)
SELECT CAST(DATE(started) AS TIMESTAMP) AS time, ledger AS metric,
  100 * COUNTIF(succeeded = 1 OR (found_nothing = 1 AND failed = 0)) / COUNT(*) AS value
FROM runs
WHERE succeeded = 1 OR found_nothing = 1 OR failed = 1
GROUP BY time, metric
ORDER BY time, metric""",
    )


def processor_status(ssot: Ssot) -> Panel:
    """How each processor's newest run ended."""
    return Panel(
        title="Processor status",
        description="The newest run of every declared processor; one that no ledger knows is NOT LOGGED",
        shape="table",
        wide=True,
        sql=f"""WITH names AS (
  {_names(ssot)}
), runs AS (
{textwrap.indent(_runs(ssot, 7), "  ")}
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


def _runs_of(ssot: Ssot, ledger: LedgerSpec, days: int) -> str:
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


def _runs(ssot: Ssot, days: int) -> str:
    """The runs of every ledger."""
    columns = dict.fromkeys(("succeeded", "found_nothing", "failed"), "INT64")
    none = {"ledger": "STRING", "subject": "STRING", "run": "STRING", "day": "DATE", "started": "TIMESTAMP", **columns}
    arms = [_runs_of(ssot, ledger, days) for ledger in ssot.pipeline.ledgers]
    return "\nUNION ALL\n".join(arms) or sql.none_of(none)
