"""Limits: when a measured value is WARN and when FAIL. Parsed once at load, applied in one place."""

import math
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from validator.status import Status

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_BOUND = re.compile(r"(<=|>=|==|!=|<|>)\s*(-?[0-9]+(?:\.[0-9]+)?)")
_STATE = re.compile(r"[a-z][a-z0-9_]*")


class Unjudgeable(Exception):
    """A value that no limit and no fine state covers: it must not pass by default."""


@dataclass(frozen=True)
class Bound:
    """A comparison with a number, such as `> 5`; broken by the values for which it holds."""

    sign: str
    number: float

    def broken_by(self, value: float) -> bool:
        """Whether the value lies where this bound says it must not."""
        return _COMPARE[self.sign](value, self.number)

    def __str__(self) -> str:
        return f"{self.sign} {self.number:g}"


Limit = Bound | str


def parse_limit(text: str | Iterable[str] | None) -> tuple[Limit, ...]:
    """`"> 5"`, or a list of comparisons and states. Raises ValueError with a sentence."""
    parts = [text] if isinstance(text, str) else list(text or ())
    return tuple(_parse(part.strip()) for part in parts)


def _parse(text: str) -> Limit:
    if found := _BOUND.fullmatch(text):
        return Bound(found[1], float(found[2]))
    if _STATE.fullmatch(text):
        return text
    raise ValueError(f"{text!r} is neither a comparison such as '> 5' nor a state")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of a check: FAIL first, then WARN; states in `fine` pass."""

    warn: tuple[Limit, ...] = ()
    fail: tuple[Limit, ...] = ()
    fine: tuple[str, ...] = ()

    def judge(self, value: float | str) -> tuple[Status, float | None]:
        """The status of a value and the number to show as its threshold: the limit broken, else the nearest; None for states.

        Raises Unjudgeable for a state nobody declared, and for a value that is not a number.
        """
        for status, limits in ((Status.FAIL, self.fail), (Status.WARN, self.warn)):
            for limit in limits:
                if _breaks(limit, value):
                    return status, limit.number if isinstance(limit, Bound) else None
        if isinstance(value, str):
            if value not in self.fine:
                raise Unjudgeable(f"the state {value!r} has no limit")
            return Status.PASS, None
        if math.isnan(value):
            raise Unjudgeable("the value is not a number")
        bounds = [limit.number for limit in (*self.warn, *self.fail) if isinstance(limit, Bound)]
        if not bounds:
            raise Unjudgeable("the check has no limit for a number")
        return Status.PASS, min(bounds, key=lambda number: abs(number - value))

    def states(self) -> set[str]:
        """Every state the limits speak of."""
        return {limit for limit in (*self.warn, *self.fail) if isinstance(limit, str)} | set(self.fine)

    def wanted(self, value: float | str) -> str:
        """What would have been right, as a short phrase for `expected_value`."""
        if isinstance(value, str):
            return " or ".join(self.fine)
        opposite = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
        bounds = [limit for limit in (*self.warn, *self.fail) if isinstance(limit, Bound)]
        return f"{opposite[bounds[0].sign]} {bounds[0].number:g}" if bounds else ""


def _breaks(limit: Limit, value: float | str) -> bool:
    if isinstance(limit, Bound):
        return not isinstance(value, str) and limit.broken_by(value)
    return limit == value
