"""Cloud Run: reads deployed services."""

import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any

from google.cloud.run_v2 import ServicesClient, TrafficTargetAllocationType
from google.cloud.run_v2.services.services.transports import ServicesGrpcTransport

from validator.gcp.attempts import Remaining, every_page
from validator.gcp.failures import asking
from validator.gcp.instants import plain_instant
from validator.world import DeployedService

SERVICE = "Cloud Run"
LABEL = "commit-sha"
VARIABLE = "BUILD_COMMIT"
"""Where the commit is read when there is no label."""
LATEST = TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST


class CloudRunServices:
    """Implements Services. Safe for threads.

    The commit is that of the service's latest deployment; whether that one serves, `serving` tells.
    """

    def __init__(self, project: str, remaining: Remaining, channel: Any = None) -> None:
        """`remaining` are the seconds left; Cloud Run is asked through the gRPC channel `channel` where one is given."""
        self._project = project
        self._remaining = remaining
        self._channel = channel
        self._lock = threading.Lock()
        self._client: Any = None

    def deployed(self, regions: Sequence[str]) -> Sequence[DeployedService]:
        """See Services. One listing a region."""
        found: list[DeployedService] = []
        for region in dict.fromkeys(regions):
            found.extend(self._of_region(region))
        return found

    def close(self) -> None:
        """Close the channel, if it is one of our own."""
        with self._lock:
            client, self._client = self._client, None
        if client and self._channel is None:
            client.transport.close()

    def _of_region(self, region: str) -> list[DeployedService]:
        client = self._connected()

        def fetch(token: str, seconds: float) -> Any:
            request = {"parent": f"projects/{self._project}/locations/{region}", "page_token": token}
            return client.list_services(request=request, retry=None, timeout=seconds)

        services: list[DeployedService] = []
        for page in every_page(SERVICE, self._remaining, fetch):
            with asking(SERVICE):
                services.extend(_deployed(service, region) for service in page.services)
        return services

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                with asking(SERVICE):
                    self._client = (
                        ServicesClient()
                        if self._channel is None
                        else ServicesClient(transport=ServicesGrpcTransport(channel=self._channel))
                    )
            return self._client


def _deployed(service: Any, region: str) -> DeployedService:
    return DeployedService(
        name=_short(service.name),
        region=region,
        commit=service.labels.get(LABEL) or _variable(service.template) or None,
        image_digest=_digest(service.template),
        latest_created=_short(service.latest_created_revision) or None,
        latest_ready=_short(service.latest_ready_revision) or None,
        serving=_serving(service),
        deployed_at=plain_instant(service.update_time) if service.update_time else None,
        uri=service.uri or None,
    )


def _variable(template: Any) -> str:
    values = (
        variable.value for container in template.containers for variable in container.env if variable.name == VARIABLE
    )
    return str(next(values, ""))


def _digest(template: Any) -> str | None:
    """The digest of the first container's image, where the image is named by it."""
    images = [container.image for container in template.containers]
    return images[0].partition("@")[2] or None if images else None


def _serving(service: Any) -> str | None:
    """The revision with most of the traffic, as it is, or as it was ordered where Cloud Run does not say yet.

    A service that orders nothing sends all of it to the latest ready revision.
    """
    latest = _short(service.latest_ready_revision)
    targets = service.traffic_statuses or service.traffic
    if not targets:
        return latest or None
    shares: Counter[str] = Counter()
    for target in targets:
        shares[latest if target.type_ == LATEST else _short(target.revision)] += target.percent
    revision, share = shares.most_common(1)[0]
    return revision if revision and share > 0 else None


def _short(name: str) -> str:
    return name.rpartition("/")[2]
