"""What reaches the warehouse between two instants of the season: games, rows, runs, documents and logs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tests.replay.games import BREAK, Game, at
from tests.replay.work import Job, Work
from validator.clock import days, rfc3339
from validator.demo.columns import Columns
from validator.demo.sheet import Sheet, literal
from validator.demo.tables import rows_statement
from validator.ssot.source import Processor, Table, processors_of

SWEPT_AFTER = timedelta(hours=4)
KEPT_DOCUMENT_DAYS = 30
MATINEE = ("early_game_window_1", "early_game_window_2", "early_game_window_3")
WORKFLOWS = {
    "01:00": "post_game_window_2", "02:00": "post_game_window_2b", "04:00": "post_game_window_3", "06:10": "morning_operations",
    "10:15": "morning_recovery", "12:05": "betting_lines", "15:00": MATINEE[0], "16:30": "injury_discovery", "17:05": "betting_lines",
    "18:00": MATINEE[1], "21:00": MATINEE[2], "22:00": "post_game_window_1", "22:45": "post_game_window_1b",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Span:
    """From one instant, left out, to another, and the season's work."""

    work: Work
    since: datetime
    until: datetime

    def holds(self, instant: datetime) -> bool:
        """Whether an instant lies in it."""
        return self.since < instant <= self.until

    def dates(self, before: int = 1, after: int = 0) -> list[date]:
        """The dates it touches, some before and after it included."""
        return list(days(self.since.date() - timedelta(days=before), self.until.date() + timedelta(days=after)))

    def daily(self, clock: str) -> Iterator[date]:
        """The dates whose local time of day lies in it."""
        return (day for day in self.dates() if self.holds(at(day, clock)))


def feed_games(sheet: Sheet, span: Span) -> None:
    """The schedule's rows: a game is named, begins, ends, or is put off; each says so in a row of its own."""
    rows = [row for game in span.work.season.games for when, row in _game_rows(game) if span.holds(when)]
    if rows:
        sheet.insert("nba_raw.nbac_schedule", rows)


def _game_rows(game: Game) -> Iterator[tuple[datetime, Mapping[str, Any]]]:
    scores = {"away_team_score": 90 + game.number % 37, "home_team_score": 91 + game.number % 31}
    yield game.known, _game_row(game, 1, game.known, {})
    if game.put_off:
        yield game.put_off.announced, _game_row(game, 9, game.put_off.announced, {})
        return
    yield game.tip, _game_row(game, 2, game.tip, {})
    said = game.over + timedelta(minutes=8)
    yield said, _game_row(game, 3, said, scores)


def _game_row(game: Game, status: int, said: datetime, more: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "game_id": game.id, "game_date": game.day, "game_status": status, "away_team_tricode": game.away, "home_team_tricode": game.home,
        "is_all_star": not game.counts, "season_year": 2025, "data_source": "nba_com", "processed_at": said, **more,
    }  # fmt: skip


def feed_halts(sheet: Sheet, span: Span) -> None:
    """Every morning a row that says whether predictions stand still: without games there is nothing to predict."""
    played, rows = span.work.season.by_day, []
    for day in span.daily("05:00"):
        idle = (
            not any(other in played for other in days(day - timedelta(days=2), day + timedelta(days=2))) or day in BREAK
        )
        why = "between_rounds" if day in BREAK else "off_season"
        rows.append({"effective_date": day, "sport": "nba", "halt_active": idle, "halt_reason": why if idle else None})
    if rows:
        sheet.insert(
            "nba_orchestration.halt_state", [{**row, "written_at": at(row["effective_date"], "05:00")} for row in rows]
        )


def feed_tables(sheet: Sheet, span: Span) -> None:
    """The rows of data tables, as their writers are done."""
    special = {"nba_raw.nbac_schedule", *(ledger.table for ledger in span.work.ssot.pipeline.ledgers)}
    for table in span.work.ssot.tables.values():
        if table.name not in special:
            for day in span.dates(2, 1):
                filled = span.work.filled(table, day)
                if filled and span.holds(filled):
                    fill(sheet, span.work, table, day, filled)


