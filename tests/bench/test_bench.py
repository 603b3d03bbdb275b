"""The sides of the benchmarks do the same work; how long they take is not judged here."""

import pytest

from tests.bench.against_sql import limit, ours, refuse_different
from tests.bench.lake import Lake, make
from tests.bench.measuring import Row, interleaved, render, timed


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A dozen tables, among them one of every kind of trouble."""
    return make(tmp_path_factory.mktemp("lake"), tables=12, ledger_rows=4_800)


def test_the_hand_written_sql_and_our_run_agree(lake: Lake) -> None:
    """Rows per table and day, newest dates, streaks and what is missing are the same, and none of it is trivial."""
    answers = ours(lake)
    assert answers == limit(lake)
    assert answers["missing"] == [["raw_0.table_007", ""], ["raw_0.table_009", "minutes"]]
    assert answers["newest"]["raw_0.table_004"] == "2026-01-27"
    assert "raw_0.table_003 2026-01-29" not in answers["rows"]
    assert answers["rows"]["raw_0.table_003 2026-02-03"] == 20
    assert max(answers["streaks"].values()) > 10


def test_sides_that_disagree_are_not_compared(lake: Lake) -> None:
    """A benchmark whose sides answer differently ends with an error that names the difference."""
    answers = limit(lake)
    with pytest.raises(RuntimeError, match="streaks"):
        refuse_different({**answers, "streaks": {}}, answers)


def test_sides_take_turns() -> None:
    """Each side runs once unmeasured, then in turn, every other time in reverse."""
    order: list[str] = []
    assert all(
        seconds >= 0 for seconds in interleaved([timed(lambda: order.append("a")), timed(lambda: order.append("b"))], 2)
    )
    assert order == ["a", "b", "a", "b", "b", "a"]


def test_the_table_says_what_is_missed() -> None:
    """A ratio is printed beside what is asked of it."""
    held, missed = render(
        [Row(what="x", ours=2, beside=1, most=2.5), Row(what="y", ours=3, beside=1, most=2.5)]
    ).splitlines()[1:]
    assert held.endswith("2.00  <= 2.5  holds")
    assert missed.endswith("3.00  <= 2.5  MISSED")
