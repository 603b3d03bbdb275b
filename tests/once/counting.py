"""What one run has left behind."""

from dataclasses import dataclass

from tests.worlds.laid import LaidWorld


@dataclass(frozen=True, kw_only=True)
class Left:
    """Rows and mails of one run; `alerts` are the rows of its messages."""

    runs: int
    results: int
    alerts: int
    mails: int


def left_by(world: LaidWorld, run_id: str) -> Left:
    """Count what the run left. The world's file must be free."""
    tables = ("validation_runs", "validation_check_results", "validation_alerts")
    counts = ", ".join(
        f"(SELECT count(*) FROM ops.{table} WHERE run_id = $1{' AND fingerprint IS NULL' if table == tables[-1] else ''})"
        for table in tables
    )
    ((runs, results, alerts),) = world.sql(f"SELECT {counts}", [run_id])
    mails = [path.name for path in world.outbox.glob(f"{run_id}*.*")] if world.outbox.exists() else []
    assert sorted(mails) in ([], [f"{run_id}.eml", f"{run_id}.html"])
    return Left(runs=runs, results=results, alerts=alerts, mails=len(mails) // 2)
