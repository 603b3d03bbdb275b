"""Limits: parsed once, applied in one place, never passing what they do not cover."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.limits import Bound, Limits, Unjudgeable, parse_limit
from validator.status import Status

UP = Limits(warn=parse_limit("> 5"), fail=parse_limit("> 10"))
DOWN = Limits(warn=parse_limit("< 80"), fail=parse_limit("< 50"))


@given(st.floats(allow_nan=False))
def test_worse_values_are_never_judged_better(value: float) -> None:
    """The further a value goes the wrong way, the worse its status, for both directions."""
    order = [Status.PASS, Status.WARN, Status.FAIL]
    assert order.index(UP.judge(value)[0]) <= order.index(UP.judge(value + 1)[0])
    assert order.index(DOWN.judge(value)[0]) <= order.index(DOWN.judge(value - 1)[0])


@pytest.mark.parametrize(
    ("value", "status", "threshold"),
    [(5, Status.PASS, 5), (5.1, Status.WARN, 5), (10, Status.WARN, 5), (11, Status.FAIL, 10), (0, Status.PASS, 5)],
)
def test_threshold_is_the_limit_broken_or_the_nearest(value: float, status: Status, threshold: float) -> None:
    """The row's threshold is the limit that was broken, else the nearest."""
    assert UP.judge(value) == (status, threshold)


def test_fp11_fail_is_asked_before_warn() -> None:
    """FP-11: a FAIL limit behind a WARN limit is reachable."""
    assert DOWN.judge(40)[0] is Status.FAIL


def test_states_and_comparisons_mix() -> None:
    """A list may hold both; a state has no threshold."""
    limits = Limits(warn=parse_limit(["> 4"]), fail=parse_limit(["> 24", "not_serving"]), fine=("current",))
    assert limits.judge("not_serving") == (Status.FAIL, None)
    assert limits.judge("current") == (Status.PASS, None)
    assert limits.judge(5) == (Status.WARN, 4)


@pytest.mark.parametrize("value", ["surprise", math.nan])
def test_what_no_limit_covers_is_not_judged(value: float | str) -> None:
    """An unknown state, or not-a-number, is no PASS."""
    with pytest.raises(Unjudgeable):
        UP.judge(value)


def test_a_number_without_limits_is_not_judged() -> None:
    """No limit at all is no PASS either."""
    with pytest.raises(Unjudgeable):
        Limits(fine=("a",)).judge(3)


@pytest.mark.parametrize("text", ["", "5", "=> 5", "> five", "> 5; DROP", "Bad State"])
def test_broken_limits_are_refused(text: str) -> None:
    """What is neither a comparison nor a state says so."""
    with pytest.raises(ValueError, match="neither a comparison"):
        parse_limit(text)


def test_bounds_show_as_written() -> None:
    """`>= 2.5` shows as it reads."""
    assert str(Bound(">=", 2.5)) == ">= 2.5"