def fill(sheet: Sheet, work: Work, table: Table, day: date, written: datetime) -> None:
    """Add a healthy day's rows to a table."""
    expect = table.spec.expect
    games = work.season.played.get(day, ()) if expect and expect.due_days else work.season.planned(day, written)
    columns = Columns(table=table, calendar=work.ssot.pipeline.calendar, seed=work.season.seed)
    per_event = expect is not None and expect.per == "event"
    if per_event and not games:
        return
    who = ", ".join(
        f"(DATE '{day}', {game.number}, {position}, {[game.away, game.home]})" for position, game in enumerate(games)
    )
    count = round(expect.rows) if expect else max((len(values) for values in table.spec.samples.values()), default=12)
    if count > 10:
        count = round(count * work.dice("rows", table.name, day).uniform(0.97, 1.08))
    units = f"(VALUES {who}) AS e(day, number, position, who)" if per_event else None
    sheet.run(rows_statement(columns, [(day, rfc3339(written))], count, units))


def feed_runs(sheet: Sheet, span: Span) -> None:
    """The run ledger: a row when a run starts and one when it ends; a sweeper turns the start rows into failures, four hours later."""
    ledger = span.work.ssot.ledger("runs")
    assert ledger is not None
    rows: list[Mapping[str, Any]] = []
    for job, attempt in _attempts(span):
        if job.processor.phase > 1:
            row = {
                "processor_name": job.processor.class_name, "run_id": attempt.run, "season_year": 2025, "data_date": job.day,
                "started_at": attempt.started, "phase": f"phase_{job.processor.phase}", "trigger_source": "pubsub",
            }  # fmt: skip
            failed = attempt.status == "failed"
            rows.append({**row, "status": "running"})
            rows.append({
                **row, "status": attempt.status, "processed_at": attempt.ended, "records_processed": 0 if failed else 100,
                "duration_seconds": (attempt.ended - attempt.started).total_seconds(), "errors": {"reason": "reset by peer"} if failed else None,
            })  # fmt: skip
    if rows:
        sheet.insert(ledger.table, rows)
    swept = json.dumps({"cleanup_reason": "stale_running_cleanup"})
    sheet.run(
        f"UPDATE {ledger.table} SET status = 'failed', errors = {literal(swept)} "  # noqa: S608 - literals
        f"WHERE status = 'running' AND started_at <= TIMESTAMPTZ '{rfc3339(span.until - SWEPT_AFTER)}'"
    )


def feed_scrapes(sheet: Sheet, span: Span) -> None:
    """The scraper ledger: a row per run; one that looked too early says no_data."""
    rows = [
        {
            "execution_id": attempt.run, "scraper_name": job.processor.name, "workflow": "morning_operations", "game_date": job.day,
            "status": attempt.status, "triggered_at": attempt.started, "completed_at": attempt.ended, "source": "CONTROLLER",
            "error_message": "HTTP 503" if attempt.status == "failed" else None,
        }
        for job, attempt in _attempts(span) if job.processor.phase == 1
    ]  # fmt: skip
    if rows:
        sheet.insert("nba_orchestration.scraper_execution_log", rows)


def _attempts(span: Span) -> Iterator[tuple[Job, Any]]:
    for day in span.dates(3, 1):
        for job in span.work.jobs(day).values():
            yield from ((job, attempt) for attempt in job.attempts if span.holds(attempt.ended))


def feed_own_logs(sheet: Sheet, span: Span) -> None:
    """The two logs that the pipeline writes for this service: what ran, and whether it found what it needs."""
    runs, looks = [], []
    for job, attempt in _attempts(span):
        processor = job.processor
        if processor.phase > 1:
            runs.append({
                "execution_id": attempt.run, "processor_name": processor.name, "phase": f"phase{processor.phase}", "triggered_at": attempt.started,
                "completed_at": attempt.ended, "duration_seconds": (attempt.ended - attempt.started).total_seconds(), "status": attempt.status,
                "data_date": job.day, "trigger_source": "pubsub", "processed_at": attempt.ended,
            })  # fmt: skip
            looks += [
                {
                    "check_id": f"{attempt.run}-{needed}", "check_time": attempt.started, "processor_name": processor.name, "data_date": job.day,
                    "required_table": span.work.ssot.processors[needed].table, "check_result": "PASS", "row_count": 100,
                }
                for needed in processor.spec.dependencies
            ]  # fmt: skip
    dataset = span.work.ssot.results_dataset
    for name, rows in (("processor_execution_log", runs), ("dependency_check_log", looks)):
        if rows:
            sheet.insert(f"{dataset}.{name}", rows)


