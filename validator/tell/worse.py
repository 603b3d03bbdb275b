"""What makes a finding that stands worse than it was: by its status and severity, its value, its days."""

from typing import Any

from validator.results import Result

FACTOR, LEAST = 2, 10
"""What makes a finding that stands much worse: so many times as far beyond its limit, and by at least so much."""
MORE_DAYS = 3
"""And what is judged day by day: so many times as many days broken, and at least so many more."""


def rank(result: Result) -> tuple[int, int]:
    """How bad a finding is; the worst is the greatest."""
    return result.status.rank, result.severity.rank


def is_much_worse(result: Result, before: Result) -> bool:
    """Whether what was measured is twice as far beyond its limit as it was, and by ten or more: 140 messages that became 600, 45 % that
    became 9 %. Of what is judged day by day: whether a day that was fine has broken since, one that was broken is that much worse, or twice
    as many days are broken, and three more.
    """
    if "days" not in result.evidence or "days" not in before.evidence:
        return _is_further(_beyond(result, result.evidence.get("value")), _beyond(before, before.evidence.get("value")))
    broken, known = broken_days(result), broken_days(before)
    if (broken - known) & set(before.evidence["days"]):
        return True
    if sunk_days(result, before):
        return True
    return len(broken) >= FACTOR * len(known) and len(broken) - len(known) >= MORE_DAYS


def sunk_days(result: Result, before: Result) -> set[str]:
    """The days that were broken before, and are that much worse now."""
    now, then = result.evidence.get("days") or {}, before.evidence.get("days") or {}
    return {
        day
        for day in broken_days(result) & broken_days(before)
        if _is_further(_beyond(result, now[day]), _beyond(before, then[day]))
    }


def _is_further(now: float | None, then: float | None) -> bool:
    return now is not None and then is not None and now >= FACTOR * then and now - then >= LEAST


def _beyond(result: Result, value: Any) -> float | None:
    """How far a value of the result is beyond the limit that was broken; None where no number was judged."""
    limit = result.threshold
    if limit is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(abs(value - limit))


def broken_days(result: Result) -> set[str]:
    """The days that broke a limit; none where nothing was judged day by day."""
    ranges = result.evidence.get("ranges") or ()
    return {day for day in result.evidence.get("days") or () if any(first <= day <= last for first, last in ranges)}
