"""Shares of rows: lines, signals, one-sided models, and what is too little to judge."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from tests.worlds.tables import PER_GAME, add_check, declare
from validator.errors import ConfigurationError
from validator.listing import list_checks
from validator.reference import explain_check
from validator.results import Result
from validator.status import Status

LINES, SIGNAL, BIAS = "vegas_line_coverage", "pre_game_signal", "model_bias"
FEATURES, SIGNALS, PICKS = "predictions.features", "predictions.signals", "predictions.picks"
EVENING = et(DAY, "18:05")
MODEL_BIAS = {
    "table": PICKS,
    "among": [{"column": "is_active", "equals": True}, {"column": "recommendation", "in": ["OVER", "UNDER"]}],
    "shares": {side.lower(): [{"column": "recommendation", "equals": side}] for side in ("OVER", "UNDER")},
    "by": "model",
    "at_least": 20,
}


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """Two games today, empty tables, and the three entries as they are shipped."""
    laid = LaidWorld(tmp_path)
    laid.season()
    declare(laid, FEATURES, {"has_line": "BOOL"}, expect=PER_GAME)
    declare(laid, SIGNALS, {"signal": "STRING"}, expect={**PER_GAME, "per": "day", "rows": 1})
    declare(laid, PICKS, {"model": "STRING", "recommendation": "STRING", "is_active": "BOOL"}, expect=PER_GAME)
    lines = {"table": FEATURES, "shares": {"with_line": [{"column": "has_line", "equals": True}]}}
    add_check(laid, LINES, "Share", lines, limits={"warn": "< 45", "fail": ["< 35", "empty"]})
    known = ["GREEN", "YELLOW", "RED"]
    signals = {
        "red": [{"column": "signal", "equals": "RED"}],
        "unknown": [{"column": "signal", "not_in": known}],
    }
    add_check(laid, SIGNAL, "Share", {"table": SIGNALS, "shares": signals}, limits={"warn": "> 0", "fail": ["empty"]})
    add_check(laid, BIAS, "Share", MODEL_BIAS, limits={"fail": ["> 95", "empty"]})
    return laid


def lines(world: LaidWorld, with_line: int, without: int) -> Result:
    """The result for so many rows with a line and so many without."""
    world.rows(FEATURES, DAY, with_line, has_line=True)
    world.rows(FEATURES, DAY, without, has_line=False)
    return next(iter(world.look(LINES, now=EVENING).values()))


def picks(world: LaidWorld, model: str, **counts: int) -> None:
    """Predictions of a model by what they recommend."""
    for recommendation, count in counts.items():
        world.rows(PICKS, DAY, count, model=model, recommendation=recommendation, is_active=True)


@pytest.mark.parametrize(
    ("with_line", "wanted"),
    [(80, Status.PASS), (45, Status.PASS), (44, Status.WARN), (35, Status.WARN), (34, Status.FAIL)],
)
def test_l48_line_coverage(world: LaidWorld, with_line: int, wanted: Status) -> None:
    """L-48, FA-13: below 45 % is WARN, below 35 % FAIL; 80 % is not asked for."""
    result = lines(world, with_line, 100 - with_line)
    assert result.status is wanted
    assert f"{with_line} of 100 rows have has_line = true" in result.message
    assert result.target_table == FEATURES


def test_fp5_no_row_where_rows_are_due(world: LaidWorld) -> None:
    """FP-5, FP-1: no row is a FAIL, neither a division by zero nor a PASS."""
    result = world.look(LINES, now=EVENING)[FEATURES]
    assert (result.status, result.actual_value) == (Status.FAIL, "empty")
    assert f"no row for {DAY}" in result.message


def test_l56_not_due_yet(world: LaidWorld) -> None:
    """L-56: half the rows of a table that is being filled are no finding."""
    world.rows(FEATURES, DAY, 9, has_line=False)
    result = world.look(LINES, now=et(DAY, "08:05"))[FEATURES]
    assert (result.status, result.message) == (Status.SKIP, "not due before 2026-02-03 12:00 EST")


def test_a_missing_column_is_unknown(world: LaidWorld) -> None:
    """A column that is not there leaves the share unknown: ERROR, not 0 %."""
    world.sql(f"ALTER TABLE {FEATURES} DROP has_line")
    result = world.look(LINES, now=EVENING)[FEATURES]
    assert (result.status, "no column has_line" in result.message) == (Status.ERROR, True)


@pytest.mark.parametrize(
    ("signal", "red", "unknown"),
    [
        ("GREEN", Status.PASS, Status.PASS),
        ("YELLOW", Status.PASS, Status.PASS),
        ("RED", Status.WARN, Status.PASS),
        ("MAUVE", Status.PASS, Status.WARN),
        (None, Status.PASS, Status.WARN),
    ],
)
def test_the_days_signal(world: LaidWorld, signal: str | None, red: Status, unknown: Status) -> None:
    """RED is a WARN, and so is a word that nobody declared, or none; never a PASS by silence."""
    world.rows(SIGNALS, DAY, signal=signal)
    results = world.look(SIGNAL, now=EVENING)
    assert [results[f"{SIGNALS} {name}"].status for name in ("red", "unknown")] == [red, unknown]


def test_what_to_type(world: LaidWorld) -> None:
    """Rows that are there are not mended by writing them again: the entry's command, else the query that shows them."""
    world.rows(SIGNALS, DAY, signal="RED")
    typed = world.look(SIGNAL, now=EVENING)[f"{SIGNALS} red"].remedy
    assert typed.startswith(
        "bq query --project_id=league-project --use_legacy_sql=false 'SELECT `game_date` AS day, COUNT(*) AS row_count, COUNTIF(`signal` = "
    )
    assert "DATE '\"'\"'2026-02-03'\"'\"'" in typed
    world.edit("checks.yaml", {"checks": {SIGNAL: {"remedy": "python -m signals --date $date"}}})
    assert world.look(SIGNAL, now=EVENING)[f"{SIGNALS} red"].remedy == "python -m signals --date 2026-02-03"


