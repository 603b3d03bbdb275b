"""A world laid by hand: the small league of `tests/worlds/league`, its tables empty, its services answering with nothing.

A check's test lays rows, asks once, and asserts: `world.games(...)`, `world.look("historical_completeness")["raw.box"]`.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import yaml

from validator.clock import zone
from validator.compose import Service, service
from validator.demo.sheet import Sheet
from validator.demo.tables import create_stand_ins
from validator.identity import Request
from validator.results import Result, Run
from validator.settings import Settings

LEAGUE = Path(__file__).parent / "league"
DAY = date(2026, 2, 3)
"""The target date unless a test says otherwise; a Tuesday in winter, EST."""

TABLES = """
CREATE SCHEMA raw; CREATE SCHEMA analytics; CREATE SCHEMA predictions; CREATE SCHEMA ref; CREATE SCHEMA ops;
CREATE TABLE raw.schedule(game_id VARCHAR, game_date DATE, game_status BIGINT, home VARCHAR, away VARCHAR, home_score BIGINT, away_score BIGINT,
  is_all_star BOOLEAN, processed_at TIMESTAMPTZ);
CREATE TABLE raw.box(game_date DATE, team VARCHAR); CREATE TABLE raw.odds(game_date DATE); CREATE TABLE raw.plays(game_date DATE);
CREATE TABLE raw.rosters(roster_date DATE);
CREATE TABLE analytics.summary(game_date DATE); CREATE TABLE analytics.context(game_date DATE);
CREATE TABLE predictions.props(game_date DATE);
CREATE TABLE ref.runs(processor_name VARCHAR, run_id VARCHAR, status VARCHAR, data_date DATE, started_at TIMESTAMPTZ, records_processed BIGINT,
  errors JSON, failure_category VARCHAR);
CREATE TABLE ops.scrapes(scraper_name VARCHAR, execution_id VARCHAR, status VARCHAR, game_date DATE, triggered_at TIMESTAMPTZ, error_message VARCHAR);
"""


class LaidWorld:
    """The league's world in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.schemas = folder / "schemas"
        shutil.copytree(LEAGUE, self.schemas)
        self.path = folder / "world.duckdb"
        self.outbox = folder / "outbox"
        self._runs = 0
        with duckdb.connect(str(self.path)) as database:
            create_stand_ins(Sheet(database))
            database.execute(TABLES)

    # laying

    def sql(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Change or read the world with SQL."""
        with duckdb.connect(str(self.path)) as database:
            database.execute("SET TimeZone='UTC'")
            return list(database.execute(statement, list(values)).fetchall())

    def edit(self, file: str, change: Mapping[str, Any]) -> None:
        """Merge a change into a file of the source of truth; None removes a key."""
        path = self.schemas / file
        data = yaml.safe_load(path.read_text()) if path.exists() else {}
        path.write_text(yaml.safe_dump(_merged(data, change), sort_keys=False))

    def games(self, day: date = DAY, *pairs: str, status: int = 3, scores: bool = True) -> None:
        """Games of a day, as `AWY@HOM`; final with scores unless said otherwise."""
        self._schedule([day], pairs, status=status, scores=scores)

    def season(self, last: date = DAY, days: int = 30) -> None:
        """Two final games on each of the days up to `last`, and a game a fortnight earlier still: no season start, no break."""
        self._schedule([last - timedelta(days=offset) for offset in range(days)])

    def _schedule(
        self, days: Sequence[date], pairs: Sequence[str] = (), *, status: int = 3, scores: bool = True
    ) -> None:
        """Written as literals: DuckDB looks for pandas once more for every bound value."""
        rows = []
        for day in days:
            for pair in pairs or ("BOS@LAL", "NYK@MIA"):
                away, home = pair.split("@")
                score = "100" if scores and status == 3 else "NULL"
                at = f"TIMESTAMPTZ '{day} 23:00:00+00'"
                game = f"'{day:%m%d}{pair}', DATE '{day}', {status}, '{home}', '{away}'"
                rows.append(f"({game}, {score}, {score}, FALSE, {at})")
        self.sql(f"INSERT INTO raw.schedule VALUES {', '.join(rows)}")

    def rows(self, table: str, day: date = DAY, count: int = 1, *, days: int = 1, **columns: Any) -> None:
        """That many equal rows for a day, in the table's date column, or for each of the days up to it."""
        date_column = {"raw.rosters": "roster_date"}.get(table, "game_date")
        names = ", ".join([date_column, *columns])
        marks = ", ".join(["CAST(? AS DATE) - CAST(back AS INTEGER)", *["?"] * len(columns)])
        every = f"range({count}), range({days}) AS earlier(back)"
        self.sql(f"INSERT INTO {table} ({names}) SELECT {marks} FROM {every}", [day, *columns.values()])

    def full_box(self, day: date, *teams: str, rows: int = 15, days: int = 1) -> None:
        """Rows for each team of a day, or of each of the days up to it."""
        values = list(teams or ("BOS", "LAL", "NYK", "MIA"))
        every = f"unnest(?) AS t(team), range({rows}), range({days}) AS earlier(back)"
        self.sql(
            f"INSERT INTO raw.box SELECT CAST(? AS DATE) - CAST(back AS INTEGER), team FROM {every}", [day, values]
        )

    def document(self, collection: str, data: Mapping[str, Any], day: date = DAY) -> None:
        """A completion document."""
        self.sql("INSERT INTO firestore.documents VALUES (?, ?, ?)", [collection, day.isoformat(), json.dumps(data)])

    def run_rows(
        self,
        processor: str,
        run: str,
        *statuses: str,
        at: datetime,
        day: date = DAY,
        records: int | None = 10,
        errors: str | None = None,
    ) -> None:
        """Rows of one run in the run ledger."""
        for status in statuses:
            self.sql(
                "INSERT INTO ref.runs VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
                [processor, run, status, day, at, records, errors],
            )

    def scrape(self, scraper: str, status: str, *, at: datetime, day: date = DAY, error: str | None = None) -> None:
        """One run in the scraper ledger."""
        self._runs += 1
        self.sql(
            "INSERT INTO ops.scrapes VALUES (?, ?, ?, ?, ?, ?)",
            [scraper, f"scrape-{self._runs}", status, day, at, error],
        )

    # looking

    def service(self) -> Service:
        """The service over this world."""
        return service(self.settings())

    def settings(self) -> Settings:
        """The settings that point at this world."""
        return Settings(schemas=str(self.schemas), local_db=str(self.path), outbox=str(self.outbox))

    def run(
        self, *checks: str, day: date = DAY, now: datetime | None = None, schedule: str = "post_overnight", **more: Any
    ) -> Run:
        """A dry run of some checks (default: the schedule's), at 06:05 of the next morning unless said otherwise."""
        clock = now or et(day + timedelta(days=1), "06:05")
        return self.service().run(
            Request(schedule=schedule, now=clock, day=day, selection=checks, dry_run=True, **more)
        )

    def look(self, check: str, day: date = DAY, now: datetime | None = None) -> dict[str, Result]:
        """The results of one check by subject."""
        return {result.subject: result for result in self.run(check, day=day, now=now).results}


def et(day: date, at: str) -> datetime:
    """A time of day in the league's zone."""
    return datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=zone("America/New_York")).astimezone(UTC)


def _merged(data: Any, change: Mapping[str, Any]) -> Any:
    merged = dict(data or {})
    for key, value in change.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merged(merged.get(key), value) if isinstance(value, Mapping) else value
    return merged
