"""A fixture per port: the side to run a case on. Sides that need an emulator carry the marker `real`."""

import importlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.contract.sides import (
    CommitsSide,
    DocumentsSide,
    JobsSide,
    LeasesSide,
    LogsSide,
    ProbesSide,
    QueuesSide,
    ServicesSide,
    WarehouseSide,
)

EMULATED = ["local", pytest.param("gcp", marks=pytest.mark.real)]
FAKED = ["local", "gcp"]


def _open(port: str, request: pytest.FixtureRequest) -> AbstractContextManager[Any]:
    builders = importlib.import_module(f"tests.contract.{request.param}_side")
    opened: AbstractContextManager[Any] = getattr(builders, port)(request)
    return opened


@pytest.fixture(params=EMULATED)
def warehouse_side(request: pytest.FixtureRequest) -> Iterator[WarehouseSide]:
    """DuckDB, or BigQuery."""
    with _open("warehouse", request) as side:
        yield side


@pytest.fixture(params=EMULATED)
def documents_side(request: pytest.FixtureRequest) -> Iterator[DocumentsSide]:
    """A table, or Firestore."""
    with _open("documents", request) as side:
        yield side


@pytest.fixture(params=EMULATED)
def queues_side(request: pytest.FixtureRequest) -> Iterator[QueuesSide]:
    """Tables, or Pub/Sub and Cloud Monitoring."""
    with _open("queues", request) as side:
        yield side


@pytest.fixture(params=FAKED)
def services_side(request: pytest.FixtureRequest) -> Iterator[ServicesSide]:
    """A table, or Cloud Run."""
    with _open("services", request) as side:
        yield side


@pytest.fixture(params=FAKED)
def probes_side(request: pytest.FixtureRequest) -> Iterator[ProbesSide]:
    """A column, or services that answer."""
    with _open("probes", request) as side:
        yield side


@pytest.fixture(params=FAKED)
def jobs_side(request: pytest.FixtureRequest) -> Iterator[JobsSide]:
    """A table, or Cloud Scheduler."""
    with _open("jobs", request) as side:
        yield side


@pytest.fixture(params=FAKED)
def logs_side(request: pytest.FixtureRequest) -> Iterator[LogsSide]:
    """A table, or Cloud Logging."""
    with _open("logs", request) as side:
        yield side


@pytest.fixture(params=["local", "checkout", "gcp"])
def commits_side(request: pytest.FixtureRequest) -> Iterator[CommitsSide]:
    """A table, a real checkout, or GitHub."""
    with _open("commits", request) as side:
        yield side


@pytest.fixture(params=EMULATED)
def leases_side(request: pytest.FixtureRequest) -> Iterator[LeasesSide]:
    """A table, or Firestore."""
    with _open("leases", request) as side:
        yield side
