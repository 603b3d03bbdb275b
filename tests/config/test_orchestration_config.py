"""`orchestration_config.py`: code without this package imports it, and finds what the source of truth says."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.conftest import Source
from tests.typed import Type
from validator.ssot.load import load

CONFIG = "shared/config/orchestration_config.py"
FIELDS = [
    "expected_processors",
    "expected_count",
    "trigger_mode",
    "majority_threshold",
    "timeout_minutes",
    "enable_deadline_monitoring",
]
SHOW = """
import dataclasses, json, sys
sys.path.insert(0, "shared/config")
import orchestration_config as config
assert not any(name.split(".")[0] == "validator" for name in sys.modules)
shown = {name: dataclasses.asdict(getattr(config, name)()) for name in dir(config) if name.endswith("Config")}
first, second = config.Phase2Config(), config.Phase2Config()
assert first.expected_processors is not second.expected_processors
print(json.dumps(shown))
"""


def shown(source: Source) -> dict[str, dict[str, object]]:
    """The configurations as an interpreter without any other package sees them."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", SHOW], cwd=source.checkout, capture_output=True, text=True, check=True
    )
    found: dict[str, dict[str, object]] = json.loads(done.stdout)
    return found


def test_imported_without_this_package(source: Source, generate: Type) -> None:
    """A dataclass for each of the phases 2 to 5, with exactly the agreed fields and the declared values."""
    generate()
    found = shown(source)
    assert set(found) == {"Phase2Config", "Phase3Config", "Phase4Config", "Phase5Config"}
    for number, phase in load(source.schemas).phases.items():
        if number < 2:
            continue
        config, spec = found[f"Phase{number}Config"], phase.orchestration
        assert list(config) == FIELDS
        assert config["expected_processors"] == [processor.name for processor in phase.critical_processors]
        assert config["expected_count"] == len(phase.critical_processors)
        assert (config["trigger_mode"], config["majority_threshold"]) == (spec.trigger_mode, spec.majority_threshold)
        assert (config["timeout_minutes"], config["enable_deadline_monitoring"]) == (30, True)


def test_types_are_strict(source: Source, generate: Type) -> None:
    """mypy has nothing to say of it, and ruff's formatter nothing to change."""
    generate()
    mypy = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file=", CONFIG]
    done = subprocess.run(mypy, cwd=source.checkout, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    ruff = [str(Path(sys.executable).parent / "ruff"), "format", "--isolated", "--check", CONFIG]
    done = subprocess.run(ruff, cwd=source.checkout, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_descriptions_are_comments(source: Source, generate: Type) -> None:
    """Each processor's description stands above its name, and which may stay away is said."""
    generate()
    text = (source.checkout / CONFIG).read_text()
    assert '            # Rosters from Basketball Reference (may stay away)\n            "br_rosters_current",' in text


@pytest.mark.parametrize(
    "description", ['"""', "\\", "a\nb = 1/0", "line\u2028break = 1", "\x85 x", "#" * 300, "'; import os", "é 日本 👩"]
)
def test_a_description_is_never_code(source: Source, generate: Type, description: str) -> None:
    """Whatever a description holds, the module is the same but for its comments."""
    generate()
    before = ast.dump(ast.parse((source.checkout / CONFIG).read_text()))
    source.edit("processors/phase5_prediction_processors.yaml", {"critical_processors": [processor(description)]})
    assert generate().code == 0
    assert ast.dump(ast.parse((source.checkout / CONFIG).read_text())) == before


def processor(description: str) -> dict[str, str]:
    """Phase 5's one processor, described otherwise."""
    return {"name": "predictions", "target_table": "player_prop_predictions", "description": description}


def test_a_phase_without_processors(source: Source, generate: Type) -> None:
    """An empty list, a count of 0, and a module that still imports."""
    change = {"critical_processors": [], "orchestration": {"expected_count": 0}}
    source.edit("processors/phase5_prediction_processors.yaml", change)
    assert generate().code == 0
    found = shown(source)["Phase5Config"]
    assert (found["expected_processors"], found["expected_count"]) == ([], 0)
