"""Cloud Run: the services that are deployed, and whether this account may call them."""

import shlex
from collections.abc import Iterator, Mapping, Sequence

from validator.config.jobs import service_region
from validator.doctor.line import Line, fail, ok, skip, warn
from validator.doctor.mending import AGAIN, member
from validator.doctor.place import Place
from validator.doctor.probe import Access, Probe
from validator.errors import ServiceError
from validator.tell.plain import amount
from validator.world import DeployedService, Health

API = "run.googleapis.com"
MOST = 8
"""How many services are called: each may have to start first."""
_REFUSALS = (401, 403)


def _services(place: Place) -> Iterator[Line]:
    if not place.ssot.services:
        yield skip("the source of truth declares no service")
        return
    yield ok(f"{amount(len(_deployed(place)), 'service')} listed")


def _invoker(place: Place) -> Iterator[Line]:
    """`/health` of the most important ones. How they are is `service_health`'s to say; here it counts whether we are let through."""
    if not place.local and not place.identity.account:
        yield skip("a person's credentials give no identity token: only the deployed service's own account can call")
        return
    try:
        called = _called(place)
    except ServiceError:
        yield skip("which services are deployed is not known")
        return
    if called:
        yield from _judged(place, called, place.backend.probes.health(called))
    else:
        yield skip("no declared service is deployed")


def _called(place: Place) -> list[DeployedService]:
    """The declared services that are deployed, the most important first."""
    live = {service.name: service for service in _deployed(place)} if place.ssot.services else {}
    declared = sorted(place.ssot.services, key=lambda spec: spec.priority)
    return [live[spec.name] for spec in declared if spec.name in live][:MOST]


def _judged(place: Place, called: Sequence[DeployedService], answers: Mapping[str, Health]) -> Iterator[Line]:
    shut = [service for service in called if answers[service.name].status in _REFUSALS]
    silent = [service.name for service in called if answers[service.name].status is None]
    for service in shut:
        yield fail(_shut(answers[service.name]), _open(place, service), service.name)
    if len(silent) == len(called):
        unknown = "whether they let this account through is not known"
        yield warn(f"none of {len(called)} services called answered: {unknown}", AGAIN)
    elif through := len(called) - len(shut) - len(silent):
        unheard = f"; no answer from {', '.join(silent)}" if silent else ""
        yield ok(f"{through} of {len(called)} services called let this account through{unheard}")


def _shut(health: Health) -> str:
    return f"it does not let this account through (status {health.status})"


def _open(place: Place, service: DeployedService) -> str:
    words = ["gcloud", "run", "services", "add-iam-policy-binding", service.name, f"--region={service.region}"]
    return f"{shlex.join([*words, f'--project={place.project}'])} --member={member(place)} --role=roles/run.invoker --condition=None"


def _deployed(place: Place) -> list[DeployedService]:
    regions = sorted({service_region(place.ssot, service) for service in place.ssot.services})
    return list(place.world.shared.once(("deployed",), lambda: place.backend.services.deployed(regions)))


SERVICES = Probe(
    name="Cloud Run",
    look=_services,
    access=Access(api=API, role="roles/run.viewer"),
    classes=("DeploymentDrift", "ServiceHealth", "ConfigSync"),
)
INVOKER = Probe(
    name="Cloud Run calls",
    look=_invoker,
    access=Access(api=API, role="roles/run.viewer"),
    classes=("ServiceHealth",),
)
