"""Historical completeness: gaps, partial days, missing events, and what is no gap."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds.laid import DAY, LaidWorld, et
from validator.check import Day, Measurement
from validator.judge import _ranges
from validator.results import Result
from validator.status import Status

CHECK = "historical_completeness"


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """A season with complete tables."""
    laid = LaidWorld(tmp_path)
    laid.season()
    laid.full_box(DAY, days=20)
    laid.rows("raw.plays", DAY, 20, days=20)
    return laid


def box(world: LaidWorld) -> Result:
    """The result of the table with participants."""
    return world.look(CHECK)["raw.box"]


def test_complete(world: LaidWorld) -> None:
    """Every day's rows are there: PASS with the evidence."""
    result = box(world)
    assert (result.status, result.expected_value, result.actual_value) == (Status.PASS, "840 rows", "840 rows")
    assert result.evidence["gap_map"]["2026-02-03"] == "60/60"
    assert result.evidence["days"]["2026-02-03"] == 100
    assert "BETWEEN DATE '2026-01-21' AND DATE '2026-02-03'" in result.evidence["query"]


def test_l1_a_gap_in_one_table(world: LaidWorld) -> None:
    """L-1: days without rows are found though today is complete; ranges fold, each with its backfill command."""
    world.sql("DELETE FROM raw.box WHERE game_date BETWEEN '2026-01-25' AND '2026-01-27' OR game_date = '2026-01-30'")
    result = box(world)
    assert result.status is Status.FAIL
    assert result.remedy.splitlines() == [
        "python -m backfill box --start-date 2026-01-25 --end-date 2026-01-27",
        "python -m backfill box --start-date 2026-01-30 --end-date 2026-01-30",
    ]
    assert result.affected_records == 240


