"""The mutant whose pipeline lives in UTC."""

import sys
from collections.abc import Iterator
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import validator.clock
from tests.mutants.mutant import Mutant, Note, Noted, tests_of
from validator.check import Check
from validator.pipeline.model import Pipeline
from validator.pipeline.moment import Moment

DECIDING = ("today", "due", "zone")
MATTERS = "matters"
"""A test at a time at which it is another day in UTC, or a deadline has passed in the one zone and not in the other."""
READERS = ("checks.", "validator.evidence", "validator.pipeline")


class Utc:
    """The pipeline's zone is UTC: its days begin at another time, and so its deadlines pass."""

    name = "utc"

    def watch(self, kind: type[Check], note: Note) -> None:
        """Note what of the zone is used; what `due` and `local` use of it themselves is no use of its own."""
        held: Any = Pipeline
        for name in ("zone", "today"):
            setattr(held, name, _watched(name, note))
        for name in ("due", "local"):
            setattr(held, name, _called(name, getattr(held, name), note))
        for module in _readers():
            if module.__name__ != Moment.__module__:
                module.zone = _named(note)

    def mutants(self, kind: type[Check], noted: Noted) -> Iterator[Mutant]:
        """One, where the zone can decide something."""
        if any(use in noted for use in DECIDING):
            yield Mutant(
                mutation=self.name,
                what=f"the zone is UTC, used for {', '.join(use for use in (*DECIDING, 'local') if use in noted)}",
                tests=tests_of(noted, *DECIDING, "local"),
                likely=tests_of(noted, MATTERS),
                apply=_live_in_utc,
            )

    def why_none(self, kind: type[Check], noted: Noted) -> str:
        """It has no zone, or only shows it."""
        return "the zone only names instants in text" if "local" in noted else "it uses no zone"


def _readers() -> list[Any]:
    """The modules of checks and evidence that take a zone by its name."""
    modules = [module for name, module in list(sys.modules.items()) if name.startswith(READERS)]
    return [module for module in modules if getattr(module, "zone", None) is validator.clock.zone]


def _watched(name: str, note: Note) -> property:
    def read(pipeline: Any) -> Any:
        caller = sys._getframe(1)
        if (
            caller.f_code.co_name not in ("due", "local", "__init__")
            and caller.f_globals["__name__"] != "validator.look"
        ):
            note(name)
            if name == "today" and validator.clock.day_of(pipeline.now, ZoneInfo("UTC")) != pipeline.__dict__[name]:
                note(MATTERS)
        return pipeline.__dict__[name]

    def write(pipeline: Any, value: Any) -> None:
        pipeline.__dict__[name] = value

    return property(read, write)


def _called(name: str, method: Any, note: Note) -> Any:
    def called(pipeline: Pipeline, *args: Any) -> Any:
        note(name)
        answer = method(pipeline, *args)
        if name == "due":
            broken = answer.astimezone(pipeline.__dict__["zone"]).replace(tzinfo=UTC)
            if (answer <= pipeline.now) != (broken <= pipeline.now):
                note(MATTERS)
        return answer

    return called


def _named(note: Note) -> Any:
    def zone(name: str) -> ZoneInfo:
        note("zone")
        return validator.clock.zone(name)

    return zone


def _live_in_utc() -> None:
    for module in _readers():
        module.zone = lambda name: ZoneInfo("UTC")
