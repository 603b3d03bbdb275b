"""Rows for the date: as many as its games owe, some for every game, only those that count."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.worlds.counting import counted_queries
from tests.worlds.laid import DAY, LaidWorld, et
from tests.worlds.tables import PER_GAME, add_check, declare
from validator.errors import ConfigurationError
from validator.results import Result
from validator.status import Severity, Status

READY, CONTEXT = "predictions_ready", "upcoming_context"
PICKS, PLAYERS, TEAMS = "predictions.picks", "analytics.players", "analytics.teams"
EVENING = et(DAY, "18:05")


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """Two games today; predictions that name them only in an id, and two tables of context that name the teams."""
    laid = LaidWorld(tmp_path)
    laid.season(DAY - timedelta(days=1))
    laid.games(DAY, status=1)
    declare(
        laid, PICKS, {"game_id": "STRING", "is_active": "BOOL"}, expect=PER_GAME, backfill="python -m predict $start"
    )
    declare(laid, PLAYERS, {"team": "STRING"}, expect={**PER_GAME, "participants": ["team"]})
    declare(laid, TEAMS, {"team": "STRING"}, expect={**PER_GAME, "rows": 2, "participants": ["team"]})
    active = [{"column": "is_active", "equals": True}]
    picks = {"table": PICKS, "where": active, "participants": ["game_id"], "separator": "_"}
    limits = {"warn": "< 100", "fail": "== 0"}
    add_check(laid, READY, "RowCount", {"tables": [picks]}, limits=limits, severity="P1_CRITICAL", category="readiness")
    add_check(laid, CONTEXT, "RowCount", {"tables": [{"table": PLAYERS}, {"table": TEAMS}]})
    return laid


def pick(world: LaidWorld, game: str, rows: int = 10, *, active: bool = True) -> None:
    """Predictions for a game."""
    world.rows(PICKS, DAY, rows, game_id=f"20260203_{game}", is_active=active)


def context(world: LaidWorld, *teams: str) -> None:
    """A full context for some teams."""
    for team in teams:
        world.rows(PLAYERS, DAY, 5, team=team)
        world.rows(TEAMS, DAY, 1, team=team)


def ready(world: LaidWorld, now: datetime = EVENING) -> Result:
    """The result for the predictions."""
    return world.look(READY, now=now)[PICKS]


def test_every_game_has_predictions(world: LaidWorld) -> None:
    """PASS with what was counted and the query to see it."""
    pick(world, "BOS_LAL")
    pick(world, "NYK_MIA")
    result = ready(world)
    assert (result.status, result.expected_value, result.actual_value) == (Status.PASS, "20 rows", "20 rows")
    assert result.message == "20 rows with is_active = true for 2 games of 2026-02-03"
    assert "BETWEEN DATE '2026-02-03' AND DATE '2026-02-03' AND `is_active` = TRUE" in result.evidence["query"]


def test_l11_no_prediction_with_games_due(world: LaidWorld) -> None:
    """L-11: games today and no active prediction is a FAIL of the first rank, with the command; inactive ones don't count."""
    pick(world, "BOS_LAL", active=False)
    result = ready(world)
    assert (result.status, result.severity) == (Status.FAIL, Severity.P1_CRITICAL)
    assert "0 rows" in result.message
    assert result.remedy == "python -m predict 2026-02-03"


def test_fewer_than_owed(world: LaidWorld) -> None:
    """One row short of what the games owe is a WARN that counts what is missing."""
    pick(world, "BOS_LAL")
    pick(world, "NYK_MIA", 9)
    result = ready(world)
    assert (result.status, result.affected_records) == (Status.WARN, 1)


def test_l51_a_game_without_a_row_is_named(world: LaidWorld) -> None:
    """L-51, L-42: rows of one game can't hide that another has none; games are told apart by their teams, not by the id."""
    pick(world, "BOS_LAL", 60)
    result = ready(world)
    assert result.status is Status.WARN
    assert "missing 1 of 2: NYK@MIA" in result.message


def test_l42_ids_of_another_form(world: LaidWorld) -> None:
    """L-42: where no id names any team, the ids are wrong, and not every game is missing."""
    world.rows(PICKS, DAY, 20, game_id="0022500644", is_active=True)
    result = ready(world)
    assert result.status is Status.WARN
    assert "no row names a participant of the date, such as 0022500644" in result.message
    assert "missing" not in result.message