def test_an_off_day_does_not_split_a_gap(world: LaidWorld) -> None:
    """Ranges are folded over expected days: a day without games inside a gap belongs to it."""
    world.sql("DELETE FROM raw.schedule WHERE game_date = '2026-01-26'")
    world.sql("DELETE FROM raw.box WHERE game_date BETWEEN '2026-01-25' AND '2026-01-27'")
    assert box(world).evidence["ranges"] == [["2026-01-25", "2026-01-27"]]


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [(60, Status.PASS), (48, Status.PASS), (47, Status.WARN), (30, Status.WARN), (29, Status.FAIL), (0, Status.FAIL)],
)
def test_limits(world: LaidWorld, rows: int, wanted: Status) -> None:
    """Below 80 % of the rows is WARN, below 50 % FAIL; a threshold that nobody can reach is no threshold (FP-11)."""
    world.sql("DELETE FROM raw.box WHERE game_date = '2026-02-01'")
    for index, team in enumerate(("BOS", "LAL", "NYK", "MIA")):
        world.rows("raw.box", date(2026, 2, 1), rows // 4 + (index < rows % 4), team=team)
    assert box(world).status is wanted


def test_l42_a_missing_event_is_named_whatever_the_percentage(world: LaidWorld) -> None:
    """L-42, L-51: one of two games without any row is at least WARN, by teams and date; rows of the other game can't hide it."""
    world.sql("DELETE FROM raw.box WHERE game_date = '2026-02-01' AND team IN ('BOS', 'LAL')")
    world.rows("raw.box", date(2026, 2, 1), 40, team="NYK")
    result = box(world)
    assert result.status is Status.WARN
    assert "2026-02-01: missing 1 of 2: BOS@LAL" in result.message


def test_l32_only_finished_games_count(world: LaidWorld) -> None:
    """L-32: a game that is not over owes no rows, and the calendar's own result names it."""
    world.sql("DELETE FROM raw.schedule WHERE game_date = '2026-02-03' AND home = 'LAL'")
    world.games(DAY, "BOS@LAL", status=1)
    world.sql("DELETE FROM raw.box WHERE game_date = '2026-02-03' AND team IN ('BOS', 'LAL')")
    results = world.look(CHECK)
    assert results["raw.box"].status is Status.PASS
    assert results["raw.schedule (calendar)"].status is Status.WARN
    assert "still open: BOS@LAL" in results["raw.schedule (calendar)"].message


def test_l40_a_stale_status_with_a_score_is_final(world: LaidWorld) -> None:
    """L-40: a game stuck at Scheduled whose score is known counts as played."""
    world.sql("UPDATE raw.schedule SET game_status = 1 WHERE game_date = '2026-02-01' AND home = 'LAL'")
    world.sql("DELETE FROM raw.box WHERE game_date = '2026-02-01' AND team IN ('BOS', 'LAL')")
    results = world.look(CHECK)
    assert results["raw.box"].status is Status.WARN
    assert results["raw.schedule (calendar)"].status is Status.PASS


@pytest.mark.parametrize("status", [3, 9])
def test_l41_postponed_games_are_no_gaps(world: LaidWorld, status: int) -> None:
    """L-41: final without a score, or marked postponed: nothing is owed."""
    world.games(date(2026, 2, 1), "GSW@MIN", status=status, scores=False)
    assert box(world).status is Status.PASS


def test_conflicting_rows_of_one_game(world: LaidWorld) -> None:
    """The schedule is append-written: the row furthest along counts, once."""
    world.games(date(2026, 2, 1), "BOS@LAL", status=1)
    world.games(date(2026, 2, 1), "BOS@LAL", status=2)
    assert box(world).expected_value == "840 rows"


def test_the_newest_row_of_one_game(world: LaidWorld) -> None:
    """Of two rows that are as far along the newer one counts: the teams were corrected."""
    at = datetime(DAY.year, DAY.month, DAY.day, 23, 30, tzinfo=UTC)
    change = "* REPLACE ('GSW' AS away, 'MIN' AS home, CAST(? AS TIMESTAMPTZ) AS processed_at)"
    world.sql(
        f"INSERT INTO raw.schedule SELECT {change} FROM raw.schedule WHERE game_date = ? AND home = 'LAL'", [at, DAY]
    )
    assert f"{DAY}: missing 1 of 2: GSW@MIN" in box(world).message


def test_two_games_of_one_team_on_a_date(world: LaidWorld) -> None:
    """Games are told apart by their key, not by who plays at home."""
    world.games(DAY, "GSW@LAL")
    assert box(world).expected_value == "870 rows"


@pytest.mark.parametrize("score", ["home_score", "away_score"])
def test_l41_half_an_outcome_is_none(world: LaidWorld, score: str) -> None:
    """L-41: final, and one of the two scores is not known: suspected to be postponed, and nothing is owed."""
    world.sql(f"UPDATE raw.schedule SET {score} = NULL WHERE game_date = ? AND home = 'LAL'", [DAY])
    assert box(world).expected_value == "810 rows"


def test_fa1_off_days_are_no_gaps(world: LaidWorld) -> None:
    """FA-1: a day without games has no rows and no finding."""
    world.sql("DELETE FROM raw.schedule WHERE game_date = '2026-01-29'")
    world.sql("DELETE FROM raw.box WHERE game_date = '2026-01-29'")
    assert box(world).status is Status.PASS


def test_all_star_games_are_not_counted(world: LaidWorld) -> None:
    """A game that the calendar's filter leaves out owes nothing."""
    world.games(date(2026, 2, 1), "EST@WST")
    world.sql("UPDATE raw.schedule SET is_all_star = TRUE WHERE home = 'WST'")
    assert box(world).status is Status.PASS


def test_not_due_yet(world: LaidWorld) -> None:
    """FA-4: rows due at 13:00 are not missed at 06:05."""
    world.sql("DELETE FROM raw.plays WHERE game_date = '2026-02-03'")
    for at, wanted in (("12:59", Status.PASS), ("13:00", Status.FAIL)):
        assert world.look(CHECK, now=et(DAY + timedelta(days=1), at))["raw.plays"].status is wanted


def test_retention(world: LaidWorld) -> None:
    """Days older than the table keeps are no gaps."""
    tables = {
        "name": "box",
        "partitioned_by": "game_date",
        "retention_days": 5,
        "expect": {"per": "event", "rows": 30, "due": "06:00"},
    }
    _replace_box(world, tables)
    world.sql("DELETE FROM raw.box WHERE game_date < '2026-01-31'")
    assert box(world).status is Status.PASS


def test_known_gap(world: LaidWorld) -> None:
    """An accepted gap is no finding until it runs out; then it counts again, and its end is a WARN of its own."""
    gap = {"from": "2026-01-25", "to": "2026-01-26", "reason": "source outage", "until": "2026-06-30", "by": "ana"}
    spec = {
        "name": "box",
        "partitioned_by": "game_date",
        "expect": {"per": "event", "rows": 30, "due": "06:00"},
        "known_gaps": [gap],
    }
    _replace_box(world, spec)
    world.sql("DELETE FROM raw.box WHERE game_date BETWEEN '2026-01-25' AND '2026-01-26'")
    assert box(world).status is Status.PASS
    _replace_box(world, {**spec, "known_gaps": [{**gap, "until": "2026-02-01"}]})
    expired = box(world)
    assert expired.status is Status.FAIL
    assert "the accepted gap (source outage) ended on 2026-02-01" in expired.message


def test_disabled_source(world: LaidWorld) -> None:
    """FA-9, L-29: a source that is switched off on purpose is SKIP with the reason and since when."""
    _replace_box(
        world,
        {
            "name": "box",
            "partitioned_by": "game_date",
            "expect": {"per": "event", "rows": 30, "due": "06:00"},
            "source": {"disabled": "contract ended", "since": "2026-01-01"},
        },
    )
    result = box(world)
    assert result.status is Status.SKIP
    assert "contract ended" in result.message
    assert "2026-01-01" in result.message


def test_fp8_everything_absent_is_a_failure(world: LaidWorld) -> None:
    """FP-8, L-3: an empty table in season fails; what is due is never taken from the table itself."""
    world.sql("DELETE FROM raw.box")
    assert box(world).status is Status.FAIL


def test_missing_table_fails_and_the_others_are_judged(world: LaidWorld) -> None:
    """A table that does not exist is a FAIL of that table; the one query for the others still runs."""
    world.sql("DROP TABLE raw.box")
    results = world.look(CHECK)
    assert results["raw.box"].status is Status.FAIL
    assert "does not exist" in results["raw.box"].message
    assert results["raw.plays"].status is Status.PASS


def test_date_column_of_another_type(world: LaidWorld) -> None:
    """L-39: a date column that is no DATE can't be judged: ERROR, not 0 rows."""
    world.sql("DROP TABLE raw.plays; CREATE TABLE raw.plays(game_date VARCHAR)")
    result = world.look(CHECK)["raw.plays"]
    assert result.status is Status.ERROR
    assert "STRING, not DATE" in result.message


def test_a_source_is_owed_until_it_was_disabled(world: LaidWorld) -> None:
    """L-29: the days before a source was switched off are judged as ever, those after it are not."""
    expect = {"per": "event", "rows": 30, "due": "06:00", "due_days": 1}
    source = {"disabled": "contract ended", "since": str(DAY - timedelta(days=1))}
    _replace_box(world, {"name": "box", "partitioned_by": "game_date", "expect": expect, "source": source})
    world.sql("DELETE FROM raw.box WHERE game_date >= ?", [DAY - timedelta(days=1)])
    assert box(world).status is Status.PASS
    world.sql("DELETE FROM raw.box WHERE game_date = ?", [DAY - timedelta(days=2)])
    assert box(world).status is Status.FAIL


def test_off_season(world: LaidWorld) -> None:
    """L-89: with nothing finished in the look-back, nothing is due: SKIP saying so."""
    day = DAY + timedelta(days=60)
    result = world.look(CHECK, day=day, now=et(day + timedelta(days=1), "06:05"))["raw.box"]
    assert result.status is Status.SKIP
    assert "no finished game" in result.message


def test_days_that_the_calendar_lost(world: LaidWorld) -> None:
    """FP-8: rows for days on which the calendar names no game mean that it lost them; the rows are not judged, so it is said."""
    world.full_box(DAY - timedelta(days=2))
    world.sql("DELETE FROM raw.schedule WHERE game_date = ?", [DAY - timedelta(days=2)])
    for table in ("raw.box", "raw.plays"):
        world.rows(table, DAY - timedelta(days=2))
    result = world.look(CHECK)["raw.schedule (calendar)"]
    assert result.status is Status.WARN
    assert f"no game on days for which data came: {DAY - timedelta(days=2)} (2 tables)" in result.message


def test_one_query_for_all_tables(world: LaidWorld) -> None:
    """The number of warehouse jobs does not grow with the number of tables: calendar, columns, rows."""
    few = _jobs(world)
    many = [
        {"name": f"extra_{index}", "partitioned_by": "game_date", "expect": {"per": "day", "rows": 1, "due": "06:00"}}
        for index in range(40)
    ]
    tables = _tables(world)
    tables["datasets"][0]["tables"] += many
    world.edit("infrastructure/bigquery_tables.yaml", tables)
    for table in many:
        world.sql(f"CREATE TABLE raw.{table['name']}(game_date DATE)")
    assert _jobs(world) == few == 3
    for extra in ("raw.extra_0", "raw.extra_39"):
        world.rows(extra)
        assert world.look(CHECK)[extra].evidence["gap_map"][str(DAY)] == "1/1"


def _jobs(world: LaidWorld) -> int:
    from tests.worlds.counting import counted_queries

    return counted_queries(world, CHECK)


def _tables(world: LaidWorld) -> dict[str, Any]:
    import yaml

    loaded: dict[str, Any] = yaml.safe_load((world.schemas / "infrastructure/bigquery_tables.yaml").read_text())
    return loaded


def _replace_box(world: LaidWorld, spec: Mapping[str, object]) -> None:
    tables = _tables(world)
    raw = tables["datasets"][0]["tables"]
    raw[next(index for index, table in enumerate(raw) if table["name"] == "box")] = spec
    world.edit("infrastructure/bigquery_tables.yaml", tables)


@given(st.lists(st.booleans(), max_size=40))
@settings(max_examples=200)
def test_ranges_cover_exactly_the_bad_days(bad: list[bool]) -> None:
    """Folded ranges hold every bad day and no good one, and no two of them touch."""
    days = [DAY + timedelta(days=2 * index) for index in range(len(bad))]
    ranges = _ranges(days, bad)
    covered = {day for first, last in ranges for day in days if first <= day <= last}
    assert covered == {day for day, is_bad in zip(days, bad, strict=True) if is_bad}
    assert all(days.index(later[0]) - days.index(earlier[1]) > 1 for earlier, later in pairwise(ranges))


def test_a_measurement_of_days_needs_no_limit_of_its_own() -> None:
    """The shape used above: a value per day."""
    assert Measurement(subject="t", value=50, note="", days={DAY: Day(value=50)}).days[DAY].flaw == ""


@pytest.fixture
def planning(world: LaidWorld) -> LaidWorld:
    """The world with a table in which the pipeline plans its outputs, and a calendar that has lost a day."""
    tables = yaml.safe_load((world.schemas / "infrastructure/bigquery_tables.yaml").read_text())
    tables["datasets"][-1]["tables"].append({"name": "planned", "partitioned_by": "day"})
    world.edit("infrastructure/bigquery_tables.yaml", tables)
    names = {"date": "day", "output": "output", "due": "until", "status": "status"}
    planned = {"table": "ops.planned", **names, "excused": ["EMPTY_OK"], "where": {"sport": "nba"}}
    world.edit("pipeline.yaml", {"calendar": {"planned": planned}})
    world.sql("CREATE TABLE ops.planned(day DATE, output VARCHAR, until TIMESTAMPTZ, status VARCHAR, sport VARCHAR)")
    world.sql("DELETE FROM raw.schedule WHERE game_date = ?", [LOST])
    world.sql("DELETE FROM raw.box WHERE game_date = ?", [LOST])
    return world


LOST = DAY - timedelta(days=3)


def plan(
    world: LaidWorld, status: str = "EXPECTED", until: str = "09:00", sport: str = "nba", day: date = LOST
) -> None:
    """The pipeline planned the box scores of a day."""
    world.sql("INSERT INTO ops.planned VALUES (?, 'box', ?, ?, ?)", [day, et(DAY, until), status, sport])


def test_what_the_pipeline_planned_is_owed_though_the_calendar_lost_the_day(planning: LaidWorld) -> None:
    """A day that the calendar knows nothing of passes unseen, unless the pipeline itself had planned its outputs."""
    assert box(planning).status is Status.PASS
    plan(planning)
    result = box(planning)
    assert result.status is Status.FAIL
    assert "--start-date 2026-01-31 --end-date 2026-01-31" in result.remedy
    planning.full_box(LOST, "BOS", "LAL")
    assert box(planning).status is Status.PASS


@pytest.mark.parametrize("planned", [{"status": "EMPTY_OK"}, {"sport": "mlb"}, {"until": "23:30", "day": DAY}])
def test_fp22_a_plan_only_adds_what_is_due(planning: LaidWorld, planned: dict[str, Any]) -> None:
    """FP-22: what the plan excuses, what is another sport's, and what isn't expected yet is owed by nobody."""
    plan(planning, **planned)
    planning.sql("DELETE FROM raw.box WHERE game_date = ?", [LOST])
    assert planning.look(CHECK, now=et(DAY, "23:00"))["raw.box"].status is Status.PASS


def test_fp22_an_excuse_takes_nothing_away(planning: LaidWorld) -> None:
    """FP-22: finished games owe their rows, whatever a plan says: it may be the plan that is wrong."""
    day = DAY - timedelta(days=5)
    planning.sql("DELETE FROM raw.box WHERE game_date = ?", [day])
    plan(planning, status="EMPTY_OK", day=day)
    assert box(planning).status is Status.FAIL


def test_a_plan_that_does_not_exist_costs_nothing(planning: LaidWorld) -> None:
    """The table is declared and not there: completeness is judged by the calendar."""
    planning.sql("DROP TABLE ops.planned")
    assert box(planning).status is Status.PASS