def test_a_day_without_a_signal(world: LaidWorld) -> None:
    """The day's row must exist: yesterday's doesn't stand in for it."""
    world.rows(SIGNALS, DAY - timedelta(days=1), signal="GREEN")
    assert world.look(SIGNAL, now=EVENING)[SIGNALS].status is Status.FAIL


@pytest.mark.parametrize(("over", "wanted"), [(0, Status.FAIL), (5, Status.PASS), (50, Status.PASS), (96, Status.FAIL)])
def test_l73_one_way(world: LaidWorld, over: int, wanted: Status) -> None:
    """L-73: more than 95 % one way, whichever way, is a FAIL of that model; 95 % is not."""
    picks(world, "a", OVER=over, UNDER=100 - over)
    results = world.look(BIAS, now=EVENING).values()
    assert max((result.status for result in results), key=lambda status: status.rank) is wanted


def test_l73_each_model_for_itself(world: LaidWorld) -> None:
    """FP-16: models are those that the rows name; a healthy one can't hide another, and what is no direction is not counted."""
    picks(world, "a", OVER=300, UNDER=300)
    picks(world, "b", UNDER=134, PASS=100)
    results = world.look(BIAS, now=EVENING)
    failed = [subject for subject, result in results.items() if result.status is Status.FAIL]
    assert failed == [f"{PICKS} b: under"]
    assert "134 of 134 rows with is_active = true and recommendation in (OVER, UNDER)" in results[failed[0]].message


def test_too_few_to_judge(world: LaidWorld) -> None:
    """FA-15: 19 predictions say nothing about a model: SKIP saying so."""
    picks(world, "a", UNDER=19)
    results = world.look(BIAS, now=EVENING).values()
    assert {result.status for result in results} == {Status.SKIP}
    assert all("19 rows, too few" in result.message for result in results)


def test_predictions_without_a_direction(world: LaidWorld) -> None:
    """All of them PASS or HOLD: nothing to judge where something is due is a FAIL that names the condition."""
    picks(world, "a", PASS=40)
    result = world.look(BIAS, now=EVENING)[PICKS]
    assert result.status is Status.FAIL
    assert "recommendation in (OVER, UNDER)" in result.message


def test_no_game_no_finding(world: LaidWorld) -> None:
    """On a day without games all three are SKIP."""
    world.sql("DELETE FROM raw.schedule WHERE game_date = ?", [DAY])
    world.games(DAY + timedelta(days=1), status=1)
    for check in (LINES, SIGNAL, BIAS):
        assert {result.status for result in world.look(check, now=EVENING).values()} == {Status.SKIP}


def test_parameters_are_shown_as_they_are_written(world: LaidWorld) -> None:
    """What the service lists, and the reference prints, can be put into the YAML again."""
    service = world.service()
    listed = {check["check"]: check["parameters"] for check in list_checks(service)}
    assert listed[BIAS] == MODEL_BIAS
    assert "    - column: recommendation\n      in: [OVER, UNDER]" in explain_check(service, BIAS)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"table": "predictions.pick"}, "declares no table"),
        ({"by": "modell"}, "declares no column 'modell'"),
        ({"shares": {"over": [{"column": "recommendation", "in": ["OVER"], "equals": "OVER"}]}}, "one of equals"),
        ({"share": {}}, "did you mean 'shares'?"),
    ],
)
def test_wrong_entries_are_refused(world: LaidWorld, change: dict[str, Any], wanted: str) -> None:
    """Every name in an entry must be known when it is loaded."""
    add_check(world, BIAS, "Share", {**MODEL_BIAS, **change}, limits={"fail": ["> 95", "empty"]})
    with pytest.raises(ConfigurationError) as caught:
        world.service()
    assert wanted in str(caught.value)
