"""Files of the source of truth as teams first write them: little in them, and all of it must be understood."""

from pathlib import Path

import pytest

from validator.ssot.load import Files, read_file
from validator.ssot.models.infrastructure import ServicesFile, TopicsFile
from validator.ssot.models.processors import PhaseSpec
from validator.ssot.models.tables import TablesFile
from validator.ssot.source import processors_of

SEED = Path(__file__).parent / "seed"
KINDS: dict[str, type] = {
    "bigquery_tables.yaml": TablesFile,
    "cloud_run_services.yaml": ServicesFile,
    "pubsub_topics.yaml": TopicsFile,
    "phase2_raw_processors.yaml": PhaseSpec,
    "phase3_analytics_processors.yaml": PhaseSpec,
    "phase4_precompute_processors.yaml": PhaseSpec,
}


def phase(name: str) -> PhaseSpec:
    """A phase of the seed files."""
    found = read_file(SEED / name, name, PhaseSpec, Files())
    assert found is not None
    return found


def test_every_seed_file_has_a_model() -> None:
    """No file of the folder is left unread by these tests."""
    assert {path.name for path in SEED.iterdir()} == set(KINDS)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_seed_file_is_read_without_a_problem(name: str) -> None:
    """Each file is understood as it stands."""
    files = Files()
    assert read_file(SEED / name, name, KINDS[name], files) is not None
    assert files.problems == []


def test_what_phase_2_says_arrives() -> None:
    """Names, classes, tables, the optional processor and the trigger's settings are read as written."""
    raw = phase("phase2_raw_processors.yaml")
    names = [spec.name for spec in raw.critical_processors]
    assert names == [
        "bdl_player_boxscores",
        "bigdataball_play_by_play",
        "odds_api_game_lines",
        "nbac_schedule",
        "nbac_gamebook_player_stats",
        "br_rosters_current",
    ]
    assert [processor.name for processor in processors_of(raw) if processor.required] == names[:-1]
    assert raw.orchestration.expected_count == len(names)
    assert raw.orchestration.majority_threshold == 0.8
    assert raw.monitoring.alert_channel == "#nba-pipeline-alerts"


def test_a_name_alone_is_a_processor() -> None:
    """What a processor leaves out follows from its name and its phase."""
    cache = next(p for p in processors_of(phase("phase4_precompute_processors.yaml")) if p.name == "player_daily_cache")
    assert (cache.class_name, cache.table) == ("PlayerDailyCacheProcessor", "nba_precompute.player_daily_cache")
    assert cache.required


def test_topics_may_be_bare_names() -> None:
    """A topic without anything to say of it is its name."""
    topics = read_file(SEED / "pubsub_topics.yaml", "pubsub_topics.yaml", TopicsFile, Files())
    assert topics is not None
    assert topics.topics == ("nba-phase1-scrapers-complete", "nba-phase2-raw-complete")
