"""The shipped `schemas/`: they load, and hold what is known of the pipeline."""

from pathlib import Path

import pytest

from validator.registry import named_checks
from validator.ssot.load import load
from validator.ssot.source import Ssot, processors_of, subscriptions_of

SCHEMAS = Path(__file__).parents[2] / "schemas"

RAW = {
    "bdl_player_boxscores": ("BdlPlayerBoxScoresProcessor", "post_game", 5),
    "bigdataball_play_by_play": ("BigDataBallPbpProcessor", "post_game", 10),
    "odds_api_game_lines": ("OddsGameLinesProcessor", "pre_game", 2),
    "nbac_schedule": ("NbacScheduleProcessor", "daily_morning", 1),
    "nbac_gamebook_player_stats": ("NbacGamebookProcessor", "post_game", 8),
    "br_rosters_current": ("BasketballRefRosterProcessor", "daily_6am_et", 3),
}
CRITICAL = {
    2: ("raw_data_ingestion", "nba_raw", list(RAW)),
    3: (
        "analytics_generation",
        "nba_analytics",
        [
            "player_game_summary",
            "team_defense_game_summary",
            "team_offense_game_summary",
            "upcoming_player_game_context",
            "upcoming_team_game_context",
        ],
    ),
    4: (
        "precompute_features",
        "nba_precompute",
        [
            "player_composite_factors",
            "player_shot_zone_analysis",
            "team_defense_zone_analysis",
            "player_daily_cache",
            "ml_feature_store",
        ],
    ),
    5: ("predictions", "nba_predictions", ["predictions"]),
}
ELSEWHERE = {
    "ml_feature_store": "nba_predictions.ml_feature_store_v2",
    "predictions": "nba_predictions.player_prop_predictions",
}
SCHEDULES = {
    "post_overnight": ("0 6 * * *", "yesterday"),
    "daily_health": ("0 8 * * *", "yesterday"),
    "pre_game_prep": ("0 8 * * *", "today"),
    "midday": ("0 12 * * *", "today"),
    "phase_triggers": ("0 14 * * *", "today"),
    "pre_game_final": ("0 18 * * *", "today"),
    "post_game": ("0 23 * * *", "today"),
    "overnight": ("0 2 * * *", "yesterday"),
}
S, T, D, I, F, B = "STRING", "TIMESTAMP", "DATE", "INT64", "FLOAT64", "BOOL"  # noqa: E741 - read as types
RESULT_COLUMNS = {
    "validation_runs": [
        ("run_id", S, True), ("run_timestamp", T, True), ("check_type", S, True), ("trigger_source", S, False),
        ("schedule_name", S, False), ("status", S, True), ("message", S, False), ("duration_ms", I, False),
        ("checks_passed", I, False), ("checks_warned", I, False), ("checks_failed", I, False), ("target_date", D, False),
        ("details", S, False), ("checks_skipped", I, False), ("checks_errored", I, False),
    ],
    "validation_check_results": [
        ("result_id", S, True), ("run_id", S, True), ("check_timestamp", T, True), ("check_name", S, True),
        ("check_category", S, False), ("status", S, True), ("severity", S, False), ("expected_value", S, False),
        ("actual_value", S, False), ("threshold", F, False), ("message", S, False), ("target_date", D, False),
        ("target_table", S, False), ("affected_records", I, False), ("details", S, False), ("subject", S, False),
        ("fingerprint", S, False), ("duration_ms", I, False), ("bytes_billed", I, False),
    ],
    "validation_alerts": [
        ("alert_id", S, True), ("alert_timestamp", T, True), ("run_id", S, False), ("check_name", S, False),
        ("severity", S, False), ("channel", S, False), ("message", S, False), ("acknowledged", B, False),
        ("acknowledged_at", T, False), ("resolved", B, False), ("resolved_at", T, False), ("resolution_notes", S, False),
        ("fingerprint", S, False), ("transition", S, False), ("status", S, False),
    ],
    "processor_execution_log": [
        ("execution_id", S, True), ("processor_name", S, True), ("phase", S, True), ("triggered_at", T, True),
        ("completed_at", T, False), ("duration_seconds", F, False), ("status", S, True), ("data_date", D, False),
        ("trigger_source", S, False), ("pubsub_message_id", S, False), ("correlation_id", S, False),
        ("records_processed", I, False), ("records_created", I, False), ("records_updated", I, False),
        ("error_type", S, False), ("error_message", S, False), ("input_params", "JSON", False),
        ("cloud_run_revision", S, False), ("processed_at", T, False),
    ],
    "dependency_check_log": [
        ("check_id", S, True), ("check_time", T, True), ("processor_name", S, True), ("data_date", D, False),
        ("required_table", S, True), ("required_partition", S, False), ("check_result", S, True), ("row_count", I, False),
        ("error_message", S, False), ("fallback_available", B, False), ("fallback_used", B, False), ("execution_id", S, False),
    ],
    "dead_letters": [
        ("message_id", S, False), ("subscription", S, False), ("topic", S, False), ("received_at", T, False),
        ("publish_time", T, False), ("delivery_attempt", I, False), ("phase", S, False), ("target_date", D, False),
        ("correlation_id", S, False), ("data", S, False), ("attributes", S, False), ("parse_error", S, False),
        ("data_arrived", B, False),
    ],
}  # fmt: skip
STORED = {
    "validation_runs": ("DAY(run_timestamp)", ("check_type", "status")),
    "validation_check_results": ("DAY(check_timestamp)", ("check_name", "status")),
    "processor_execution_log": ("DATE(triggered_at)", ("processor_name", "status")),
    "dependency_check_log": ("DATE(check_time)", ()),
}


