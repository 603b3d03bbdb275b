"""One thing that has to be there: how to look for it, what it should be, how to make it and how to change it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from validator.deploy.words import Command

MOST = 80
"""How many letters of a value are shown."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A thing to be had on Google Cloud.

    `probe` shows it as JSON (with `many`, a list that is empty where there is none); without a probe, `create` looks for itself.
    What is there is as it should be where nothing of it is unlike `wanted`; where something is, `change` makes it so. Without `change`,
    being there is enough, or `otherwise` says what a person does. `by_hand`: only a person can do it, and `create` is what they type.
    `theirs`: it hangs on something of the pipeline's own, and is left out while that is not there. `unwanted`: it must not be there, and
    `create` takes it away.
    """

    part: str
    title: str
    why: str = ""
    probe: Command | None = None
    many: bool = False
    wanted: Any = None
    create: Command
    change: Command | None = None
    otherwise: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    by_hand: bool = False
    theirs: bool = False
    unwanted: bool = False


@dataclass(frozen=True)
class Not:
    """Anything else is wanted; nothing at all will do too."""

    value: Any


@dataclass(frozen=True)
class Exactly:
    """These keys and values, and no other keys but `besides`, which are nobody's choice."""

    values: Mapping[str, Any]
    besides: tuple[str, ...] = ()


def unlike(found: Any, wanted: Any, at: str = "") -> Iterator[str]:
    """What differs from what is wanted, a few words each: each key, each element; None stands for what must not be there."""
    match wanted:
        case Not(value=value):
            if not any(unlike(found, value)):
                yield f"{at} is {_short(found)}"
        case Exactly(values=values, besides=besides):
            yield from unlike(found, dict(values), at)
            others = set(found) - {*values, *besides} if isinstance(found, Mapping) else ()
            yield from (f"{at} has {key} too" for key in sorted(others))
        case Mapping():
            have = found if isinstance(found, Mapping) else {}
            for key, value in wanted.items():
                yield from unlike(have.get(key), value, f"{at}.{key}" if at else str(key))
        case list():
            yield from _lacking(found if isinstance(found, list) else [], wanted, at)
        case _:
            if found != wanted:
                yield f"{at} is {_short(found)}, not {_short(wanted)}"


def _lacking(found: list[Any], wanted: list[Any], at: str) -> Iterator[str]:
    """What a list lacks; of one thing that should be another, how it differs."""
    if len(found) == len(wanted) == 1:
        yield from unlike(found[0], wanted[0], at)
        return
    for value in wanted:
        if all(any(unlike(one, value)) for one in found):
            yield f"{at} has no {_short(value)}".strip()


def _short(value: Any) -> str:
    text = ", ".join(_leaves(value)) or "not set"
    return text if len(text) <= MOST else f"{text[:MOST]}…"


def _leaves(value: Any) -> Iterator[str]:
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else None
    if inside is not None:
        for one in inside:
            yield from _leaves(one)
    elif value is not None:
        yield str(value)
