"""Every command that is printed or run is one that gcloud and bq know, with these flags: asked of their own parsers and manuals."""

import functools
import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.config.conftest import ROOT
from tests.deploy.cloud import Cloud
from tests.deploy.conftest import CloudShell, Programs, filled, lay_programs
from tests.deploy.test_apply import applied
from tests.deploy.test_script import run_script
from tests.parts.finding import gcloud
from tests.parts.needs import needs
from validator.deploy.functions import source_files
from validator.deploy.plan import steps
from validator.deploy.prune import leftovers
from validator.deploy.script import render
from validator.deploy.smoke import token
from validator.ssot.source import Ssot

pytestmark = pytest.mark.xdist_group("command trees")  # what is judged is recorded once
Argv = tuple[str, ...]
CHOICES = ("--http-method=", "--type=", "--replication-policy=", "--format=", "--runtime=")
MAKES_ITS_OWN_PROJECT = {("gcloud", "config"), ("gcloud", "projects"), ("gcloud", "auth")}
"""Commands that have no project, or whose project is what they are about."""


def recorded(ssot: Ssot, programs: Programs, folder: Path) -> set[Argv]:
    """Every command, as a shell and as Python take it apart: the script over an empty and a full project, apply, prune, check."""
    calls: set[Argv] = set()
    for _ in range(2):
        assert run_script(render(ssot, steps(ssot)), programs, folder).returncode == 0
    calls |= {tuple(call) for call in programs.cloud.calls}
    cloud = filled(ssot)
    applied(ssot, cloud)
    for job in cloud.held["things"]["jobs"].values():
        job["schedule"] = "1 1 * * *"
    for channel in cloud.held["things"]["channels"].values():
        channel["enabled"] = False
    cloud.held["policies"]["services validation-runner"].append({"role": "roles/run.invoker", "members": ["allUsers"]})
    for thing in (*cloud.held["things"]["subscriptions"].values(), *cloud.held["things"]["policies"].values()):
        thing["ackDeadlineSeconds"], thing["enabled"] = 1, False
    applied(ssot, cloud)
    undeclare(cloud)
    shell = CloudShell(cloud=cloud)
    for step in leftovers(ssot, shell):
        shell.must(step.create)
    token(ssot, shell)
    cloud.held["fail"] = "impersonate"
    token(ssot, CloudShell(cloud=cloud))
    by_hand = {step.create for step in steps(ssot) if step.by_hand}
    return calls | {tuple(call) for call in cloud.calls} | {tuple(map(str, command)) for command in by_hand}


def undeclare(cloud: Cloud) -> None:
    """Leave behind a job and a subscription that no longer belong to anything."""
    things = cloud.held["things"]
    for kind, name in (
        ("jobs", "validation-midday"),
        ("subscriptions", "validation-dead-letter-prediction-request-dlq"),
    ):
        old = things[kind][name]
        things[kind][f"{name}-old"] = {**old, "name": f"{old['name']}-old"}


@pytest.fixture(scope="module")
def commands(ssot: Ssot, tmp_path_factory: pytest.TempPathFactory) -> set[Argv]:
    """What was recorded."""
    folder = tmp_path_factory.mktemp("recorded")
    return recorded(ssot, lay_programs(folder, filled(ssot)), folder)


def test_gcloud_knows_every_command(commands: set[Argv], tmp_path: Path) -> None:
    """Parsed by gcloud's own parsers: groups, commands, flags, choices, what must not go together.

    Commands that differ in names alone are judged by the longest of them.
    """
    needs("gcloud")
    asked = {
        shape(call): call for call in sorted(commands, key=lambda one: len(shlex.join(one))) if call[0] == "gcloud"
    }
    assert len(asked) > 50
    assert refused(list(asked.values()), tmp_path) == []


def shape(call: Argv) -> tuple[object, ...]:
    """What a parser tells apart: the command, its flags, and values that are one of a few."""
    plain = [word for word in call if not word.startswith("-")]
    flags = sorted(
        word if word.startswith(CHOICES) else word.partition("=")[0] for word in call if word.startswith("-")
    )
    return (tuple(plain[: 5 if plain[1] in ("alpha", "beta") else 4]), len(plain), tuple(flags))


