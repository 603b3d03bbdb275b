"""One edit of one YAML file, and everything follows; taken back, nothing of it is left."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.config.conftest import Source
from tests.typed import Type

FILE = "processors/phase2_raw_processors.yaml"
NEW = """  - name: team_boxscores
    target_table: nbac_team_boxscore
    schedule: post_game
    description: A line per team and game

supplementary_processors:
"""
SHOWN_IN = {
    "bin/operations/monitoring_queries_generated.sql": "nba_raw.nbac_team_boxscore",
    "monitoring/dashboards/orchestration-overview.json": "team_boxscores",
    "monitoring/dashboards/pipeline-health.json": "nba_raw.nbac_team_boxscore",
    "docs/pipeline.md": "team_boxscores",
    "docs/processors.md": "TeamBoxscoresProcessor",
    "shared/config/orchestration_config.py": '"team_boxscores"',
    "predictions/worker/shared/config/orchestration_config.py": '"team_boxscores"',
}


@pytest.fixture
def added(source: Source, generate: Type) -> tuple[dict[str, bytes], str]:
    """A processor is added to its phase's file; what was generated before, and the file as it was."""
    assert generate().code == 0
    before, original = source.files(), (source.schemas / FILE).read_text()
    source.text(FILE, "supplementary_processors:\n", NEW)
    source.text(FILE, "expected_count: 6", "expected_count: 7")
    return before, original


def test_a_processor_is_shown_everywhere(source: Source, generate: Type, added: tuple[dict[str, bytes], str]) -> None:
    """Configurations, queries, dashboards, diagram and registry have it after `config generate`, and had not before."""
    before, original = added
    assert generate("--check").code == 1
    assert generate().code == 0
    after = source.files()
    for name, text in SHOWN_IN.items():
        assert text.encode() not in before[name], name
        assert text.encode() in after[name], name
    assert b"expected_count: int = 7" in after["shared/config/orchestration_config.py"]
    assert b"7 AS expected_count" in after["bin/operations/monitoring_queries_generated.sql"]
    (source.schemas / FILE).write_text(original)
    assert generate().code == 0
    assert source.files() == before


def test_a_processor_is_judged(
    source: Source, typed: Type, added: tuple[dict[str, bytes], str], tmp_path: Path
) -> None:
    """A run over a demo world of the changed pipeline waits for it and follows its runs; nothing but its YAML file was edited."""
    assert typed("demo").code == 0
    assert phase_2(typed)["status"] == "PASS"
    with duckdb.connect(str(tmp_path / "world.duckdb")) as world:
        kept = 'json_merge_patch(data, \'{"team_boxscores": null, "TeamBoxscoresProcessor": null}\')'
        world.execute(f"UPDATE firestore.documents SET data = {kept} WHERE collection = 'phase2_completion'")
    missing = phase_2(typed)
    assert missing["status"] in ("WARN", "FAIL")
    assert "team_boxscores" in missing["message"]
    assert "nba_raw: 14 declared, 14 there" in typed("config", "verify").out


def phase_2(typed: Type) -> dict[str, Any]:
    """How the morning's run judges phase 2; it also follows the streak of the new processor."""
    run = ("run", "post_overnight", "--dry-run", "--format", "json", "--fail-on", "never")
    results = json.loads(typed(*run).out)["results"]
    assert "team_boxscores" in {one["subject"] for one in results if one["check_name"] == "consecutive_failures"}
    return dict(next(result for result in results if result["check_name"] == "phase2_completion"))
