"""What every reader of deployed services answers."""

from datetime import UTC, datetime

import pytest

from tests.contract.sides import ServicesSide
from validator.errors import ServiceError
from validator.world import DeployedService

WORKER = DeployedService(
    name="prediction-worker",
    region="us-west2",
    commit="1a2b3c4",
    image_digest="sha256:" + "ab" * 32,
    latest_created="prediction-worker-00042-abc",
    latest_ready="prediction-worker-00041-xyz",
    serving="prediction-worker-00041-xyz",
    deployed_at=datetime(2026, 1, 5, 11, tzinfo=UTC),
)


def test_a_service_says_what_it_runs(services_side: ServicesSide) -> None:
    """Commit, image, revisions and time of deployment, as they are."""
    services_side.deploy(WORKER)
    assert list(services_side.services().deployed(["us-west2"])) == [WORKER]


def test_only_the_regions_asked_for(services_side: ServicesSide) -> None:
    """Services elsewhere are not listed; several regions are."""
    for name, region in (("a", "us-west2"), ("b", "us-east1"), ("c", "europe-west1")):
        services_side.deploy(
            DeployedService(
                name=name, region=region, commit="1a2b3c4", serving=f"{name}-00001-abc", deployed_at=WORKER.deployed_at
            )
        )
    found = services_side.services().deployed(["us-west2", "us-east1"])
    assert sorted((one.name, one.region) for one in found) == [("a", "us-west2"), ("b", "us-east1")]


def test_a_service_without_a_commit_label_has_none(services_side: ServicesSide) -> None:
    """Not knowing the commit is None, never a guess."""
    services_side.deploy(
        DeployedService(name="old", region="us-west2", serving="old-00001-abc", deployed_at=WORKER.deployed_at)
    )
    (found,) = services_side.services().deployed(["us-west2"])
    assert found.commit is None


def test_nothing_deployed_is_an_answer(services_side: ServicesSide) -> None:
    """A region without services has none."""
    assert list(services_side.services().deployed(["us-west2"])) == []


def test_services_that_cannot_be_reached_are_an_error(services_side: ServicesSide) -> None:
    """Not being able to ask is never an empty list."""
    with pytest.raises(ServiceError) as caught:
        services_side.unreachable().deployed(["us-west2"])
    assert caught.value.service == "Cloud Run"
