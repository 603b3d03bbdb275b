"""What only Cloud Run has: traffic that is split, pinned or tagged, and commits in more than one place."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from tests.parts.google_fakes import GoogleFake
from validator.gcp.services import CloudRunServices
from validator.world import DeployedService

PARENT = "projects/a-project/locations/us-west2"
LATEST = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
PINNED = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"


@pytest.fixture
def run() -> Iterator[GoogleFake]:
    """A Cloud Run without services."""
    with GoogleFake() as fake:
        yield fake


def deployed(run: GoogleFake, **fields: Any) -> DeployedService:
    """The service with these fields, as the adapter reads it."""
    name = f"{PARENT}/services/api"
    revisions = {kind: f"{name}/revisions/api-{kind}" for kind in ("created", "ready")}
    run.add_service(
        name, latest_created_revision=revisions["created"], latest_ready_revision=revisions["ready"], **fields
    )
    adapter = CloudRunServices("a-project", lambda: 20.0, channel=grpc.insecure_channel(run.host))
    (found,) = adapter.deployed(["us-west2"])
    return found


@pytest.mark.parametrize(
    ("traffic", "serving"),
    [
        ([], "api-ready"),
        ([{"type_": LATEST, "percent": 100}], "api-ready"),
        ([{"type_": PINNED, "revision": "api-old", "percent": 100}], "api-old"),
        ([{"type_": PINNED, "revision": "api-old", "percent": 80}, {"type_": LATEST, "percent": 20}], "api-old"),
        ([{"type_": PINNED, "revision": "api-old", "tag": "old"}, {"type_": LATEST, "percent": 100}], "api-ready"),
        (
            [
                {"type_": PINNED, "revision": "api-old", "percent": 40},
                {"type_": LATEST, "percent": 35},
                {"type_": PINNED, "revision": "api-ready", "percent": 25},
            ],
            "api-ready",
        ),
        ([{"type_": PINNED, "revision": "api-old", "tag": "old"}], None),
    ],
    ids=["nothing ordered", "latest", "pinned", "split", "tagged", "in two parts", "none"],
)
def test_the_revision_with_most_traffic_serves(
    run: GoogleFake, traffic: list[dict[str, Any]], serving: str | None
) -> None:
    """LATEST is the latest ready revision, not the latest created; a tag alone serves nothing."""
    assert deployed(run, traffic_statuses=traffic).serving == serving


def test_traffic_as_it_is_outweighs_traffic_as_ordered(run: GoogleFake) -> None:
    """While an order is not carried out, what serves is what served."""
    is_so = [{"type_": PINNED, "revision": "api-old", "percent": 100}]
    assert deployed(run, traffic=[{"type_": LATEST, "percent": 100}], traffic_statuses=is_so).serving == "api-old"
    assert deployed(run, traffic=is_so).serving == "api-old"


def container(**variables: str) -> dict[str, Any]:
    """A template with one container that has these environment variables."""
    env = [{"name": name, "value": value} for name, value in variables.items()]
    return {"containers": [{"image": "us-docker.pkg.dev/p/r/api:latest", "env": env}]}


@pytest.mark.parametrize(
    ("labels", "template", "commit"),
    [
        ({"commit-sha": "abc1234"}, container(BUILD_COMMIT="def5678"), "abc1234"),
        ({}, container(LOG_LEVEL="info", BUILD_COMMIT="def5678"), "def5678"),
        ({"team": "data"}, container(LOG_LEVEL="info"), None),
        ({"commit-sha": ""}, container(), None),
    ],
    ids=["label", "variable", "neither", "empty label"],
)
def test_the_commit_is_a_label_or_a_variable(
    run: GoogleFake, labels: dict[str, str], template: Any, commit: str | None
) -> None:
    """The label `commit-sha` says what was built, else the variable BUILD_COMMIT; with neither nothing is claimed."""
    assert deployed(run, labels=labels, template=template).commit == commit


def test_a_digest_is_only_what_names_one(run: GoogleFake) -> None:
    """An image by tag has no digest; nor has a service without containers."""
    pinned = {"containers": [{"image": "us-docker.pkg.dev/p/r/api@sha256:11"}, {"image": "sidecar@sha256:22"}]}
    assert deployed(run, template=pinned).image_digest == "sha256:11"
    assert deployed(run, template=container()).image_digest is None
    assert deployed(run).image_digest is None


def test_each_region_is_asked_once(run: GoogleFake) -> None:
    """A region that is named twice is listed once."""
    adapter = CloudRunServices("a-project", lambda: 20.0, channel=grpc.insecure_channel(run.host))
    assert adapter.deployed(["us-west2", "us-east1", "us-west2"]) == []
    assert [request.parent for request in run.requests] == [PARENT, "projects/a-project/locations/us-east1"]
