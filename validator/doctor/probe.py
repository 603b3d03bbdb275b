"""A probe: one thing that this service needs, and how a refusal of it is mended."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from validator.doctor.line import Line
from validator.doctor.place import Place


@dataclass(frozen=True, kw_only=True)
class Access:
    """What asking a Google API takes: its name, and the role that allows what is asked. `absent` mends a `not found` of the whole service."""

    api: str
    role: str
    absent: str = ""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One thing. `look` yields its lines, or raises ServiceError where it could not be asked.

    `classes` are the check classes that need it: where none of them is declared, it is not looked at. `by_itself`: it needs neither Google's
    credentials nor the local world, and is asked also without.
    """

    name: str
    look: Callable[[Place], Iterable[Line]]
    access: Access | None = None
    classes: tuple[str, ...] = ()
    by_itself: bool = False
