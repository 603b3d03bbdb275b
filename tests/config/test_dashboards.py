"""The dashboards: read back by Grafana's own models, with the panels that were agreed, each asking a query that is tested."""

import json
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from tests.config.conftest import SCHEMAS, Source
from tests.typed import Type
from validator.config.health import health_panels
from validator.config.overview import overview_panels
from validator.ssot.load import load

OVERVIEW = "monitoring/dashboards/orchestration-overview.json"
HEALTH = "monitoring/dashboards/pipeline-health.json"
TITLES = [
    "Scheduler and workflow health",
    "Success rate (no_data counts as success)",
    "Processor status",
    "Trigger rates",
    "Phase completion",
    "End-to-end completion",
    "Gaps",
    "Failure streaks",
    "Dead-letter depth",
    "Deployment drift",
    "Dependency failures",
    "Durations",
    "Predictions against expected",
    "Validation history",
]


@pytest.fixture
def dashboards(source: Source, generate: Type) -> dict[str, dict[str, Any]]:
    """Both files."""
    generate()
    return {name: json.loads((source.checkout / name).read_text()) for name in (OVERVIEW, HEALTH)}


def test_the_overview_has_its_fourteen_panels(dashboards: dict[str, dict[str, Any]]) -> None:
    """What was agreed is there, in that order."""
    assert [panel["title"] for panel in dashboards[OVERVIEW]["panels"]] == TITLES


@pytest.mark.parametrize("name", [OVERVIEW, HEALTH])
def test_grafanas_models_read_it(dashboards: dict[str, dict[str, Any]], name: str) -> None:
    """The SDK's models read the file, and write all of it again: nothing in it is unknown to Grafana."""
    register_default_plugins()
    again = json.loads(json.dumps(Dashboard.from_json(dashboards[name]), cls=JSONEncoder))
    assert lost(dashboards[name], again) == []


def lost(wanted: Any, found: Any, path: str = "") -> list[str]:
    """Where the second lacks what the first has, or has it otherwise; it may have defaults besides."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return [one for key, value in wanted.items() for one in lost(value, found.get(key), f"{path}.{key}")]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [one for index, value in enumerate(wanted) for one in lost(value, found[index], f"{path}.{index}")]
    return [] if wanted == found else [path]


@pytest.mark.parametrize("name", [OVERVIEW, HEALTH])
def test_panels_are_whole(dashboards: dict[str, dict[str, Any]], name: str) -> None:
    """Each has its own id and place, a description, and one query of the panels whose SQL is run by tests."""
    ssot = load(SCHEMAS)
    tested = {panel.sql for panel in (*overview_panels(ssot), *health_panels(ssot))}
    panels = dashboards[name]["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken
        taken |= cells
        assert panel["description"]
        (query,) = panel["targets"]
        assert query["rawSql"] in tested
        assert query["datasource"]["uid"] == panel["datasource"]["uid"] == "${datasource}"


def test_links_lead_to_runs_and_to_each_other(dashboards: dict[str, dict[str, Any]]) -> None:
    """A run's id opens its results at the runner; each dashboard opens the other; uids fit Grafana's forty characters."""
    uids = {name: dashboards[name]["uid"] for name in dashboards}
    assert len(set(uids.values())) == 2
    assert max(map(len, uids.values())) <= 40
    for name, other in ((OVERVIEW, HEALTH), (HEALTH, OVERVIEW)):
        assert f"/d/{uids[other]}" in {link["url"] for link in dashboards[name]["links"]}
        runner = next(one for one in dashboards[name]["templating"]["list"] if one["name"] == "runner")
        assert runner["query"] == "https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner"
    linked = [panel for panel in dashboards[OVERVIEW]["panels"] if "${runner}/runs/${__value.raw}" in json.dumps(panel)]
    assert {"Gaps", "Failure streaks", "Validation history"} <= {panel["title"] for panel in linked}


def test_another_pipelines_names_are_escaped(source: Source, generate: Type) -> None:
    """A name with quotes is text in JSON and SQL, whatever it holds."""
    source.edit("schedules.yaml", {"schedules": {"post_overnight": {"description": 'it\'s "so"\n-- x'}}})
    source.edit("pipeline.yaml", {"name": 'it\'s "ours" --> ${x}'})
    assert generate().code == 0
    read = json.loads((source.checkout / OVERVIEW).read_text())
    assert read["title"].startswith('it\'s "ours" --> ${x}')
