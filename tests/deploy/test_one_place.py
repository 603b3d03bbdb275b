"""When a job runs, what a function is given, where it is: said in `schemas/`, and nowhere a second time."""

import re
import subprocess

import pytest

from tests.config.conftest import ROOT
from validator.deploy.files import deploy_files
from validator.ssot.source import Ssot

PLACES = ("*.py", "*.sh", "*.yml", "*.yaml", "*.toml", "*.cfg", "Makefile", ".ci/*", ".gcloudignore")
ELSEWHERE = ("schemas/", "tests/", "docs/")
DEFAULTS = "validator/ssot/models/pipeline.py"
"""What holds where a pipeline says nothing: part of the source of truth's own shape."""


def facts(ssot: Ssot) -> dict[str, str]:
    """Patterns of what may be said only once."""
    runner, jobs = ssot.pipeline.runner, ssot.jobs
    crons = {schedule.cron for schedule in ssot.schedules.values()} | {job.schedule for job in jobs}
    return {
        "a cron expression": "|".join(rf"[\"']{re.escape(cron)}[\"']" for cron in sorted(crons)),
        "the region": rf"\b{re.escape(str(runner.region))}\b",
        "the memory": rf"\b{re.escape(runner.memory)}\b(?!.*0\.333)",
        "a time-out": rf"(?<![\d._]){runner.timeout_seconds}s?(?![\d._])",
        "the service account": rf"\b{re.escape(str(runner.service_account))}@",
        "the project": rf"\b{re.escape(ssot.pipeline.project_id)}\b",
        "a secret's name": "|".join(rf"\b{re.escape(secret)}\b" for secret in runner.secrets.values()),
        "the results' dataset": rf"\b{re.escape(ssot.results_dataset)}\b",
    }


def others(ssot: Ssot) -> list[str]:
    """The files that people write, and that are neither the source of truth, nor tests, nor documents."""
    command = ["git", "ls-files", "-co", "--exclude-standard", *PLACES]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    generated = {f"deploy/{name}" for name in deploy_files(ssot)}
    return [name for name in listed if not name.startswith(ELSEWHERE) and name not in {DEFAULTS, *generated}]


@pytest.mark.parametrize(
    "fact",
    [
        "a cron expression",
        "the region",
        "the memory",
        "a time-out",
        "the service account",
        "the project",
        "a secret's name",
        "the results' dataset",
    ],
)
def test_no_fact_of_a_deployment_is_said_twice(ssot: Ssot, fact: str) -> None:
    """It is looked for in every program, script and configuration of the project."""
    pattern, names = re.compile(facts(ssot)[fact]), others(ssot)
    assert "validator/deploy/plan.py" in names
    found = [
        f"{name}:{number}: {line.strip()}"
        for name in names
        for number, line in enumerate((ROOT / name).read_text().splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


def test_every_fact_is_looked_for(ssot: Ssot) -> None:
    """Each pattern finds its fact where it is said: in `schemas/`."""
    said = "\n".join(path.read_text() for path in sorted((ROOT / "schemas").rglob("*.yaml")))
    for fact, pattern in facts(ssot).items():
        if fact != "the service account":
            assert re.search(pattern, said), fact
    assert re.search(facts(ssot)["the service account"], deploy_files(ssot)["roles.md"])
