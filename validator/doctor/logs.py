"""Cloud Logging: what this service itself logged in the last hour."""

from collections.abc import Iterator
from datetime import timedelta

from validator.doctor.line import Line, ok
from validator.doctor.place import Place
from validator.doctor.probe import Access, Probe
from validator.tell.plain import amount


def _look(place: Place) -> Iterator[Line]:
    name = place.ssot.pipeline.runner.function
    heard = place.backend.logs.of_service(name, place.now - timedelta(hours=1), place.now)
    yield ok(f"read; {amount(heard.errors, 'error')} of {name} itself in the last hour")


LOGS = Probe(
    name="Cloud Logging",
    look=_look,
    access=Access(api="logging.googleapis.com", role="roles/logging.viewer"),
    classes=("LogRate",),
)
