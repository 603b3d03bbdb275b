"""The source of the pipeline: a local checkout, or GitHub."""

from collections.abc import Iterator

from validator.doctor.line import Line, fail, ok, skip, warn
from validator.doctor.mending import set_variable
from validator.doctor.place import Place
from validator.doctor.probe import Probe
from validator.errors import ServiceError


def _look(place: Place) -> Iterator[Line]:
    """The newest commit of a declared path."""
    paths = [path for service in place.ssot.services for path in service.paths]
    if not paths:
        yield skip("no declared service names a path that it is built from")
        return
    token = place.settings.github_token
    try:
        (newest, *_) = place.backend.commits.log(paths[0])
    except ServiceError as error:
        if place.local or place.settings.checkout or error.transient:
            raise
        yield fail(f"{error.service}: {error.reason}", set_variable(place, "GITHUB_TOKEN", "TOKEN"))
        return
    found = f"newest commit of {paths[0]}: {place.world.pipeline.local(newest.committed_at)}"
    if place.local or place.settings.checkout or token:
        yield ok(found)
    else:
        few = "without a token GitHub answers 60 questions an hour"
        yield warn(f"{found}; {few}", set_variable(place, "GITHUB_TOKEN", "TOKEN"))


SOURCE = Probe(name="source", look=_look, classes=("DeploymentDrift",))
