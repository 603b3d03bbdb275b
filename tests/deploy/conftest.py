"""A project in place of Google's, for the shipped source of truth and for changed ones."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.config.conftest import ROOT, Source, source, typed
from tests.deploy.cloud import Cloud
from validator.deploy.shell import Answer, Shell
from validator.ssot.load import load
from validator.ssot.source import Ssot

__all__ = ["source", "typed"]

PROGRAM = """#!/bin/sh
exec {python} -I -S {script} {state} "$0" "$@"
"""


@dataclass(frozen=True, kw_only=True)
class CloudShell(Shell):
    """A shell whose programs are the stand-in, in this process."""

    folder: Path = ROOT
    cloud: Cloud = field(default_factory=Cloud)

    def start(self, words: tuple[str, ...], environment: Mapping[str, str]) -> Answer:
        """Answered by the stand-in."""
        code, out, err = self.cloud.answer(list(words))
        return Answer(command=words, code=code, out=out, err=err)


@dataclass(frozen=True, kw_only=True)
class Programs:
    """The stand-in as programs on the path: gcloud, bq and python."""

    folder: Path
    state: Path

    @property
    def cloud(self) -> Cloud:
        """What the programs hold now."""
        return Cloud(json.loads(self.state.read_text()))

    def put(self, cloud: Cloud) -> None:
        """Change what they hold."""
        self.state.write_text(json.dumps(cloud.held))


@pytest.fixture(scope="session")
def ssot() -> Ssot:
    """The shipped source of truth."""
    return load(ROOT / "schemas")


@pytest.fixture
def cloud(ssot: Ssot) -> Cloud:
    """An empty project, but for the values of the secrets."""
    return filled(ssot)


def filled(ssot: Ssot) -> Cloud:
    """A project in which every secret has a value."""
    cloud = Cloud()
    values = {secret: [{"name": "1", "state": "ENABLED"}] for secret in ssot.pipeline.runner.secrets.values()}
    cloud.held["things"]["value"] = values
    return cloud


@pytest.fixture
def programs(tmp_path: Path, cloud: Cloud) -> Programs:
    """The programs in a folder; a test puts that on the path."""
    return lay_programs(tmp_path, cloud)


def lay_programs(folder: Path, cloud: Cloud) -> Programs:
    """The stand-in as programs, over this project."""
    made = Programs(folder=folder / "programs", state=folder / "state.json")
    made.folder.mkdir()
    made.put(cloud)
    script = Path(__file__).with_name("cloud.py")
    for name in ("gcloud", "bq", "python"):
        place = made.folder / name
        place.write_text(PROGRAM.format(python=sys.executable, script=script, state=made.state))
        place.chmod(0o755)
    return made


def changed(source: Source) -> Ssot:
    """The source of truth as it was changed."""
    return load(source.schemas)
