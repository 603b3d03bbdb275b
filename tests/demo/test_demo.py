"""The demo world: repeatable, complete, laid around its day."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.demo.made import DAY, SHOP, SHOP_DAY, World, made_world
from validator.clock import days, zone
from validator.demo.plan import FILLED_DAYS, make_plan
from validator.demo.season import make_season
from validator.ssot.load import load
from validator.ssot.source import Ssot

OTHER_TABLES = {
    "firestore.documents": "collection VARCHAR, document_id VARCHAR, data JSON",
    "pubsub.topics": "topic VARCHAR",
    "pubsub.subscriptions": "subscription VARCHAR, topic VARCHAR, dead_letter_topic VARCHAR, max_delivery_attempts INTEGER, push_endpoint VARCHAR",
    "pubsub.messages": "subscription VARCHAR, message_id VARCHAR, publish_time TIMESTAMP WITH TIME ZONE, data VARCHAR, attributes JSON",
    "cloud_run.services": (
        "service VARCHAR, region VARCHAR, commit_sha VARCHAR, image_digest VARCHAR, latest_created_revision VARCHAR, "
        "latest_ready_revision VARCHAR, serving_revision VARCHAR, deployed_at TIMESTAMP WITH TIME ZONE, health_status INTEGER"
    ),
    "git.commits": "sha VARCHAR, committed_at TIMESTAMP WITH TIME ZONE, subject VARCHAR, paths VARCHAR[]",
    "cloud_scheduler.jobs": (
        "job VARCHAR, schedule VARCHAR, time_zone VARCHAR, uri VARCHAR, state VARCHAR, attempt_deadline_seconds INTEGER, "
        "audience VARCHAR, last_attempt_time TIMESTAMP WITH TIME ZONE, last_attempt_code INTEGER"
    ),
    "logging.entries": "timestamp TIMESTAMP WITH TIME ZONE, severity VARCHAR, service VARCHAR, message VARCHAR",
}
MORNINGS = (date(2026, 3, 8), date(2026, 3, 9), date(2026, 11, 1), date(2026, 11, 2))
"""The days around both changes of the clock in New York."""


def columns(world: World, table: str) -> str:
    """The columns of a table, as they would be declared."""
    schema, name = table.split(".")
    rows = world.ask(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? ORDER BY column_index",
        schema,
        name,
    )
    return ", ".join(f"{column} {kind}" for column, kind in rows)


def test_same_seed_and_day_give_the_same_rows(world: World, tmp_path: Path) -> None:
    """Two builds hold the same rows in the same order, in every table."""
    again = made_world(tmp_path / "again.duckdb", world.plan.ssot, DAY)
    assert again.contents() == world.contents()


def test_another_seed_gives_another_world(world: World, tmp_path: Path) -> None:
    """The seed decides who meets whom."""
    other = made_world(tmp_path / "other.duckdb", world.plan.ssot, DAY, seed=2)
    before, after = world.contents(), other.contents()
    changed = {name for name, content in after.items() if content != before[name]}
    assert {"nba_raw.nbac_schedule", "nba_analytics.player_game_summary", "git.commits"} <= changed


@pytest.mark.parametrize("fixture", ["world", "shop"])
def test_every_declared_table_is_there_and_filled(fixture: str, request: pytest.FixtureRequest) -> None:
    """Declared tables have their declared columns and rows; those of a source switched off long ago have none."""
    world: World = request.getfixturevalue(fixture)
    for table in world.plan.ssot.tables.values():
        there = {part.split(" ")[0] for part in columns(world, table.name).split(", ")}
        assert set(table.spec.columns) <= there, table.name
        assert table.disabled or world.one(f"SELECT COUNT(*) FROM {table.name}") > 0, table.name


@pytest.mark.parametrize("fixture", ["world", "shop"])
@pytest.mark.parametrize("table", OTHER_TABLES)
def test_other_services_are_plain_tables(fixture: str, table: str, request: pytest.FixtureRequest) -> None:
    """What other services would answer has the agreed columns, and something in it."""
    world: World = request.getfixturevalue(fixture)
    assert columns(world, table) == OTHER_TABLES[table]
    needs_documents = any(p.completion and p.completion.source == "firestore" for p in world.plan.ssot.phases.values())
    if table != "firestore.documents" or needs_documents:
        assert world.one(f"SELECT COUNT(*) FROM {table}") > 0


@pytest.mark.parametrize("fixture", ["world", "shop"])
def test_result_tables_are_there_and_empty(fixture: str, request: pytest.FixtureRequest) -> None:
    """A run can store its results at once."""
    world: World = request.getfixturevalue(fixture)
    for table in world.plan.ssot.result_tables:
        if table.columns:
            name = f"{world.plan.ssot.results_dataset}.{table.name}"
            assert [part.split(" ")[0] for part in columns(world, name).split(", ")] == [c.name for c in table.columns]
            assert world.one(f"SELECT COUNT(*) FROM {name}") == 0


def test_no_table_but_the_declared_ones(world: World) -> None:
    """The file holds the pipeline's tables, the results, the other services and its own mark; no scratch table stays."""
    ssot = world.plan.ssot
    results = {f"{ssot.results_dataset}.{table.name}" for table in ssot.result_tables if table.columns}
    assert set(world.tables()) == {*ssot.tables, *results, *OTHER_TABLES, "validator_local.demo"}