def feed_documents(sheet: Sheet, span: Span) -> None:
    """The completion documents of the dates on which something was done, as they are now; old ones are cleaned up."""
    phases = [phase for phase in span.work.ssot.phases.values() if phase.completion and phase.completion.collection]
    changed = sorted({(job.processor.phase, job.day) for job in span.work.finished(span.since, span.until)})
    for phase in phases:
        collection = phase.completion.collection if phase.completion else ""
        for day in (day for number, day in changed if number == phase.phase and day in span.work.season.by_day):
            data = document(span.work, processors_of(phase), day, span.until)
            sheet.run(f"DELETE FROM firestore.documents WHERE collection = '{collection}' AND document_id = '{day}'")  # noqa: S608
            sheet.insert(
                "firestore.documents", [{"collection": collection, "document_id": day.isoformat(), "data": data}]
            )
    oldest = span.until.date() - timedelta(days=KEPT_DOCUMENT_DAYS)
    sheet.run(f"DELETE FROM firestore.documents WHERE document_id < '{oldest}'")  # noqa: S608


def document(work: Work, processors: Sequence[Processor], day: date, now: datetime) -> dict[str, Any]:
    """The document of a phase and date: who has completed by now, and whether the next phase was started."""
    done = [job for p in processors if p.critical and (job := work.jobs(day).get(p.name)) and job.ended <= now]
    entries: dict[str, Any] = {
        job.processor.name: {
            "completed_at": rfc3339(job.ended), "status": "success", "record_count": 100, "execution_id": job.attempts[-1].run,
            "correlation_id": f"{day:%Y%m%d}", "is_incremental": False,
        }
        for job in done
    }  # fmt: skip
    wanted = [p for p in processors if p.critical and p.required and p.name in work.jobs(day)]
    early = [job for job in done if work.deadline(job.processor).due_days == 0 and job.processor.phase > 2]
    whole = all(p.name in entries for p in wanted)
    meta: dict[str, Any] = {"_completed_count": len(done), "_triggered": whole or bool(early)}
    if meta["_triggered"]:
        ended = max(job.ended for job in done) if whole else min(job.ended for job in early)
        meta |= {
            "_triggered_at": rfc3339(ended + timedelta(seconds=5)),
            "_trigger_reason": "all_complete",
            "_trigger_succeeded": True,
        }
    return entries | meta


def feed_workflows(sheet: Sheet, span: Span) -> None:
    """The controller's hourly decisions, and the workflows that ran."""
    decisions, runs = [], []
    for day in span.dates():
        for hour in range(6, 24):
            when = at(day, f"{hour:02d}:00", 0.2)
            if span.holds(when):
                decisions.append(
                    {
                        "decision_id": f"{day}-{hour}",
                        "decision_time": when,
                        "workflow_name": "morning_operations",
                        "action": "RUN",
                    }
                )
        for clock, name in WORKFLOWS.items():
            when = at(day, clock, 0.5)
            if span.holds(when) and (day in span.work.season.by_day or name.startswith("morning")):
                runs.append(
                    {
                        "execution_id": f"{day}-{name}-{clock}",
                        "execution_time": when,
                        "workflow_name": name,
                        "status": "completed",
                    }
                )
    for table, rows in (
        ("nba_orchestration.workflow_decisions", decisions),
        ("nba_orchestration.workflow_executions", runs),
    ):
        if rows:
            sheet.insert(table, rows)


def expire(sheet: Sheet, span: Span) -> None:
    """Once a day, drop what its table no longer keeps."""
    for today in span.daily("00:30"):
        for table in span.work.ssot.tables.values():
            column = table.date or {"workflow_executions": "execution_time", "workflow_decisions": "decision_time"}.get(
                table.spec.name
            )
            if table.spec.retention_days and column:
                last = today - timedelta(days=table.spec.retention_days)
                sheet.run(f"DELETE FROM {table.name} WHERE {column} < TIMESTAMP '{last}'")  # noqa: S608