def test_l56_not_due_yet(world: LaidWorld) -> None:
    """L-56, FA-5: before the deadline nothing is missed; the SKIP says until when, and how far it is."""
    result = ready(world, et(DAY, "08:05"))
    assert (result.status, result.message) == (Status.SKIP, "not due before 2026-02-03 12:00 EST")
    pick(world, "BOS_LAL", 3)
    assert ready(world, et(DAY, "08:05")).message.endswith("; 3 rows so far")


def test_no_game_no_finding(world: LaidWorld) -> None:
    """FA-2: on a day without games nothing is due."""
    world.sql("DELETE FROM raw.schedule WHERE game_date = ?", [DAY])
    world.games(DAY + timedelta(days=1), status=1)
    assert ready(world).status is Status.SKIP


def test_l53_first_day_after_a_break(world: LaidWorld) -> None:
    """L-53: the first day after a break has little; that is a WARN with its reason."""
    world.sql("DELETE FROM raw.schedule WHERE game_date BETWEEN '2026-01-28' AND '2026-02-02'")
    result = ready(world)
    assert result.status is Status.WARN
    assert "first day after 6 days without games" in result.message


def test_both_tables_of_context(world: LaidWorld) -> None:
    """L-6: each table has a result of its own; a completion document is not asked."""
    context(world, "BOS", "LAL", "NYK", "MIA")
    assert {result.status for result in world.look(CONTEXT, now=EVENING).values()} == {Status.PASS}
    world.sql(f"DELETE FROM {TEAMS}")
    results = world.look(CONTEXT, now=EVENING)
    assert (results[PLAYERS].status, results[TEAMS].status) == (Status.PASS, Status.FAIL)


@pytest.mark.parametrize(
    ("rows", "wanted"), [(16, Status.PASS), (15, Status.WARN), (10, Status.WARN), (9, Status.FAIL)]
)
def test_limits(world: LaidWorld, rows: int, wanted: Status) -> None:
    """Unless told otherwise, less than 80 % of the rows owed warn, less than 50 % fail."""
    world.rows(PLAYERS, DAY, rows - 1, team="BOS")
    world.rows(PLAYERS, DAY, 1, team="NYK")
    assert world.look(CONTEXT, now=EVENING)[PLAYERS].status is wanted


def test_a_game_without_context_is_named(world: LaidWorld) -> None:
    """Rows enough in all, and none for one of the games."""
    context(world, "BOS", "LAL", "BOS", "LAL")
    results = world.look(CONTEXT, now=EVENING)
    assert {result.status for result in results.values()} == {Status.WARN}
    assert all("missing 1 of 2: NYK@MIA" in result.message for result in results.values())


def test_a_table_that_is_not_there(world: LaidWorld) -> None:
    """A missing table has no row: FAIL that says so; a missing column leaves it unknown: ERROR."""
    world.sql(f"DROP TABLE {PICKS}")
    assert (ready(world).status, "does not exist" in ready(world).message) == (Status.FAIL, True)
    world.sql(f"CREATE TABLE {PICKS}(game_date DATE, game_id VARCHAR)")
    assert (ready(world).status, "no column is_active" in ready(world).message) == (Status.ERROR, True)


def test_one_job_for_all_tables(world: LaidWorld) -> None:
    """The calendar, the columns, the rows."""
    assert counted_queries(world, CONTEXT) == 3


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        ({"table": "analytics.playrs"}, "declares no table 'analytics.playrs'"),
        ({"table": PICKS, "where": [{"column": "active", "equals": True}]}, "declares no column 'active'"),
        ({"table": "analytics.summary"}, "declares no expectation"),
        ({"table": PICKS, "where": [{"column": "is_active"}]}, "one of equals, in, not_in, not_null"),
        ({"table": PICKS, "where": [{"column": "is_active OR TRUE", "equals": True}]}, "a name of letters"),
    ],
)
def test_wrong_entries_are_refused(world: LaidWorld, table: dict[str, object], wanted: str) -> None:
    """What an entry speaks of must be declared; SQL is nowhere accepted."""
    add_check(world, READY, "RowCount", {"tables": [table]})
    with pytest.raises(ConfigurationError) as caught:
        world.service()
    assert wanted in str(caught.value)
    assert "checks.yaml:" in str(caught.value)


def test_l80_a_schedule_must_look_after_the_deadline(world: LaidWorld) -> None:
    """What every schedule would skip as not due is refused when it is loaded."""
    schedule = {"cron": "0 8 * * *", "target_date": "today", "checks": [READY]}
    world.edit("schedules.yaml", {"schedules": {"early": schedule}})
    with pytest.raises(ConfigurationError, match="due 12:00, but 'early' is the last schedule"):
        world.service()