def test_the_file_says_who_made_it(world: World) -> None:
    """Its mark names the maker, the seed and the day."""
    assert world.ask("SELECT made_by, seed, day FROM validator_local.demo") == [("validator demo", 1, DAY)]


def test_pre_event_tables_alone_reach_the_day_itself(world: World) -> None:
    """Before the day's games only what is made before games is there; of the day before, everything due after games too."""
    ssot = world.plan.ssot
    for table in ssot.tables.values():
        if not table.spec.expect or table.disabled or world.plan.stands_still(table):
            continue
        newest = world.one(f"SELECT MAX({table.date}) FROM {table.name}")
        assert newest == (DAY if table.spec.expect.due_days == 0 else DAY - timedelta(days=1)), table.name


def test_retention_is_respected(world: World) -> None:
    """A table that keeps 30 days holds no older row."""
    oldest = world.one("SELECT MIN(cache_date) FROM nba_precompute.player_daily_cache")
    assert DAY - timedelta(days=30) < oldest < DAY - timedelta(days=20)


def test_rows_come_as_expected_where_nothing_is_wrong(world: World) -> None:
    """Each game has its 34 player rows, of both its teams."""
    wrong = world.ask(
        """SELECT game_date, game_id FROM nba_analytics.player_game_summary
        GROUP BY ALL HAVING COUNT(*) <> 34 OR COUNT(DISTINCT team_abbr) <> 2 OR COUNT(DISTINCT player_lookup) <> 34"""
    )
    assert wrong == []


def test_events_have_the_rows_they_got_on_the_way(world: World) -> None:
    """Some finished games have older rows; the newest one is final with scores; the day's own games are only scheduled."""
    rows = world.ask(
        "SELECT game_id, game_date, list(game_status ORDER BY processed_at) FROM nba_raw.nbac_schedule GROUP BY ALL"
    )
    past = [statuses for _, day, statuses in rows if day < DAY and 9 not in statuses]
    assert {tuple(statuses) for statuses in past} == {(3,), (1, 3), (1, 2, 3)}
    assert {tuple(statuses) for _, day, statuses in rows if day >= DAY} == {(1,)}
    assert (
        world.one("SELECT COUNT(*) FROM nba_raw.nbac_schedule WHERE game_status = 3 AND home_team_score IS NULL") == 0
    )


def test_a_postponed_event_takes_place_later(world: World) -> None:
    """Three games were postponed; the newest of them has a new date under its old id."""
    postponed = dict(
        world.ask("SELECT game_id, game_date FROM nba_raw.nbac_schedule WHERE game_status = 9 ORDER BY game_date")
    )
    again = world.ask(
        "SELECT game_id, game_date FROM nba_raw.nbac_schedule WHERE game_id IN (SELECT unnest(?)) AND game_status = 1 AND game_date > ?",
        list(postponed),
        DAY,
    )
    assert len(postponed) == 3
    assert again == [(list(postponed)[-1], DAY + timedelta(days=5))]


def test_an_event_that_does_not_count_lies_in_the_break(world: World) -> None:
    """The long break is six days without a game, but for an all-star game."""
    held = dict(world.ask("SELECT game_date, bool_and(is_all_star) FROM nba_raw.nbac_schedule GROUP BY game_date"))
    pause = world.plan.season.pause
    assert len(pause) == 6
    assert [held.get(day) for day in pause] == [None, None, None, True, None, None]
    assert DAY - timedelta(days=60) <= pause[0] < pause[-1] <= DAY - timedelta(days=40)


def test_nothing_but_hourly_logs_lies_ahead(world: World) -> None:
    """Whatever the hour of the day, the world has happened already."""
    dawn = datetime(2026, 2, 3, 5, 10, tzinfo=UTC)
    for sql in (
        "SELECT MAX(started_at) FROM nba_reference.processor_run_history",
        "SELECT MAX(processed_at) FROM nba_reference.processor_run_history",
        "SELECT MAX(triggered_at) FROM nba_orchestration.scraper_execution_log",
        "SELECT MAX(processed_at) FROM nba_raw.nbac_schedule",
        "SELECT MAX(processed_at) FROM nba_raw.odds_api_game_lines",
        "SELECT MAX(last_attempt_time) FROM cloud_scheduler.jobs",
        "SELECT MAX(committed_at) FROM git.commits",
        "SELECT MAX(publish_time) FROM pubsub.messages",
        "SELECT MAX(CAST(data ->> '_last_update' AS TIMESTAMPTZ)) FROM firestore.documents",
    ):
        assert world.one(sql) <= dawn, sql
    assert world.one("SELECT MAX(decision_time) FROM nba_orchestration.workflow_decisions") > dawn + timedelta(hours=20)


