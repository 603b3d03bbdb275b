"""Deployed services and how they are, from `cloud_run.services`."""

from collections.abc import Callable, Mapping, Sequence

from validator.local.database import LocalDatabase, ask
from validator.local.values import utc
from validator.world import DeployedService, Health

SERVICE = "Cloud Run"


class LocalServices:
    """Implements Services."""

    def __init__(self, database: LocalDatabase, remaining: Callable[[], float]) -> None:
        self._database = database
        self._remaining = remaining

    def deployed(self, regions: Sequence[str]) -> Sequence[DeployedService]:
        """See Services."""
        rows = ask(
            self._database,
            self._remaining,
            SERVICE,
            "SELECT service, region, commit_sha, image_digest, latest_created_revision, latest_ready_revision, serving_revision, deployed_at "
            "FROM cloud_run.services WHERE list_contains(CAST($regions AS VARCHAR[]), region) ORDER BY service, region",
            {"regions": list(regions)},
        )
        return [
            DeployedService(
                name=row["service"],
                region=row["region"],
                commit=row["commit_sha"] or None,
                image_digest=row["image_digest"] or None,
                latest_created=row["latest_created_revision"] or None,
                latest_ready=row["latest_ready_revision"] or None,
                serving=row["serving_revision"] or None,
                deployed_at=utc(row["deployed_at"]),
            )
            for row in rows
        ]


class LocalProbes:
    """Implements Probes: `health_status` is what the service would answer, NULL for no answer."""

    def __init__(self, database: LocalDatabase, remaining: Callable[[], float]) -> None:
        self._database = database
        self._remaining = remaining

    def health(self, services: Sequence[DeployedService]) -> Mapping[str, Health]:
        """See Probes."""
        rows = ask(
            self._database, self._remaining, SERVICE, "SELECT service, region, health_status FROM cloud_run.services"
        )
        status = {(row["service"], row["region"]): row["health_status"] for row in rows}
        answers = {service.name: status.get((service.name, service.region)) for service in services}
        return {
            name: Health(status=answer, reason="" if answer is not None else "it did not answer")
            for name, answer in answers.items()
        }
