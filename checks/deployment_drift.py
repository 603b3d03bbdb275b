"""Deployment drift."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.evidence.drift import PRIORITY, Drift, drift_of, live_services
from validator.look import World
from validator.ssot.models.infrastructure import ServiceSpec


@dataclass(frozen=True, kw_only=True)
class DeploymentDrift(Check):
    """For how many hours has code been waiting to be deployed, per service, and does the newest revision serve?"""

    unit = "hours"
    warn = "> 4"
    fail = ("> 24", "not_serving", "not_deployed")
    query_jobs = 0
    judges_now = True
    remedy = "gcloud run services describe $service --region $region --project $project"

    def measure(self, world: World) -> Iterator[Finding]:
        live = live_services(world)
        for service in world.ssot.services:
            if not service.paths:
                yield NotDue(subject=service.name, reason="the source of truth declares no source paths for it")
                continue
            drift = drift_of(world, service, live.get(service.name))
            if drift.unknown:
                yield Unknown(subject=service.name, reason=drift.unknown)
            else:
                yield self._measurement(world, service, drift)

    def _measurement(self, world: World, service: ServiceSpec, drift: Drift) -> Measurement:
        return Measurement(
            subject=service.name,
            value=drift.state or drift.hours,
            note=drift.note,
            severity=PRIORITY[service.priority],
            expected=drift.wanted,
            actual=drift.deployed,
            affected=len(drift.commits) or None,
            remedy=service.deploy if drift.commits else "",
            fill={"service": service.name, "region": service.region or world.ssot.pipeline.location},
            facts={"undeployed": list(drift.commits)},
        )
