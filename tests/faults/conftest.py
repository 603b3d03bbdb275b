"""The league, laid out once for all cases, and the service's log as it comes out of the process."""

from collections.abc import Iterator

import pytest

from tests.faults.league import League, league
from tests.faults.places import Answer, scheduled_run
from tests.parts.emulators import Emulator


@pytest.fixture(scope="package")
def everything(
    tmp_path_factory: pytest.TempPathFactory,
    bigquery_emulator: Emulator,
    firestore_emulator: Emulator,
    pubsub_emulator: Emulator,
) -> Iterator[League]:
    """The league, everything in order."""
    emulators = {"BigQuery": bigquery_emulator, "Firestore": firestore_emulator, "Pub/Sub": pubsub_emulator}
    with league(tmp_path_factory.mktemp("league") / "world", emulators) as laid:
        yield laid


@pytest.fixture(scope="package")
def healthy(everything: League) -> Answer:
    """The league's own run, everything in order."""
    return scheduled_run(everything.places, everything.schemas["whole"], "healthy")