def test_gcloud_refuses_what_is_wrong(tmp_path: Path) -> None:
    """The judge of the test above knows a flag that is not there, one that is missing, and a value that is no choice."""
    needs("gcloud")
    wrong = [
        ("gcloud", "functions", "deploy", "f", "--region=us-west2", "--entrypoint=x"),
        ("gcloud", "scheduler", "jobs", "create", "http", "j", "--location=us-west2", "--schedule=* * * * *"),
        ("gcloud", "scheduler", "jobs", "update", "http", "j", "--location=us-west2", "--http-method=patch"),
        ("gcloud", "monitoring", "policies", "list"),
    ]
    assert refused(wrong, tmp_path) == wrong


def refused(asked: list[Argv], folder: Path) -> list[Argv]:
    """The commands that gcloud does not accept. One process for all of them."""
    by_text = {shlex.join(call): call for call in asked}
    assert not any("#" in text for text in by_text), "the judge would read no further"
    file = folder / "commands.json"
    file.write_text(json.dumps([{"command_string": text} for text in by_text]))
    command = [str(gcloud()), "meta", "lint-gcloud-commands", f"--commands-file={file}", "--format=json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "NO_COLOR": "1"})
    judged, _ = json.JSONDecoder().raw_decode(done.stdout)
    assert len(judged) == len(by_text)
    return [by_text[one["command_string"]] for one in judged if not one["success"]]


def test_bq_knows_every_command(commands: set[Argv]) -> None:
    """Each flag stands in the command's manual, or in that of all commands."""
    needs("gcloud")
    asked = [call for call in sorted(commands) if call[0] == "bq"]
    assert {call[1] for call in asked} == {"show", "query"}
    assert list(unknown(asked)) == []
    assert list(unknown([("bq", "show", "--formatt=json")])) == [("show", "--formatt")]


def unknown(asked: Iterable[Argv]) -> Iterator[tuple[str, str]]:
    """The flags that bq has no word about."""
    for _, command, *words in asked:
        manual = bq_manual(command) + bq_manual()
        flags = [word.partition("=")[0] for word in words if word.startswith("--")]
        yield from ((command, flag) for flag in flags if not re.search(rf"--(\[no\])?{flag[2:]}:", manual))


@functools.cache
def bq_manual(command: str = "") -> str:
    """What bq says of a command, or of the flags of all commands."""
    program = gcloud().with_name("bq")
    words = ["help", command] if command else ["--help"]
    return subprocess.run([str(program), *words], capture_output=True, text=True, check=False).stdout


def test_every_command_names_its_project(ssot: Ssot, commands: set[Argv]) -> None:
    """Nothing depends on the project that gcloud has as its default: it may be another's."""
    project = ssot.pipeline.project_id
    for call in commands:
        if call[:2] not in MAKES_ITS_OWN_PROJECT and call[0] != "python":
            assert {f"--project={project}", f"--project_id={project}"} & set(call), call
        assert call[:2] != ("gcloud", "projects") or project in call, call


def test_no_command_holds_a_secret(ssot: Ssot, commands: set[Argv]) -> None:
    """A variable with a secret is only ever bound to a secret's name."""
    for call in commands:
        for word in call:
            for variable in re.findall("|".join(ssot.pipeline.runner.secrets), word):
                assert f"{variable}={ssot.pipeline.runner.secrets[variable]}:latest" in word


def test_gcloud_uploads_the_source_and_nothing_else() -> None:
    """What gcloud lists for upload is what the fingerprint is made of."""
    needs("gcloud")
    done = subprocess.run(
        [str(gcloud()), "meta", "list-files-for-upload"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    listed = {line.strip() for line in done.stdout.splitlines() if line.strip()}
    assert listed == {path.relative_to(ROOT).as_posix() for path in source_files(ROOT)}