@pytest.fixture(scope="module")
def ssot() -> Ssot:
    """The shipped source of truth; loading it is the first test."""
    return load(SCHEMAS)


def test_checks_and_schedules_fit_the_classes(ssot: Ssot) -> None:
    """Every check's class, parameters and limits are right, and no deadline lies after the last look at it."""
    assert set(named_checks(ssot)) == set(ssot.checks)


@pytest.mark.parametrize("number", CRITICAL)
def test_phase_holds_its_processors(ssot: Ssot, number: int) -> None:
    """Names, order, datasets and counts of the critical processors are the known ones."""
    name, dataset, names = CRITICAL[number]
    phase = ssot.phases[number]
    assert (phase.phase_name, phase.dataset) == (name, dataset)
    assert [spec.name for spec in phase.critical_processors] == names
    assert phase.orchestration.expected_count == len(names)
    assert phase.orchestration.trigger_mode == "all_complete"
    for processor in processors_of(phase)[: len(names)]:
        assert processor.table == ELSEWHERE.get(processor.name, f"{dataset}.{processor.name}")
        assert processor.spec.owner == "data-team"


def test_raw_processors_are_the_known_ones(ssot: Ssot) -> None:
    """Classes, schedules and run times of phase 2; rosters may stay away."""
    phase = ssot.phases[2]
    found = {
        spec.name: (spec.class_, spec.schedule, spec.estimated_runtime_minutes) for spec in phase.critical_processors
    }
    assert found == RAW
    assert [spec.name for spec in phase.critical_processors if not spec.required] == ["br_rosters_current"]
    assert (phase.orchestration.majority_threshold, phase.orchestration.timeout_minutes) == (0.8, 30)
    extra = [(spec.name, spec.class_, spec.schedule, spec.target_table) for spec in phase.supplementary_processors]
    assert extra == [
        ("bdl_live_boxscores", "BdlLiveBoxscoresProcessor", "live_during_games", "bdl_live_boxscores"),
        ("espn_rosters", "EspnTeamRosterProcessor", "daily_morning", "espn_team_rosters"),
    ]


def test_names_of_documents_and_logs_find_their_processor(ssot: Ssot) -> None:
    """Class names, aliases and former names lead to one processor each."""
    known = {
        "MLFeatureStoreProcessor": "ml_feature_store",
        "ml_feature_store_v2": "ml_feature_store",
        "br_roster": "br_rosters_current",
        "PlayerGameSummaryProcessor": "player_game_summary",
        "AsyncUpcomingPlayerGameContextProcessor": "upcoming_player_game_context",
        "p2_odds_game_lines": "odds_api_game_lines",
    }
    assert {name: found.name for name in known if (found := ssot.processor(name))} == known
    assert ssot.processor("br_rosters") is None


def test_players_wait_for_their_teams(ssot: Ssot) -> None:
    """Usage rates need the team's totals first (L-31)."""
    assert ssot.processors["player_game_summary"].spec.dependencies == ("team_offense_game_summary",)


def test_the_one_late_source_has_a_deadline_of_its_own(ssot: Ssot) -> None:
    """Play-by-play may come until 13:00; other sources of its schedule are due at 06:00."""
    late, usual = (
        ssot.due_of(ssot.processors[name]) for name in ("bigdataball_play_by_play", "nbac_gamebook_player_stats")
    )
    assert late is not None
    assert usual is not None
    assert (late.due, late.due_days) == ("13:00", 1)
    assert (usual.due, usual.due_days) == ("06:00", 1)


