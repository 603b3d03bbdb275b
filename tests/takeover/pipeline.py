"""The pipeline's own repository, with its `schemas/`: as the incident left it, and in sync."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import duckdb

from tests.audit.incident import TRIGGER, build, git

ROOT = Path(__file__).parents[2]
AUTHOR = ("-c", "user.name=a", "-c", "user.email=a@example.com")
WORLD = "local/pipeline.duckdb"
OURS = (
    "VALIDATOR_",
    "K_",
    "GOOGLE_",
    "ALERT_",
    "EMAIL_",
    "SLACK_",
    "SENDGRID_",
    "GIT_",
    "GITHUB_",
    "PYTHON",
    "PYTEST_",
    "COV_",
)
"""How names of variables begin that would make a command here look elsewhere."""


def stale(folder: Path) -> Path:
    """A repository whose hand-written files kept a former name; `schemas/` is right, and nothing was generated."""
    folder.mkdir()
    build(folder)
    shutil.copytree(ROOT / "schemas", folder / "schemas")
    (folder / ".gitignore").write_text("/local/\n__pycache__/\n")
    commit(folder, "the source of truth")
    return folder


def in_sync(folder: Path) -> Path:
    """The same repository after everything was generated and every former name repaired."""
    stale(folder)
    assert typed(folder, "config", "generate", "--root", ".", "--adopt").returncode == 0
    fixed = typed(folder, "config", "audit", "--root", ".", "--fix")
    assert fixed.returncode == 0, fixed.stdout
    commit(folder, "in sync")
    return folder


def commit(folder: Path, subject: str) -> None:
    """Commit everything there is."""
    git(folder, "add", "--all")
    git(folder, *AUTHOR, "commit", "--quiet", "--message", subject)


def with_world(folder: Path) -> Path:
    """Lay the demo world in a repository, and make the one subscription that the demo leaves out."""
    assert typed(folder, "demo").returncode == 0
    change_world(
        folder,
        "INSERT INTO pubsub.subscriptions (subscription, topic) SELECT topic || '-monitor', topic FROM pubsub.topics "
        "WHERE topic LIKE '%-dlq' AND NOT EXISTS (FROM pubsub.subscriptions s WHERE s.topic = topics.topic)",
    )
    return folder


def change_world(folder: Path, *statements: str) -> None:
    """Change the demo world with SQL."""
    with duckdb.connect(str(folder / WORLD)) as world:
        for statement in statements:
            world.execute(statement)


def typed(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command of this project, typed in a repository."""
    return shell(folder, [sys.executable, "-m", "validator", *arguments])


def shell(folder: Path, command: list[str], **more: str) -> "subprocess.CompletedProcess[str]":
    """A command, with this project installed."""
    return subprocess.run(command, cwd=folder, env=environment(**more), capture_output=True, text=True, check=False)


def environment(**more: str) -> dict[str, str]:
    """A shell's environment in which `python` has this project installed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {
        **kept,
        "PATH": f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }


def copied_project(folder: Path) -> Path:
    """What is needed to install this project: building it writes beside its files."""
    folder.mkdir()
    for name in ("pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, folder)
    for name in ("checks", "validator"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def built(folder: Path) -> Path:
    """The packages as they are installed, and `bin/` with the commands that pyproject.toml names. Needs no package index."""
    project, there = copied_project(folder / "project"), folder / "there"
    make = "import setuptools; setuptools.setup()"
    done = shell(
        project, ["python", "-c", make, "--quiet", "build_py", "--build-lib", str(there)], PYTHONWARNINGS="ignore"
    )
    assert done.returncode == 0, done.stderr
    (there / "bin").mkdir()
    for name, entry in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"].items():
        module, _, function = entry.partition(":")
        script = f"#!{sys.executable}\nimport sys\nfrom {module} import {function}\nsys.exit({function}())\n"
        (there / "bin" / name).write_text(script)
        (there / "bin" / name).chmod(0o755)
    return there


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that stands in the file."""
    text = path.read_text()
    assert old in text, f"{path}: {old}"
    path.write_text(text.replace(old, new))


__all__ = [
    "TRIGGER",
    "change_world",
    "commit",
    "edit",
    "environment",
    "git",
    "in_sync",
    "shell",
    "stale",
    "typed",
    "with_world",
]
