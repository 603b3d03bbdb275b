"""Health of services."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.evidence.drift import PRIORITY, live_services
from validator.look import World
from validator.ssot.models.infrastructure import ServiceSpec
from validator.world import Health

REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


@dataclass(frozen=True, kw_only=True)
class ServiceHealth(Check):
    """Does every declared service answer its `/health`?"""

    fail = ("unhealthy", "no_answer", "not_deployed")
    fine = ("healthy",)
    query_jobs = 0
    judges_now = True
    remedy = "gcloud run services logs read $service --region $region --project $project --limit 20"

    def measure(self, world: World) -> Iterator[Finding]:
        live = live_services(world)
        answers = world.probes.health([live[spec.name] for spec in world.ssot.services if spec.name in live])
        for spec in world.ssot.services:
            if spec.name not in live:
                yield self._measurement(world, spec, "not_deployed", "it is declared, but not deployed")
            elif answers[spec.name].status in REFUSED:
                yield Unknown(
                    subject=spec.name,
                    reason=f"/health refused the runner with {answers[spec.name].status}: its account lacks roles/run.invoker on {spec.name}",
                )
            else:
                yield self._answered(world, spec, answers[spec.name])
        if not world.ssot.services:
            yield NotDue(subject="services", reason="the source of truth declares no service")

    def _answered(self, world: World, spec: ServiceSpec, answer: Health) -> Measurement:
        if answer.status is None:
            return self._measurement(world, spec, "no_answer", f"/health gave no answer: {answer.reason}")
        state = "healthy" if answer.status // 100 == 2 else "unhealthy"
        busy = ": no instance was free" if answer.status == HTTPStatus.TOO_MANY_REQUESTS else ""
        return self._measurement(world, spec, state, f"/health answered {answer.status}{busy}", str(answer.status))

    def _measurement(self, world: World, spec: ServiceSpec, state: str, note: str, actual: str = "") -> Measurement:
        return Measurement(
            subject=spec.name,
            value=state,
            note=note,
            severity=PRIORITY[spec.priority],
            expected="200",
            actual=actual or state.replace("_", " "),
            remedy=spec.deploy if state == "not_deployed" else "",
            fill={"service": spec.name, "region": spec.region or world.ssot.pipeline.location},
        )
