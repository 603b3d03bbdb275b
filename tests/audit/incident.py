"""A checkout with the incident in it: one table was renamed, and ten hand-written files kept the former name."""

import subprocess
from pathlib import Path

FUNCTIONS = (
    "phase2_to_phase3", "phase3_to_phase4", "phase4_to_phase5", "phase5_to_phase6", "self_heal", "daily_health_summary",
)  # fmt: skip
CONFIGS = tuple(
    f"{folder}/config/orchestration_config.py"
    for folder in (
        "shared",
        "predictions/coordinator/shared",
        "predictions/worker/shared",
        *(f"orchestration/cloud_functions/{name}/shared" for name in FUNCTIONS),
    )
)
TRIGGER = "orchestration/cloud_functions/phase2_to_phase3/main.py"
STALE = (*CONFIGS, TRIGGER)

CONFIG = '''"""
Centralized Orchestration Configuration

Single source of truth for phase transitions. Keep in sync with the cloud functions!
"""

import os
from dataclasses import dataclass, field
from typing import Dict, List


@dataclass
class PhaseTransitionConfig:
    """Configuration for phase transitions."""

    # Phase 2 -> Phase 3: expected processors
    # NOTE: names must match the processor_name of the completion message
    phase2_expected_processors: List[str] = field(default_factory=lambda: [
        'bdl_player_boxscores',          # Daily box scores from balldontlie
        'bigdataball_play_by_play',      # Per-game play-by-play
        'odds_api_game_lines',           # Per-game odds
        'nbac_schedule',                 # Schedule updates
        'nbac_gamebook_player_stats',    # Post-game player stats
        'br_roster',                     # Basketball-ref rosters
    ])
    phase2_expected_count: int = 6

    phase3_expected_processors: List[str] = field(default_factory=lambda: [
        'player_game_summary',
        'team_defense_game_summary',
        'team_offense_game_summary',
        'upcoming_player_game_context',
        'upcoming_team_game_context',
    ])

    # Which tier waits how long
    tier_timeouts_minutes: Dict[str, int] = field(default_factory=lambda: {'tier1': 30, 'tier2': 60})
    use_default_line: bool = False


@dataclass
class ScheduleStalenessConfig:
    override_enabled: bool = False
    max_stale_hours: int = int(os.environ.get('SCHEDULE_STALENESS_HOURS', '6'))


def get_orchestration_config() -> PhaseTransitionConfig:
    return PhaseTransitionConfig()
'''

MAIN = '''"""
Phase 2 -> Phase 3 Orchestrator

Counts Phase 2 processor completions in Firestore and triggers Phase 3 when all of them are there.
"""

import json
import logging
from datetime import datetime, timezone

from google.cloud import firestore

logger = logging.getLogger(__name__)

# Expected processors, deployed standalone, so the list is repeated here
try:
    from shared.config.orchestration_config import get_orchestration_config
    EXPECTED_PROCESSORS = get_orchestration_config().phase2_expected_processors
except ImportError:
    EXPECTED_PROCESSORS = [
        'bdl_player_boxscores',
        'bigdataball_play_by_play',
        'odds_api_game_lines',
        'nbac_schedule',
        'nbac_gamebook_player_stats',
        'br_roster',
    ]

EXPECTED_PROCESSOR_SET = set(EXPECTED_PROCESSORS)
EXPECTED_PROCESSOR_COUNT = len(EXPECTED_PROCESSORS)


def orchestrate(message: dict) -> None:
    processor = message.get('processor_name')
    if processor not in EXPECTED_PROCESSOR_SET:
        logger.warning("unexpected processor %s (see the br_roster ticket)", processor)
        return
    snapshot = firestore.Client().collection('phase2_completion').document(message['game_date']).get()
    done = [name for name in snapshot.to_dict() or {} if not name.startswith('_')]
    logger.info("%s of %s", len(done), EXPECTED_PROCESSOR_COUNT)
'''

HARMLESS = {
    "README.md": "Rosters: br_roster was renamed to br_rosters_current.\n",
    "scrapers/basketball_ref/br_season_roster.py": '''"""Scrapes a season's roster (formerly the br_roster job)."""

URL = "https://www.basketball-reference.com/teams/{team}/br_roster.html"
GCS_PATH = "gs://bucket/br_roster/{season}.json"


def log_done(logger, rows):
    logger.info("br_roster: %s rows", rows)
    return {"br_roster": rows, "elapsed": 3}
''',
    "config/workflows.yaml": "workflows:\n  morning:\n    description: runs br_roster and the rest\n    cron: '0 6 * * *'\n",
}


def build(root: Path) -> None:
    """Lay the checkout, committed."""
    files = {**dict.fromkeys(CONFIGS, CONFIG), TRIGGER: MAIN, **HARMLESS}
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "as it was")


def git(root: Path, *arguments: str) -> str:
    """What git prints in the checkout."""
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True)
    return done.stdout
