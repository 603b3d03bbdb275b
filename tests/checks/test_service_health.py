"""Health of services: asked, not assumed."""

from pathlib import Path

import pytest

from tests.worlds.laid import LaidWorld
from validator.results import Result
from validator.status import Severity, Status

CHECK = "service_health"


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """The league's three services, deployed and well."""
    laid = LaidWorld(tmp_path)
    laid.season()
    laid.edit("checks.yaml", {"checks": {CHECK: {"class": "ServiceHealth"}}})
    for name in ("scraper", "worker", "bare"):
        laid.sql("INSERT INTO cloud_run.services (service, region, health_status) VALUES (?, 'us-west2', 200)", [name])
    return laid


def worker(world: LaidWorld, status: int | None) -> Result:
    """The result of a service whose `/health` answers so."""
    world.sql("UPDATE cloud_run.services SET health_status = ? WHERE service = 'worker'", [status])
    return world.look(CHECK)["worker"]


def test_all_well(world: LaidWorld) -> None:
    """One PASS a service, with what it answered."""
    results = world.look(CHECK)
    assert {name: result.message for name, result in results.items()} == dict.fromkeys(
        ("scraper", "worker", "bare"), "/health answered 200"
    )
    assert {result.status for result in results.values()} == {Status.PASS}


@pytest.mark.parametrize(
    ("status", "words"),
    [(500, "answered 500"), (404, "answered 404"), (302, "answered 302"), (None, "no answer: it did not answer")],
)
def test_fp1_a_service_that_is_not_well(world: LaidWorld, status: int | None, words: str) -> None:
    """FP-1: the answer decides; how bad it is follows from the service's priority."""
    result = worker(world, status)
    assert (result.status, result.severity) == (Status.FAIL, Severity.P1_CRITICAL)
    assert words in result.message
    assert result.remedy.startswith("gcloud run services logs read worker --region us-west2")


def test_l72_no_free_instance_is_called_that(world: LaidWorld) -> None:
    """L-72, FA-7: an instance cap is no authentication error."""
    result = worker(world, 429)
    assert result.status is Status.FAIL
    assert "no instance was free" in result.message


@pytest.mark.parametrize("status", [401, 403])
def test_fa7_the_runner_is_not_allowed_to_ask(world: LaidWorld, status: int) -> None:
    """L-69, FA-7: a refusal says nothing of the service: ERROR naming the role that is missing, not a failing service."""
    result = worker(world, status)
    assert result.status is Status.ERROR
    assert "roles/run.invoker" in result.message


def test_a_service_that_is_not_deployed(world: LaidWorld) -> None:
    """Declared and not there is FAIL, with the command that deploys it where one is declared."""
    world.sql("DELETE FROM cloud_run.services WHERE service = 'scraper'")
    result = world.look(CHECK)["scraper"]
    assert result.status is Status.FAIL
    assert result.remedy == "gcloud run deploy scraper --region us-west2 --source ."


def test_services_that_cannot_be_listed(world: LaidWorld) -> None:
    """FP-4: not being able to ask is ERROR."""
    world.sql("DROP TABLE cloud_run.services")
    assert world.look(CHECK)[CHECK].status is Status.ERROR


def test_nothing_declared(world: LaidWorld) -> None:
    """Without services there is nothing to ask: SKIP."""
    (world.schemas / "infrastructure/cloud_run_services.yaml").write_text("services: []\n")
    assert world.look(CHECK)["services"].status is Status.SKIP
