"""Keys of one table that another lacks, by name."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.worlds.counting import counted_queries
from tests.worlds.laid import DAY, LaidWorld, et
from tests.worlds.tables import PER_GAME, add_check, declare
from validator.errors import ConfigurationError
from validator.results import Result
from validator.status import Status

CHECK, BOOK, SUMMARY = "missing_players", "raw.gamebook", "analytics.players"
COLUMNS = {"team": "STRING", "player": "STRING"}
MORNING = et(DAY + timedelta(days=1), "08:05")
PARAMETERS = {"of": {"table": BOOK, "key": ["team", "player"]}, "within": {"table": SUMMARY, "key": ["team", "player"]}}


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """A hundred players in the gamebook and in the summary, where one of them has two rows."""
    laid = LaidWorld(tmp_path)
    laid.season()
    declare(laid, BOOK, COLUMNS, expect={**PER_GAME, "due": "06:00", "due_days": 1})
    declare(
        laid, SUMMARY, COLUMNS, expect={**PER_GAME, "due": "07:00", "due_days": 1}, backfill="python -m players $start"
    )
    add_check(laid, CHECK, "MissingKeys", PARAMETERS)
    for table in (BOOK, SUMMARY):
        laid.sql(f"INSERT INTO {table} SELECT DATE '2026-02-03', 'BOS', 'p' || (100 + i) FROM range(100) AS r(i)")
    laid.rows(SUMMARY, DAY, team="BOS", player="p100")
    return laid


def summary(world: LaidWorld) -> Result:
    """The result for the summary."""
    return world.look(CHECK, now=MORNING)[SUMMARY]


@pytest.mark.parametrize(
    ("missing", "wanted"), [(0, Status.PASS), (5, Status.PASS), (6, Status.WARN), (20, Status.WARN), (21, Status.FAIL)]
)
def test_limits(world: LaidWorld, missing: int, wanted: Status) -> None:
    """Below 95 % of the players is WARN, below 80 % FAIL; a second row of one makes up for nobody."""
    world.sql(f"DELETE FROM {SUMMARY} WHERE player < 'p{100 + missing}'")
    result = summary(world)
    assert (result.status, result.actual_value) == (wanted, f"{100 - missing} keys")


def test_who_is_missing_is_named(world: LaidWorld) -> None:
    """The first of them in the message, all of them in the evidence, and the command."""
    world.sql(f"DELETE FROM {SUMMARY} WHERE player < 'p107'")
    result = summary(world)
    assert "missing: BOS|p100, BOS|p101, BOS|p102, BOS|p103, BOS|p104 and 2 more" in result.message
    assert len(result.evidence["missing"]) == result.affected_records == 7
    assert result.remedy == "python -m players 2026-02-03"


def test_l55_names_of_another_form(world: LaidWorld) -> None:
    """L-55, L-23: where nobody matches, that is what is said: no match at all is no proof that all are missing."""
    world.sql(f"UPDATE {SUMMARY} SET player = player || '-x'")
    result = summary(world)
    assert (result.status, result.actual_value) == (Status.FAIL, "0 keys")
    assert result.evidence["value"] == "unmatched"


def test_yesterdays_players_do_not_count(world: LaidWorld) -> None:
    """Rows of another date stand in for nobody."""
    world.sql(f"UPDATE {SUMMARY} SET game_date = DATE '2026-02-02'")
    assert (summary(world).status, summary(world).evidence["value"]) == (Status.FAIL, "empty")


def test_fp8_nothing_to_compare_with(world: LaidWorld) -> None:
    """FP-8: an empty gamebook is a FAIL, not 0 of 0."""
    world.sql(f"DELETE FROM {BOOK}")
    assert summary(world).status is Status.FAIL


def test_not_due(world: LaidWorld) -> None:
    """Before seven the summary is not due: SKIP, though the gamebook is there."""
    world.sql(f"DELETE FROM {SUMMARY}")
    result = world.look(CHECK)[SUMMARY]
    assert (result.status, result.message) == (Status.SKIP, "not due before 2026-02-04 07:00 EST")


def test_one_job_for_both(world: LaidWorld) -> None:
    """The calendar, the columns, the keys."""
    assert counted_queries(world, CHECK) == 3


@pytest.mark.parametrize(
    ("within", "wanted"),
    [
        ({"table": SUMMARY, "key": ["team"]}, "as many columns"),
        ({"table": SUMMARY, "key": ["team", "name"]}, "declares no column 'name'"),
    ],
)
def test_wrong_entries_are_refused(world: LaidWorld, within: dict[str, object], wanted: str) -> None:
    """Keys can be compared, and are declared."""
    add_check(world, CHECK, "MissingKeys", {**PARAMETERS, "within": within})
    with pytest.raises(ConfigurationError, match=wanted):
        world.service()
