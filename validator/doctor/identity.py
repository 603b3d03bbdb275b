"""As whom the outside services are asked: Google credentials that give a token, or the world's file that opens."""

from collections.abc import Iterator

from validator.doctor.line import Line, ok, warn
from validator.doctor.mending import DEPLOY
from validator.doctor.place import Place
from validator.doctor.probe import Probe


def _look(place: Place) -> Iterator[Line]:
    identity = place.identity
    if place.local:
        yield ok("the local world opens; no Google service is asked")
        return
    account = identity.account or "a person's account"
    if identity.account and place.settings.on_google_cloud and identity.account != place.runner_account:
        yield warn(f"running as {account}, pipeline.yaml declares {place.runner_account}", DEPLOY)
        return
    yield ok(f"{account} gets tokens; asked is project {place.project}")


IDENTITY = Probe(name="access", look=_look)
