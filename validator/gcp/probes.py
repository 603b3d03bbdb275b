"""Cloud Run services asked how they are: an authorised GET of each one's `/health`, all at once."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import requests
from google.auth.transport.requests import Request as TokenRequest
from google.oauth2 import id_token

from validator.gcp.attempts import Remaining, seconds_left
from validator.gcp.failures import FAILURES, asking, service_error
from validator.world import DeployedService, Health

SERVICE = "Cloud Run"
PATIENCE = 20.0
"""Seconds that a service has to start and answer."""
AT_ONCE = 8


class CloudRunProbes:
    """Implements Probes. Safe for threads."""

    def __init__(self, remaining: Remaining, token: Callable[[str], str] | None = None) -> None:
        """`remaining` are the seconds left; `token` gives the identity token for an address."""
        self._remaining = remaining
        self._token = token or _identity

    def health(self, services: Sequence[DeployedService]) -> Mapping[str, Health]:
        """See Probes."""
        if not services:
            return {}
        seconds = min(PATIENCE, seconds_left(SERVICE, self._remaining))
        with ThreadPoolExecutor(min(AT_ONCE, len(services))) as pool:
            answers = pool.map(lambda service: self._ask(service, seconds), services)
            return {service.name: answer for service, answer in zip(services, answers, strict=True)}

    def _ask(self, service: DeployedService, seconds: float) -> Health:
        if not service.uri:
            return Health(status=None, reason="it has no address")
        with asking(SERVICE):
            token = self._token(service.uri)
        try:
            response = requests.get(
                f"{service.uri.rstrip('/')}/health",
                headers={"Authorization": f"Bearer {token}"},
                timeout=seconds,
                allow_redirects=False,
            )
        except FAILURES as error:
            return Health(status=None, reason=service_error(SERVICE, error).reason)
        return Health(status=response.status_code)


def _identity(audience: str) -> str:
    """The identity token of the account this runs as."""
    return str(id_token.fetch_id_token(TokenRequest(), audience))
