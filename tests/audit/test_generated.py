"""Generated files in a checkout: edited ones are findings, untouched ones are nobody's work."""

from pathlib import Path

import pytest

from tests.audit.conftest import SCHEMAS
from tests.typed import Type
from validator.config.head import seal
from validator.config.orchestration import render_orchestration_config
from validator.ssot.load import load

PLACE = "shared/config/orchestration_config.py"


@pytest.fixture
def generated(tmp_path: Path) -> Path:
    """The generated config at one of its places."""
    path = tmp_path / PLACE
    path.parent.mkdir(parents=True)
    path.write_text(seal(render_orchestration_config(load(SCHEMAS))))
    return path


def test_as_generated(tmp_path: Path, generated: Path, typed: Type) -> None:
    """Untouched, it is in sync."""
    assert generated.is_file()
    assert typed("--root", tmp_path).code == 0


def test_edited(tmp_path: Path, generated: Path, typed: Type) -> None:
    """Edited, it is one finding, on the line that was changed, with the way back; `--fix` does not touch it."""
    text = generated.read_text().replace("br_rosters_current", "br_roster")
    line = next(at for at, one in enumerate(text.splitlines(), start=1) if "br_roster" in one)
    generated.write_text(text)
    done = typed("--root", tmp_path, "--fix")
    assert done.code == 1
    assert f"P2_HIGH     {PLACE}:{line}:1  edited-generated" in done.out
    assert '| -            "br_roster",' in done.out
    assert '| +            "br_rosters_current",' in done.out
    assert "move the change to schemas/, then: python -m validator config generate" in done.out
    assert generated.read_text() == text


def test_generated_from_an_older_source_of_truth(tmp_path: Path, generated: Path, typed: Type) -> None:
    """Stale but untouched, what is wrong in it is told, and is repaired by generating it anew, not by `--fix`."""
    unsealed = render_orchestration_config(load(SCHEMAS)).replace("br_rosters_current", "br_roster")
    generated.write_text(seal(unsealed))
    done = typed("--root", tmp_path, "--fix")
    assert done.code == 1
    assert "former-name" in done.out
    assert "the file is generated: generate it anew" in done.out
    assert generated.read_text() == seal(unsealed)


def test_of_another_pipeline(tmp_path: Path, generated: Path, typed: Type) -> None:
    """Another pipeline's file in the same checkout is code like any other."""
    text = generated.read_text().replace("schemas/ of nba-props", "schemas/ of other")
    generated.write_text(text)
    assert typed("--root", tmp_path).code == 0


@pytest.mark.parametrize("name", ["docs/x.md", "x.json", "x.sql"])
def test_of_any_kind(tmp_path: Path, typed: Type, name: str) -> None:
    """Markdown and JSON are looked at for this alone; a place that is declared no longer counts as well."""
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    head = "-- generated from schemas/ of nba-props by `python -m validator config generate`, do not edit; sha256:"
    path.write_text(f"\n{head}{'0' * 16}\nSELECT 1\n")
    (tmp_path / "a.py").write_text("x = 1\n")
    out = typed("--root", tmp_path).out
    assert f"{name}:2:1  edited-generated" in out
