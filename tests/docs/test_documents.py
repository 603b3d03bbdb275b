"""Documents are followed literally: generated ones are current, the README's steps work in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
    readme = (copy / "README.md").read_text()
    for where, name, code in re.findall(r"<!-- (file|append to): (\S+) -->\n```\w+\n(.*?)```", readme, flags=re.DOTALL):
        target = copy / name
        target.write_text(code if where == "file" else target.read_text().rstrip("\n") + "\n" + code)
    script = re.search(r"<!-- run -->\n```sh\n(.*?)```", readme, flags=re.DOTALL)
    assert script
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(
        [sys.executable, "-m", "validator", "demo"], cwd=copy, check=True, capture_output=True, env=environment
    )
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script[1]],
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


def test_every_link_of_the_documents_leads_somewhere() -> None:
    """Links between documents name files that exist, and headings that exist."""
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "deploy/README.md"]:
        for target in re.findall(r"\]\((?!https?:)([^)]+)\)", document.read_text()):
            assert (document.parent / target.partition("#")[0]).exists(), f"{document.name}: {target}"


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
