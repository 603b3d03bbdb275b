"""Asking every probe: each in a thread and a guard of its own, so that one broken service never hides the rest."""

import contextvars
import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from validator.compose import Service
from validator.doctor.identity import IDENTITY
from validator.doctor.line import Line, Report, Verdict, fail, skip
from validator.doctor.mending import AGAIN, CHECK, mended
from validator.doctor.place import Place
from validator.doctor.probe import Probe
from validator.doctor.probes import PROBES
from validator.errors import ConfigurationError, ServiceError
from validator.execution import limit_calls
from validator.settings import revision
from validator.version import __version__

log = logging.getLogger("validator.doctor")

NOT_CONFIGURED = "it is not configured; the log names every problem"
SECONDS = 20.0
"""What a probe may take. They are asked at the same time, after the first, which says whether there is anybody to ask."""


@dataclass
class _Asking:
    """A probe under way, and what it has said so far. Only its own thread appends."""

    probe: Probe
    lines: list[Line] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


def examine(svc: Service, now: datetime, seconds: float = SECONDS) -> Report:
    """Look at everything this service needs. Changes nothing, sends nothing, and never raises for what is broken outside."""
    with svc.examination() as backend:
        place = Place(settings=svc.settings, ssot=svc.ssot, checks=svc.checks, backend=backend, now=now)
        lines = examined(place, PROBES, seconds)
    return Report(lines=lines, about={"version": __version__, "revision": revision()})


def unconfigured(error: ConfigurationError) -> Report:
    """What there is to say where `schemas/` can't be loaded: nothing else can be looked at."""
    line = replace(fail("; ".join(error.problems), CHECK), probe="configuration", outside=NOT_CONFIGURED)
    return Report(lines=[line], about={"version": __version__, "revision": revision()})


def examined(place: Place, probes: Sequence[Probe], seconds: float = SECONDS) -> list[Line]:
    """The lines of the identity's probe, then of the others, in their order."""
    first = _ask_all([IDENTITY], place, seconds)[IDENTITY.name]
    broken = any(line.verdict is Verdict.FAIL for line in first)
    said = _ask_all([probe for probe in probes if probe.by_itself or not broken], place, seconds)
    waiting = skip(f"not asked: mend {IDENTITY.name} first")
    others = (said.get(probe.name, [replace(waiting, probe=probe.name)]) for probe in probes)
    return [*first, *(line for lines in others for line in lines)]


def _ask_all(probes: Sequence[Probe], place: Place, seconds: float) -> Mapping[str, list[Line]]:
    """The lines of each probe by its name. Threads are daemons: a call that overstays never holds the process."""
    end = time.monotonic() + seconds
    asking = [_Asking(probe) for probe in probes]
    for one in asking:
        work = contextvars.copy_context().run
        threading.Thread(target=work, args=(_ask, one, place, seconds), name="probe", daemon=True).start()
    said = {}
    for one in asking:
        late = not one.ended.wait(max(0.0, end - time.monotonic()))
        lines = [*one.lines, *([fail(f"no answer within {seconds:.0f} s", AGAIN)] if late else [])]
        said[one.probe.name] = [replace(line, probe=one.probe.name) for line in lines]
    return said


def _ask(one: _Asking, place: Place, seconds: float) -> None:
    """The one place that catches what a probe raises: what is expected is shown, what is not is logged and masked."""
    limit_calls(seconds)
    try:
        for line in _looked(one.probe, place):
            one.lines.append(line)
    except ConfigurationError as error:
        line = fail("; ".join(error.problems), mended(place, one.probe.access, error))
        one.lines.append(replace(line, outside=NOT_CONFIGURED))
    except ServiceError as error:
        one.lines.append(fail(error.reason, mended(place, one.probe.access, error)))
    except Exception as error:
        log.exception("the probe %s broke", one.probe.name)
        one.lines.append(fail(f"unexpected {type(error).__name__}; the log has the details", AGAIN))
    finally:
        one.ended.set()


def _looked(probe: Probe, place: Place) -> Iterable[Line]:
    if probe.classes and not place.asked_by(*probe.classes):
        return [skip("no declared check asks it")]
    return probe.look(place)
