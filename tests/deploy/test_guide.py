"""The guide: what it says to type exists, with these flags and for this project."""

import re
import shlex
from pathlib import Path

import pytest

from tests.config.conftest import ROOT
from tests.deploy.test_command_trees import refused, unknown
from tests.parts.needs import needs
from validator.cli import _parser as our_parser

GUIDE = ROOT / "docs/deployment/DEPLOYING.md"
OTHERS = {"make", "git", "curl"}


def typed() -> list[tuple[str, ...]]:
    """Every command of the guide's `sh` blocks, word by word; what is asked within another counts as one word."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    lines = [line.strip() for block in blocks for line in block.splitlines() if line.strip()]
    return [tuple(shlex.split(re.sub(r"\$\([^)]*\)", "x", line))) for line in lines]


def test_the_guides_commands_are_of_known_programs() -> None:
    """Each is judged by one of the tests here."""
    assert len(typed()) > 30
    assert {words[0] for words in typed()} == {"gcloud", "bq", "python", *OTHERS}


def test_googles_commands_exist(tmp_path: Path) -> None:
    """By gcloud's own parsers, and by bq's manuals."""
    needs("gcloud")
    assert refused([words for words in typed() if words[0] == "gcloud"], tmp_path) == []
    assert list(unknown([words for words in typed() if words[0] == "bq"])) == []


def test_our_own_commands_exist() -> None:
    """By the parser of the command line, with these flags."""
    ours = [words[3:] for words in typed() if words[:3] == ("python", "-m", "validator")]
    assert {words[1] for words in ours} == {"plan", "apply", "check"}
    for words in ours:
        assert our_parser().parse_args(words)


def test_make_has_its_targets() -> None:
    """They stand in the Makefile, each with a line of help."""
    for words in typed():
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE), words


@pytest.mark.parametrize("fact", ["us-west2", "nba-props-platform", "validation-runner", "sendgrid-api-key"])
def test_names_are_the_shipped_ones(fact: str) -> None:
    """What the guide names is declared, so that its commands can be typed as they stand."""
    assert fact in GUIDE.read_text()
    assert any(fact in path.read_text() for path in (ROOT / "schemas").rglob("*.yaml"))
