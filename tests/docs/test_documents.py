"""Documents are followed literally: generated ones are current, the README's steps work in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import blocks_of, commands_in_tables
from tests.takeover.pipeline import typed

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS = (
    "main.py",
    "Makefile",
    "pyproject.toml",
    "requirements.txt",
    "README.md",
    "validator",
    "checks",
    "schemas",
    "docs",
    "tests",
)


def test_check_reference_is_current() -> None:
    """`docs/checks.md` is what the classes and checks.yaml say (make docs writes it)."""
    made = subprocess.run(
        [sys.executable, "-m", "validator", "checks", "--format", "markdown"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (ROOT / "docs/checks.md").read_text() == made.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the project that shares this environment."""
    project = tmp_path / "project"
    project.mkdir()
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, project / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, project / name)
    (project / ".venv").symlink_to(sys.prefix)
    return project


def test_adding_a_check_as_the_readme_says(copy: Path) -> None:
    """The README's class, test and entry, put where it says, give a check that runs; nothing else is touched."""
    blocks = blocks_of((copy / "README.md").read_text())
    for block in blocks:
        target = copy / block.rest
        if block.word == "file":
            target.write_text(block.text)
        elif block.word == "append to":
            target.write_text(target.read_text().rstrip("\n") + "\n" + block.text)
    (script,) = [block.text for block in blocks if block.word == "run"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(
        [sys.executable, "-m", "validator", "demo"], cwd=copy, check=True, capture_output=True, env=environment
    )
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=copy,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert "odds_rows" in done.stdout
    assert "## odds_rows" in (copy / "docs/checks.md").read_text()


def test_what_the_readme_maps_scripts_to_runs(fresh: Path) -> None:
    """Every command of the table of scripts looks at the demo world: exit 0, or 1 with findings."""
    commands = commands_in_tables((ROOT / "README.md").read_text())
    assert len(commands) == 8
    for command in commands:
        done = typed(fresh, *command.split()[3:])
        assert done.returncode in {0, 1}, f"{command}: {done.stdout}{done.stderr}"


def test_every_link_of_the_documents_leads_somewhere() -> None:
    """Links between documents name files that exist, and headings that exist."""
    others = [ROOT / "README.md", ROOT / "deploy/README.md", ROOT / "schemas/README.md"]
    for document in [*others, *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\((?!https?:)([^)]+)\)", document.read_text()):
            name, _, heading = target.partition("#")
            there = document.parent / name if name else document
            assert there.exists(), f"{document.name}: {target}"
            assert not heading or heading in headings_of(there), f"{document.name}: {target}"


def headings_of(document: Path) -> set[str]:
    """The headings of a document, as links name them."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_project_speaks_of_itself_alone() -> None:
    """No path of a machine and no package registry is named anywhere in the project."""
    banned = re.compile(r"/(work|root|home/\w+)/|pypi\.org|registry\.npmjs|deb\.debian\.org")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.split("\n"):
        path = ROOT / name
        if (
            path.is_file()
            and path.suffix in {".py", ".md", ".yaml", ".yml", ".toml", ".txt", ".html", ".sh"}
            and path != Path(__file__)
        ):
            assert not banned.search(path.read_text()), name
