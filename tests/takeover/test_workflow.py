"""The reusable workflow: its commands run in a checkout, it may read and no more, and no input becomes part of a script."""

import os
import re
import subprocess
import sysconfig
import venv
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.parts.needs import give_up
from tests.takeover.pipeline import ROOT, copied_project, environment, shell

WORKFLOW = yaml.load((ROOT / ".github/workflows/config-validation.yml").read_text(), Loader=yaml.BaseLoader)
"""Every scalar as text: `on` is no boolean to GitHub."""
JOB = WORKFLOW["jobs"]["config"]
INPUTS = WORKFLOW["on"]["workflow_call"]["inputs"]


def variables(step: dict[str, Any], **given: str) -> dict[str, str]:
    """The variables of a step, with the inputs' defaults for what is not given; the live world is the local one."""
    values = {name: spec.get("default", "") for name, spec in INPUTS.items()} | given
    declared = {**JOB["env"], **step.get("env", {})}
    filled = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], text)
        for name, text in declared.items()
    }
    return {name: text for name, text in filled.items() if "${{" not in text and name != "VALIDATOR_BACKEND"}


def commands() -> list[dict[str, Any]]:
    """The steps that run a command, in order."""
    return [step for step in JOB["steps"] if "run" in step]


def run(step: dict[str, Any], checkout: Path, installed: Path, **given: str) -> "subprocess.CompletedProcess[str]":
    """A step as GitHub runs it, in a checkout, with the project installed."""
    there = environment(PYTHONPATH=str(installed), **variables(step, **given))
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(command, cwd=checkout, env=there, capture_output=True, text=True, check=False)


def test_every_command_passes_in_a_checkout_in_sync(fresh: Path, installed: Path) -> None:
    """Each step's command ends well in a repository in sync with a world as declared."""
    steps = [step for step in commands() if step["name"] != "Install"]
    assert [step["run"].split()[4] for step in steps if "validator" in step["run"]] == [
        "check",
        "generate",
        "audit",
        "verify",
    ]
    for step in steps:
        done = run(step, fresh, installed)
        assert done.returncode == 0, f"{step['name']}: {done.stdout}{done.stderr}"


def test_the_first_command_installs_the_project(tmp_path: Path) -> None:
    """It installs from the folder that the project is checked out into, with extras that exist."""
    step = next(one for one in commands() if one["name"] == "Install")
    checkouts = [one["with"] for one in JOB["steps"] if one.get("uses", "").startswith("actions/checkout@")]
    copied_project(tmp_path / next(one["path"] for one in checkouts if "path" in one))
    venv.create(tmp_path / "python", with_pip=True)
    programs = tmp_path / "python/bin"
    here = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PIP_NO_DEPS": "1"}
    done = shell(tmp_path, ["bash", "-c", step["run"]], **here)
    if "No matching distribution found for setuptools" in done.stderr:
        give_up("package index", RuntimeError("building a package fetches setuptools"))
    assert done.returncode == 0, done.stderr
    assert "does not provide the extra" not in done.stdout + done.stderr
    asked = shell(tmp_path, [str(programs / "validator"), "config", "--help"], PYTHONPATH=sysconfig.get_path("purelib"))
    assert "audit" in asked.stdout, asked.stderr


def test_drift_ends_the_steps_that_look_for_it(stale: Path, installed: Path) -> None:
    """After the incident the steps for generated files and for names fail, the latter with an annotation for each place."""
    ended = {step["name"]: run(step, stale, installed) for step in commands() if "validator " in step["run"]}
    assert {name for name, done in ended.items() if done.returncode == 1} == {
        "Generated files are as they were generated",
        "Names, lists and counts are the declared ones",
    }
    told = ended["Names, lists and counts are the declared ones"].stdout
    assert told.count("::error file=") == 10
    assert "::error file=shared/config/orchestration_config.py,line=24" in told


def test_a_baseline_and_a_root_are_taken_from_the_inputs(stale: Path, installed: Path) -> None:
    """Accepted findings are none, and the folder that is looked at is the one that was given."""
    accepted = "accepted:\n- {kind: former-name, reason: the ticket, until: 2099-01-01, by: a}\n"
    (stale / "accepted.yaml").write_text(accepted)
    step = next(one for one in commands() if " audit " in one["run"])
    done = run(step, stale, installed, baseline="accepted.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 findings accepted" in done.stdout
    below = run(step, stale, installed, root="predictions")
    assert below.stdout.count("::error file=") == 2


def test_it_may_read_and_no_more() -> None:
    """Its token reads content only, is not left in the checkouts, and actions are pinned as those of the project's own workflow."""
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert "permissions" not in JOB
    checkouts = [step for step in JOB["steps"] if step.get("uses", "").startswith("actions/checkout@")]
    assert [step["with"]["persist-credentials"] for step in checkouts] == ["false", "false"]
    own = (ROOT / ".github/workflows/ci.yml").read_text()
    pinned = {step["uses"] for step in JOB["steps"] if "uses" in step}
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", one) for one in pinned)
    assert {one for one in pinned if one.startswith("actions/")} <= set(re.findall(r"uses: (\S+)", own))


@pytest.mark.parametrize("step", commands(), ids=lambda step: step["name"])
def test_no_expression_stands_in_a_script(step: dict[str, Any]) -> None:
    """What a caller gives reaches a script as a variable, never as text of the script."""
    assert "${{" not in step["run"]


def test_secrets_are_optional_and_decide_what_is_verified() -> None:
    """Without credentials nothing live is asked, and the job says so."""
    secrets = WORKFLOW["on"]["workflow_call"]["secrets"]
    assert all(spec["required"] == "false" for spec in secrets.values())
    assert JOB["env"]["LIVE"] == "${{ secrets.google-credentials != '' }}"
    conditions = {step["name"]: step.get("if", "") for step in JOB["steps"] if "name" in step}
    assert "env.LIVE == 'true'" in conditions["Sign in"]
    assert "signed-in.outcome == 'success'" in conditions["The live world is as declared"]
    assert "env.LIVE != 'true'" in conditions["Nothing live was verified"]
