"""Every outside service, broken in each of the ways of `Fault`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.gcp.faulty import DELAY, faulty_grpc, faulty_http
from tests.parts.children import refusing_host
from tests.parts.google_fakes import Fault
from tests.parts.http_fakes import GARBAGE, MALFORMED, SendGridFake, SlackFake, refuse, slow
from tests.parts.http_server import HttpFake

FAULTS = {
    Fault.REFUSED: "it could not be reached",
    Fault.SLOW: "no answer in time",
    Fault.DENIED: "permission denied",
    Fault.MALFORMED: "its answer could not be understood",
}
"""What a reader is told of each."""
OWN_WORDS = {
    ("SendGrid", Fault.DENIED): "the API key was refused (status 403)",
    ("Slack", Fault.DENIED): "the webhook was refused (status 403)",
}
_GRPC = ("Firestore", "Pub/Sub", "Cloud Monitoring", "Cloud Run")
_FAKES: Mapping[str, type[HttpFake]] = {"SendGrid": SendGridFake, "Slack": SlackFake, "/health": HttpFake}
_BY_STATUS = ("SendGrid", "/health")
"""Who says yes by the status alone, so that only what is not HTTP is malformed."""


def reason(service: str, fault: Fault) -> str:
    """What a reader is told when the service fails in that way."""
    return OWN_WORDS.get((service, fault), FAULTS[fault])


@contextmanager
def broken(service: str, fault: Fault) -> Iterator[str]:
    """The place of a service that goes wrong in one way."""
    if service not in _FAKES:
        wire = faulty_grpc if service in _GRPC else faulty_http
        with wire(fault) as place:
            yield place
    elif fault is Fault.REFUSED:
        with refusing_host() as host:
            yield f"http://{host}"
    else:
        nonsense = GARBAGE if service in _BY_STATUS else MALFORMED
        behaviours = {Fault.SLOW: slow(DELAY), Fault.DENIED: refuse(403), Fault.MALFORMED: nonsense}
        with _FAKES[service](behaviours[fault]) as fake:
            yield fake.url
