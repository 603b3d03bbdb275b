"""What gcloud would upload, in an environment that has requirements.txt and nothing else: it starts, answers, and has all its clients."""

import hashlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.config.conftest import ROOT
from tests.parts.children import Child, await_answer, free_port, keep
from tests.parts.emulators import Emulator
from tests.parts.finding import cache_folder
from tests.parts.locks import locked
from tests.parts.needs import give_up
from validator.deploy.functions import environment_of, source_files
from validator.deploy.plan import steps
from validator.ssot.source import Ssot
from validator.version import __version__

pytestmark = pytest.mark.xdist_group("package")  # one environment, one server
LARGEST = 5_000_000
"""Bytes. The platform takes 100 MB; whatever comes near this was not meant to be uploaded."""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source as it is uploaded, in a folder of its own."""
    folder = tmp_path_factory.mktemp("package")
    for path in source_files(ROOT):
        place = folder / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    return folder


@pytest.fixture(scope="module")
def python() -> Path:
    """An environment with just what is deployed, made once for these requirements and kept. Without packages to be had: no test."""
    wanted = hashlib.sha256((ROOT / "requirements.txt").read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = cache_folder() / f"deployed-{wanted}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.with_suffix(".lock")):
        if not (folder / "ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            venv.create(folder, with_pip=True)
            command = [
                str(folder / "bin/python"),
                "-m",
                "pip",
                "install",
                "--quiet",
                "-r",
                str(ROOT / "requirements.txt"),
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                give_up("packages of requirements.txt", RuntimeError(done.stderr.strip().splitlines()[-1]))
            (folder / "ready").touch()
    return folder / "bin/python"


@pytest.fixture(scope="module")
def function(
    python: Path,
    unpacked: Path,
    ssot: Ssot,
    bigquery_emulator: Emulator,
    firestore_emulator: Emulator,
    pubsub_emulator: Emulator,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The function as the platform starts it, over emulators; its `host:port`."""
    port, log = free_port(), tmp_path_factory.mktemp("function") / "log"
    emulated = {**bigquery_emulator.environment, **firestore_emulator.environment, **pubsub_emulator.environment}
    environment = {
        **environment_of(ssot),
        **emulated,
        "K_SERVICE": ssot.pipeline.runner.function,
        "K_REVISION": "validation-runner-00001-abc",
        "PYTHONPATH": "",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [
        str(python),
        "-m",
        "functions_framework",
        "--target",
        "run_validation",
        "--source",
        str(unpacked / "main.py"),
    ]
    command = ["env", f"--chdir={unpacked}", *command, "--host", "127.0.0.1", "--port", str(port)]
    pid = keep(command, owner=os.getpid(), log=log, environment=environment)
    child = await_answer(Child(host=f"127.0.0.1:{port}", keeper_pid=pid), path="/health", log=log)
    yield child.host
    child.stop()


def asked(host: str, method: str, path: str) -> tuple[int, Any]:
    """Status and body."""
    connection = http.client.HTTPConnection(host, timeout=300)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_its_size(unpacked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Small: program, checks and declarations, nothing of tests, documents, worlds or environments."""
    files = [path for path in unpacked.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    with capsys.disabled():
        print(f" [{len(files)} files, {size:,} bytes would be uploaded]", end="")
    assert size < LARGEST
    assert {path.name for path in unpacked.iterdir()} == {
        "main.py",
        "requirements.txt",
        "validator",
        "checks",
        "schemas",
    }


def test_it_answers(function: str, ssot: Ssot) -> None:
    """It is healthy, of this version and revision, and has read its schemas."""
    status, body = asked(function, "GET", "/health")
    assert (status, body["version"], body["revision"]) == (200, __version__, "validation-runner-00001-abc")
    status, body = asked(function, "GET", "/schedules")
    assert (status, {one["schedule"] for one in body["schedules"]}) == (200, set(ssot.schedules))


def test_a_dry_run_has_every_client(function: str) -> None:
    """Every check of the longest schedule is tried, and none lacks a package; what is asked of an emulator is answered by it."""
    status, body = asked(function, "POST", "/?schedule=post_overnight&dry_run=true")
    messages = [result["message"] for result in body["results"]]
    assert status == 200
    assert not [text for text in messages if "is not installed" in text]
    assert {result["check_name"] for result in body["results"] if "Not found" in result["message"]}


def test_every_deployed_entry_point_is_tried(ssot: Ssot) -> None:
    """The plan deploys no other entry points than those of the test below."""
    words = [word for step in steps(ssot) for word in step.create if isinstance(word, str)]
    deployed = {word.partition("=")[2] for word in words if word.startswith("--entry-point=")}
    assert deployed == {"run_validation", "alert_dead_letter"}


@pytest.mark.parametrize(
    "entry",
    [
        "run_validation",
        "main",
        "run_validation_event",
        "alert_dead_letter",
    ],
)
def test_its_entry_points(python: Path, unpacked: Path, entry: str) -> None:
    """Each name that a function is deployed with is there, and importing it imports no client."""
    code = f"import sys, main; assert callable(main.{entry}); print([m for m in sys.modules if m.startswith('google.cloud.')])"
    done = subprocess.run([python, "-c", code], cwd=unpacked, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
