"""Procedures are typed as they stand: every command of the documents for operations runs, or names what exists elsewhere."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.docs.blocks import Block, Section, blocks_of, commands_in_tables, sections_of
from tests.parts.google_commands import is_command
from tests.parts.needs import needs
from tests.takeover.pipeline import ROOT, commit, git, shell, typed

DOCUMENTS = [
    ROOT / "schemas/README.md",
    ROOT / "docs/documentation-standards.md",
    *sorted((ROOT / "docs/deployment").glob("*.md")),
    *sorted((ROOT / "docs/operations").glob("*.md")),
]
SECTIONS = [section for document in DOCUMENTS for section in sections_of(document)]
AUTHOR = {f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
ON_GOOGLE_CLOUD = "VALIDATOR_BACKEND=gcp "


def name_of(section: Section) -> str:
    """A section's place, for the test's name."""
    return f"{section.document.name}: {section.title}"


def runs_here(section: Section) -> bool:
    """Whether anything of a section is typed."""
    return any(block.language in {"bash", "diff"} and block.word != "elsewhere" for block in section.blocks)


@pytest.fixture
def repository(request: pytest.FixtureRequest, section: Section, tmp_path: Path) -> Path:
    """Where a section's reader stands: the repository that it begins in, with the tests taken over and a remote to push to."""
    folder: Path = request.getfixturevalue("stale" if section.stale else "fresh")
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "docs/deployment/test_orchestration_consistency.py", folder / "tests")
    commit(folder, "the tests that are taken over")
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(folder, "remote", "add", "origin", str(tmp_path / "origin.git"))
    return folder


@pytest.mark.parametrize("section", [one for one in SECTIONS if runs_here(one)], ids=name_of)
def test_a_section_can_be_typed_as_it_stands(section: Section, repository: Path) -> None:
    """Its blocks, one after the other, end as the document says."""
    for block in section.blocks:
        if block.language == "diff":
            git_apply(repository, block.text)
        elif block.language == "bash" and block.word != "elsewhere":
            done = shell(repository, ["bash", "-euo", "pipefail", "-c", block.text], **AUTHOR)
            assert done.returncode == code_of(block), f"{block.text}{done.stdout}{done.stderr}"


def git_apply(repository: Path, diff: str) -> None:
    """Apply a change of one file as it is printed; the lines' numbers are not held against it."""
    assert diff.count("\n+++ ") == 1, diff
    command = ["git", "-C", str(repository), "apply", "--recount", "-"]
    done = subprocess.run(command, input=diff, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + diff


def code_of(block: Block) -> int:
    """The exit code that the document promises."""
    assert re.fullmatch(r"|exits [123]", block.word), f"no such mark: {block.word}"
    assert bool(block.word) == bool(block.rest), f"no reason is given: {block.word}"
    return int(block.word.removeprefix("exits ") or 0)


def test_commands_in_tables_run(fresh: Path) -> None:
    """What a table says to type is understood, and looks: exit 0, or 1 with findings."""
    named = [command for document in DOCUMENTS for command in commands_in_tables(document.read_text())]
    commands = sorted({command for command in named if "…" not in command})
    assert len(commands) > 10
    for command in commands:
        done = typed(fresh, *shlex.split(command)[3:])
        assert done.returncode in {0, 1}, f"{command}: {done.stdout}{done.stderr}"


def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Each command that can't run here, once: as it stands, and its words."""
    blocks = [block for section in SECTIONS for block in section.blocks if block.word == "elsewhere"]
    assert all(block.rest for block in blocks)
    for command in sorted({line for block in blocks for line in block.text.splitlines()}):
        yield command, shlex.split(command.removeprefix(ON_GOOGLE_CLOUD))


@pytest.mark.parametrize(
    ("command", "words"), list(elsewhere()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_command_for_elsewhere_is_one(command: str, words: list[str], fresh_template: Path) -> None:
    """Our own commands are asked of the local world; those of Google's programs exist, with these flags."""
    if words[:3] == ["python", "-m", "validator"]:
        assert command.startswith(ON_GOOGLE_CLOUD), "it can run here: take the mark away"
        done = typed(fresh_template, *words[3:])
        assert done.returncode in {0, 1}, done.stdout + done.stderr
    else:
        needs("gcloud")
        assert is_command(words), command


@pytest.mark.parametrize(
    "command", ["gcloud run services list --regoin us-west2", "bq cp --no_clobbr a.b a.c", "bq copyy a.b a.c"]
)
def test_a_wrong_command_for_elsewhere_is_refused(command: str) -> None:
    """The judges of the test above know a misspelt flag and a misspelt command."""
    needs("gcloud")
    words = command.split()
    assert not is_command(words)


def of_files(document: str, word: str) -> dict[str, Any]:
    """The YAML blocks of a document that are marked with a word, by the file that the mark names."""
    blocks = blocks_of((ROOT / document).read_text())
    return {block.rest: yaml.safe_load(block.text) for block in blocks if block.word == word}


def test_the_shapes_that_are_shown_are_valid() -> None:
    """What schemas/README.md shows of a file is valid where it stands in that file."""
    shown = of_files("schemas/README.md", "a part of")
    assert len(shown) == 3
    for file, part in shown.items():
        assert (ROOT / "schemas" / file).is_file()
        kind = "processors" if file.startswith("processors/") else Path(file).stem
        schema = yaml.safe_load((ROOT / f"schemas/json-schema/{kind}.json").read_text())
        for key, value in part.items():
            jsonschema.validate(value, {"$defs": schema["$defs"], **schema["properties"][key]})


def test_what_the_repository_takes_over_exists() -> None:
    """The pre-commit configuration names all hooks there are; the calling workflow gives what the called one asks for."""
    files = of_files("docs/deployment/README.md", "file")
    taken = [hook["id"] for hook in files[".pre-commit-config.yaml"]["repos"][0]["hooks"]]
    assert taken == [hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())]
    (job,) = files[".github/workflows/config.yml"]["jobs"].values()
    path = re.search(r"(\.github/.+)@", job["uses"])
    assert path
    called = yaml.load((ROOT / path[1]).read_text(), Loader=yaml.BaseLoader)["on"]["workflow_call"]
    required = {name for name, spec in called["inputs"].items() if spec.get("required") == "true"}
    assert required <= job["with"].keys() <= called["inputs"].keys()
    assert job["secrets"].keys() <= called["secrets"].keys()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_of_schemas_is_named(document: Path) -> None:
    """Files of `schemas/` that a document names are there."""
    for name in re.findall(r"schemas/([\w./-]+\.yaml)", document.read_text()):
        assert (ROOT / "schemas" / name).is_file(), name
