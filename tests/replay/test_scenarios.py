"""Each incident of the field record that this service can see: found by the check that must, at the first schedule that could."""

from pathlib import Path

import pytest

from tests.replay.scenario import scenarios
from tests.replay.world import findings
from tests.replay.worlds import standing

SCENARIOS = scenarios()


@pytest.mark.parametrize("id_", SCENARIOS)
def test_an_incident_replayed(id_: str, tmp_path: Path) -> None:
    """It is found in time, as bad as it is, and nobody complains of anything else; a false alarm of old is not given."""
    scenario = SCENARIOS[id_]
    world = standing(scenario).copy(tmp_path / "world")
    runs = list(scenario.play(world))
    complaints = [(name, finding) for name, run in runs for finding in findings(run)]
    allowed = {*scenario.also, scenario.found.check if scenario.found else ""}
    others = [
        (name, f["check_name"], f["subject"], f["status"], f["message"])
        for name, f in complaints
        if f["check_name"] not in allowed
    ]
    assert not others
    if scenario.found:
        _, name = scenario.first_look(world.work.ssot)
        found = {(f["check_name"], f["subject"]): f for f in findings(dict(runs)[name])}
        result = found.get((scenario.found.check, scenario.found.subject))
        assert result, f"not found; what was: {sorted(found)}"
        assert result["status"] == scenario.found.status, result["message"]
        assert result["remedy"]