def test_jobs_are_the_pipelines_and_our_own(world: World) -> None:
    """One job per declared one and one per schedule, each with its own zone."""
    jobs = dict(world.ask("SELECT job, time_zone FROM cloud_scheduler.jobs"))
    assert len(jobs) == len(world.plan.ssot.jobs) + len(world.plan.ssot.schedules)
    assert jobs["validation-post-overnight"] == "America/New_York"
    assert jobs["fix-stale-schedule"] == "UTC"


def test_documents_look_as_they_are_written(world: World) -> None:
    """A finished phase has a map per processor and its own keys; the day's own document holds what the day owes so far."""
    sql = "SELECT json_keys(data), data ->> '_mode', data ->> '_triggered' FROM firestore.documents WHERE collection = 'phase3_completion' AND document_id = ?"
    done, mode, triggered = world.ask(sql, str(DAY - timedelta(days=1)))[0]
    assert {name for name in done if not name.startswith("_")} == {
        spec.name for spec in world.plan.ssot.phases[3].critical_processors
    }
    assert {
        "_triggered_at",
        "_trigger_succeeded",
        "_trigger_reason",
        "_completed_count",
        "_first_completion_at",
    } <= set(done)
    assert (mode, triggered) == ("overnight", "true")
    today, mode, _ = world.ask(sql, str(DAY))[0]
    assert [name for name in today if not name.startswith("_")] == ["upcoming_player_game_context"]
    assert mode == "same_day"
    assert (
        world.one(
            "SELECT COUNT(DISTINCT document_id) FROM firestore.documents WHERE document_id < ?",
            str(DAY - timedelta(days=30)),
        )
        == 0
    )


def test_the_shop_works_on_weekdays(shop: World) -> None:
    """Another pipeline's tables are filled for its own days."""
    found = {day for (day,) in shop.ask("SELECT DISTINCT order_day FROM shop_raw.orders")}
    assert found == {
        day
        for day in days(SHOP_DAY - timedelta(days=FILLED_DAYS), SHOP_DAY - timedelta(days=1))
        if day.isoweekday() <= 5
    }
    assert shop.one("SELECT COUNT(*) FROM shop_raw.orders WHERE order_day = '2026-03-30'") == 120


def test_the_shops_ledger_speaks_its_own_words(shop: World) -> None:
    """A ledger without phantom failures has one row a run, in its own words, through its own window."""
    assert {word for (word,) in shop.ask("SELECT DISTINCT outcome FROM shop_ops.job_runs")} <= {
        "ok",
        "broken",
        "empty",
        "running",
    }
    assert shop.one("SELECT MAX(runs) FROM (SELECT COUNT(*) AS runs FROM shop_ops.job_runs GROUP BY attempt)") == 1


@pytest.mark.parametrize("offset", range(0, 900, 30))
def test_a_day_and_the_day_before_are_event_days(ssot: Ssot, offset: int) -> None:
    """Whatever the date and the seed, both days have games, and the last two weeks room for every incident."""
    day = date(2025, 1, 7) + timedelta(days=offset + offset % 7)
    season = make_season(ssot, day, seed=offset)
    assert len(season.held[day]) >= 4
    assert len(season.held[day - timedelta(days=1)]) >= 4
    assert {event.stage for event in season.held[day]} == {"scheduled"}
    assert season.past()[-8] >= day - timedelta(days=14)
    assert len(make_plan(ssot, day, offset).incidents.all) == 11


@pytest.mark.parametrize("day", MORNINGS)
def test_clock_changes_leave_both_days_whole(ssot: Ssot, tmp_path: Path, day: date) -> None:
    """Around a change of the clock the world is built as on any other day, and nothing of it lies ahead."""
    world = made_world(tmp_path / "world.duckdb", ssot, day)
    for held in (day, day - timedelta(days=1)):
        assert world.one("SELECT COUNT(*) FROM nba_raw.nbac_schedule WHERE game_date = ?", held) > 0
    assert (
        world.one("SELECT COUNT(*) FROM nba_analytics.player_game_summary WHERE game_date = ?", day - timedelta(days=1))
        > 0
    )
    midnight = world.one("SELECT MAX(started_at) FROM nba_reference.processor_run_history").astimezone(
        zone("America/New_York")
    )
    assert (midnight.date(), midnight.hour) == (day, 0)


def test_a_weekend_world_of_the_shop_can_be_built(tmp_path: Path) -> None:
    """On a Sunday nothing is due; the incidents lie on the business days before."""
    world = made_world(tmp_path / "world.duckdb", load(SHOP), date(2026, 3, 29))
    assert world.one("SELECT MAX(order_day) FROM shop_raw.orders") == date(2026, 3, 27)
    assert world.incident("degraded_phase").days == (date(2026, 3, 27),)
