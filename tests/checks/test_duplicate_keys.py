"""Duplicate keys: rows that say again what another says."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.worlds.counting import counted_queries
from tests.worlds.laid import DAY, LaidWorld, et
from tests.worlds.tables import PER_GAME, add_check, declare
from validator.errors import ConfigurationError
from validator.results import Result
from validator.status import Status

CHECK, PICKS = "duplicate_keys", "predictions.picks"


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """A hundred predictions of today, each with a key of its own, and full box scores by team."""
    laid = LaidWorld(tmp_path)
    laid.season()
    columns = {"model": "STRING", "player": "STRING", "line": "NUMERIC", "is_active": "BOOL"}
    declare(laid, PICKS, columns, expect=PER_GAME, backfill="python -m picks --from $start --to $end")
    declare(laid, "raw.teams", {"team": "STRING"}, expect={**PER_GAME, "rows": 2})
    active = [{"column": "is_active", "equals": True}]
    picks = {"table": PICKS, "key": ["model", "player", "line"], "where": active}
    add_check(laid, CHECK, "DuplicateKeys", {"days": 3, "tables": [picks, {"table": "raw.teams", "key": ["team"]}]})
    laid.sql(f"INSERT INTO {PICKS} SELECT DATE '2026-02-03', 'a', 'p' || i, 20.5, TRUE FROM range(100) AS r(i)")
    for team in ("BOS", "LAL", "NYK", "MIA"):
        laid.rows("raw.teams", DAY, team=team)
    return laid


def again(world: LaidWorld, rows: int) -> None:
    """Some of the predictions once more."""
    world.sql(f"INSERT INTO {PICKS} SELECT * FROM {PICKS} ORDER BY player LIMIT {rows}")


def picks(world: LaidWorld) -> Result:
    """The result of the predictions."""
    return world.look(CHECK)[PICKS]


@pytest.mark.parametrize(
    ("rows", "wanted"), [(0, Status.PASS), (5, Status.PASS), (6, Status.WARN), (10, Status.WARN), (11, Status.FAIL)]
)
def test_l44_limits(world: LaidWorld, rows: int, wanted: Status) -> None:
    """L-44: above 1.05 rows a key is WARN, above 1.10 FAIL; each row too many is counted."""
    again(world, rows)
    result = picks(world)
    assert result.status is wanted
    assert f"{rows} rows too many for one per model, player, line" in result.message


def test_l44_five_manual_runs(world: LaidWorld) -> None:
    """L-44: 500 rows for 100; the day and its command are named."""
    world.sql(f"INSERT INTO {PICKS} SELECT picks.* FROM {PICKS} AS picks, range(4)")
    result = picks(world)
    assert (result.status, result.affected_records) == (Status.FAIL, 400)
    assert (result.expected_value, result.actual_value) == ("100 rows", "500 rows")
    assert result.remedy == "python -m picks --from 2026-02-03 --to 2026-02-03"


def test_l45_several_lines_are_no_duplicates(world: LaidWorld) -> None:
    """L-45: the key holds model and line: a second line and a second model are not the same again; inactive rows don't count."""
    for change in ("'a', player, 21.5, TRUE", "'b', player, 20.5, TRUE", "'a', player, 20.5, FALSE"):
        world.sql(
            f"INSERT INTO {PICKS} SELECT game_date, {change} FROM {PICKS} WHERE model = 'a' AND line = 20.5 AND is_active"
        )
    assert picks(world).status is Status.PASS


def test_l43_by_date_and_team(world: LaidWorld) -> None:
    """L-43: a second row of a team on a date is one too many; the same team on the next date is not."""
    world.rows("raw.teams", DAY - timedelta(days=1), team="BOS")
    assert world.look(CHECK)["raw.teams"].status is Status.PASS
    world.rows("raw.teams", DAY, team="BOS")
    assert world.look(CHECK)["raw.teams"].status is Status.FAIL


def test_rows_without_a_key(world: LaidWorld) -> None:
    """Rows whose key is empty are duplicates of each other, not each its own."""
    world.sql(f"UPDATE {PICKS} SET player = NULL")
    assert picks(world).status is Status.FAIL


def test_one_bad_day_is_not_thinned_by_the_others(world: LaidWorld) -> None:
    """Each day is judged: 11 % on one of three is a FAIL of that day."""
    for offset in (1, 2):
        world.sql(
            f"INSERT INTO {PICKS} SELECT game_date - {offset}, model, player, line, TRUE FROM {PICKS} WHERE game_date = '2026-02-03'"
        )
    again(world, 0)
    world.sql(f"INSERT INTO {PICKS} SELECT * FROM {PICKS} WHERE game_date = '2026-02-02' LIMIT 11")
    result = picks(world)
    assert (result.status, result.evidence["ranges"]) == (Status.FAIL, [["2026-02-02", "2026-02-02"]])


def test_days_before_the_window_are_over(world: LaidWorld) -> None:
    """Of the last three days the third still counts, the fourth no longer does."""
    for offset, wanted in ((3, Status.PASS), (2, Status.FAIL)):
        world.rows("raw.teams", DAY - timedelta(days=offset), 2, team="BOS")
        assert world.look(CHECK)["raw.teams"].status is wanted


def test_nothing_to_judge(world: LaidWorld) -> None:
    """An empty table is no table without duplicates: FAIL where rows are due, SKIP where they are not yet."""
    world.sql(f"DELETE FROM {PICKS}")
    assert picks(world).status is Status.FAIL
    world.sql("DELETE FROM raw.schedule WHERE game_date < '2026-02-03'")
    assert world.look(CHECK, now=et(DAY, "08:05"))[PICKS].status is Status.SKIP


def test_one_job_for_all_tables(world: LaidWorld) -> None:
    """The calendar, the columns, the keys."""
    assert counted_queries(world, CHECK) == 3


def test_unknown_columns_are_refused(world: LaidWorld) -> None:
    """A key names declared columns."""
    add_check(world, CHECK, "DuplicateKeys", {"tables": [{"table": PICKS, "key": ["playr"]}]})
    with pytest.raises(ConfigurationError, match="declares no column 'playr'"):
        world.service()
