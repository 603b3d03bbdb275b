"""One thing that has to be there: how to look for it, what it should be, how to make it and how to change it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from validator.deploy.words import Command


@dataclass(frozen=True, kw_only=True)
class Step:
    """A thing to be had on Google Cloud.

    `probe` shows it as JSON (with `many`, a list that is empty where there is none); without a probe, `create` looks for itself.
    What is there is as it should be where it covers `wanted`; where it does not, `change` makes it so. Without `change`, being
    there is enough. `by_hand`: only a person can do it, and `create` is what they type. `theirs`: it hangs on something of the
    pipeline's own, and is left out while that is not there.
    """

    part: str
    title: str
    why: str = ""
    probe: Command | None = None
    many: bool = False
    wanted: Any = None
    create: Command
    change: Command | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    by_hand: bool = False
    theirs: bool = False


def covers(found: Any, wanted: Any) -> bool:
    """Whether everything that is wanted is found: each key, each element; None stands for what must not be there."""
    if wanted is None:
        return found is None
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(covers(found.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and all(any(covers(one, value) for one in found) for value in wanted)
    return bool(found == wanted)