def test_volumes_that_are_known_are_expected(ssot: Ssot) -> None:
    """Rows per game, with whom they are about."""
    wanted = {
        "nba_raw.nbac_gamebook_player_stats": 34,
        "nba_raw.nbac_team_boxscore": 2,
        "nba_analytics.player_game_summary": 34,
        "nba_analytics.team_offense_game_summary": 2,
        "nba_analytics.team_defense_game_summary": 2,
    }
    for name, rows in wanted.items():
        expect = ssot.tables[name].spec.expect
        assert expect is not None
        assert (expect.per, expect.rows, len(expect.participants)) == ("event", rows, 1), name


def test_expected_columns_are_declared(ssot: Ssot) -> None:
    """Date columns, participants, samples and ledger roles name columns that the table declares."""
    for table in ssot.tables.values():
        named = {table.date} if table.date else set()
        named |= set(table.spec.samples) | set(table.spec.expect.participants if table.spec.expect else ())
        assert named <= set(table.spec.columns), table.name
        assert table.date is None or table.spec.columns[table.date] == "DATE"
    for ledger in ssot.pipeline.ledgers:
        roles = {ledger.subject, ledger.run, ledger.status, ledger.started, ledger.date, ledger.window}
        assert roles <= set(ssot.tables[ledger.table].spec.columns)


def test_facts_that_checks_lean_on(ssot: Ssot) -> None:
    """The switched-off source, the month of cache, and the partitions that refuse a query without a filter."""
    boxscores = ssot.tables["nba_raw.bdl_player_boxscores"].disabled
    assert boxscores is not None
    assert str(boxscores.since) == "2026-02-11"
    cache = ssot.tables["nba_precompute.player_daily_cache"]
    assert (cache.date, cache.spec.retention_days) == ("cache_date", 30)
    filtered = {
        "nba_raw.nbac_schedule",
        "nba_raw.nbac_team_boxscore",
        "nba_analytics.team_offense_game_summary",
        "nba_predictions.ml_feature_store_v2",
    }
    assert all(ssot.tables[name].spec.requires_partition_filter for name in filtered)
    assert ssot.tables["nba_raw.br_rosters_current"].spec.formerly == ("br_roster",)


def test_completion_is_read_where_it_is_written(ssot: Ssot) -> None:
    """Documents for phases 2 to 4, rows for predictions, nothing for the scrapers."""
    sources = {number: phase.completion.source for number, phase in ssot.phases.items() if phase.completion}
    assert sources == {2: "firestore", 3: "firestore", 4: "firestore", 5: "rows"}
    assert {ledger.name: ledger.table for ledger in ssot.pipeline.ledgers} == {
        "runs": "nba_reference.processor_run_history",
        "scrapers": "nba_orchestration.scraper_execution_log",
    }


def test_schedules_are_the_eight(ssot: Ssot) -> None:
    """Names, times and target dates; only the morning summary always sends a message."""
    assert {name: (spec.cron, spec.target_date) for name, spec in ssot.schedules.items()} == SCHEDULES
    assert [name for name, spec in ssot.schedules.items() if spec.notify == "always"] == ["post_overnight"]


def test_dead_letters_have_somewhere_to_go(ssot: Ssot) -> None:
    """Every dead-letter topic declares who listens to it."""
    topics = {topic.name: topic for topic in ssot.topics}
    targets = {
        sub.dead_letter_topic for topic in ssot.topics for sub in subscriptions_of(topic) if sub.dead_letter_topic
    }
    assert targets
    assert all(topics[name].dead_letter and topics[name].subscriptions for name in targets)


@pytest.mark.parametrize("name", RESULT_COLUMNS)
def test_result_table_is_as_agreed(ssot: Ssot, name: str) -> None:
    """Columns in order, with type and NOT NULL; partition and clustering where they are agreed."""
    table = next(table for table in ssot.result_tables if table.name == name)
    assert [(column.name, column.type, column.mode == "REQUIRED") for column in table.columns] == RESULT_COLUMNS[name]
    if name in STORED:
        assert (table.partitioned_by, table.clustered_by) == STORED[name]


def test_trends_are_a_view(ssot: Ssot) -> None:
    """The one view names its project and dataset by placeholders."""
    views = [table for table in ssot.result_tables if table.query]
    assert [view.name for view in views] == ["validation_trends"]
    assert {table.name for table in ssot.result_tables} == {*RESULT_COLUMNS, "validation_trends"}
    assert "`$project.$dataset.validation_runs`" in (views[0].query or "")
