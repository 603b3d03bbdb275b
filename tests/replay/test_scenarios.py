"""Each incident of the field record that this service can see: found by the check that must, at the first schedule that could."""

from pathlib import Path

import pytest

from tests.replay.scenario import scenarios
from tests.replay.worlds import on

SCENARIOS = scenarios()


@pytest.mark.parametrize("id_", SCENARIOS)
def test_an_incident_replayed(id_: str, tmp_path: Path) -> None:
    """It is found in time, as bad as it is, and nobody complains of anything else; a false alarm of old is not given."""
    scenario = SCENARIOS[id_]
    assert scenario.problems(on(scenario.day).copy(tmp_path / "world")) == []
