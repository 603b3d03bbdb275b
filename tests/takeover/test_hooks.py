"""The pre-commit hooks: what each is given is installed by their extras, and each finds what it is there for."""

import re
import shlex
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.takeover.pipeline import ROOT, TRIGGER, edit, environment

HOOKS: dict[str, Any] = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
GENERATED = "monitoring/dashboards/pipeline-health.json"


def run_hook(name: str, repository: Path, installed: Path) -> "subprocess.CompletedProcess[str]":
    """Run a hook as pre-commit does: its entry with its arguments, at the top of the repository, no file names."""
    hook = HOOKS[name]
    program, *words = shlex.split(hook["entry"])
    command = [str(installed / "bin" / program), *words, *hook.get("args", ())]
    there = environment(PYTHONPATH=str(installed))
    return subprocess.run(command, cwd=repository, env=there, capture_output=True, text=True, check=False)


def break_schemas(repository: Path) -> None:
    """Misspell a key of the source of truth."""
    edit(repository / "schemas/pipeline.yaml", "time_zone:", "timezone:")


def edit_generated(repository: Path) -> None:
    """Change a generated file by hand."""
    edit(repository / GENERATED, '"schemaVersion":', '"schemaversion":')


def keep_a_former_name(repository: Path) -> None:
    """Write a former name where the current one stood."""
    edit(repository / TRIGGER, "br_rosters_current", "br_roster")


CASES: dict[str, tuple[Callable[[Path], None], int, str]] = {
    "validator-schemas": (break_schemas, 2, "unknown key; did you mean 'time_zone'?"),
    "validator-generated": (edit_generated, 1, f"edited by hand {GENERATED}"),
    "validator-audit": (keep_a_former_name, 1, "br_roster is called br_rosters_current today"),
}


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_passes_in_sync_and_fails_on_what_it_is_for(name: str, fresh: Path, installed: Path) -> None:
    """From the installed package alone, each hook is content with a repository in sync, and says what drifted in one that is not."""
    there = run_hook(name, fresh, installed)
    assert there.returncode == 0, there.stdout + there.stderr
    drift, code, says = CASES[name]
    drift(fresh)
    done = run_hook(name, fresh, installed)
    assert done.returncode == code, done.stdout + done.stderr
    assert says in done.stdout + done.stderr


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_starts_for_the_files_it_judges(name: str) -> None:
    """It starts for files of the source of truth; those of generated files and code start the two that read them."""
    starts = re.compile(HOOKS[name]["files"])
    assert starts.search("schemas/processors/phase2_raw_processors.yaml")
    others = [TRIGGER, GENERATED, "bin/operations/monitoring_queries_generated.sql", "docs/pipeline.md"]
    assert all(bool(starts.search(path)) is (name != "validator-schemas") for path in others)
    assert not starts.search("README.txt")


def test_the_hooks_share_one_environment_with_extras_that_exist() -> None:
    """All name the same extras of pyproject.toml, so that pre-commit installs once."""
    named = {tuple(hook["additional_dependencies"]) for hook in HOOKS.values()}
    assert len(named) == 1
    extras = re.fullmatch(r"\.\[(.+)\]", named.pop()[0])
    assert extras
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(extras[1].split(",")) <= project["optional-dependencies"].keys()
