"""What only Cloud Run's services have: they want an identity, and may send elsewhere."""

import pytest
from google.auth import exceptions as auth

from tests.parts.http_server import Answer, HttpFake, Request, refuse
from validator.errors import ServiceError
from validator.gcp.probes import CloudRunProbes
from validator.reasons import NO_CREDENTIALS
from validator.world import DeployedService


class Guarded(HttpFake):
    """A service that answers `/health` to whoever shows the right token."""

    def answer(self, request: Request) -> Answer:
        wanted = f"Bearer for {self.url}"
        right = request.path == "/health" and request.headers.get("authorization") == wanted
        return Answer(status=200 if right else 403)


def service(uri: str | None) -> DeployedService:
    """A service at that address."""
    return DeployedService(name="api", region="us-west2", uri=uri)


def test_it_shows_who_it_is() -> None:
    """L-69: the identity token is made for the service's own address."""
    with Guarded() as fake:
        found = CloudRunProbes(lambda: 20.0, token=lambda audience: f"for {audience}").health([service(fake.url)])
    assert found["api"].status == 200


def test_it_follows_nobody() -> None:
    """A service that sends elsewhere is not well, and its token goes nowhere else."""
    with Guarded() as other, HttpFake(refuse(302, headers={"Location": other.url})) as fake:
        found = CloudRunProbes(lambda: 20.0, token=str).health([service(fake.url)])
    assert (found["api"].status, other.requests) == (302, [])


def test_a_service_without_an_address_does_not_answer() -> None:
    """Nobody is asked."""
    found = CloudRunProbes(lambda: 20.0, token=str).health([service(None)])
    assert (found["api"].status, found["api"].reason) == (None, "it has no address")


def test_without_an_identity_nothing_is_known() -> None:
    """Missing credentials are the asker's trouble, not the service's."""

    def none(_: str) -> str:
        raise auth.DefaultCredentialsError("none")

    with pytest.raises(ServiceError) as caught:
        CloudRunProbes(lambda: 20.0, token=none).health([service("http://127.0.0.1:9")])
    assert caught.value.reason == NO_CREDENTIALS
