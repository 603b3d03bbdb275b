"""A copy of the shipped source of truth, an empty checkout to generate into, and commands typed over them."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.typed import Type, forget_environment, typing
from tests.worlds.laid import _merged as merged

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A copy of `schemas/`, and an empty checkout."""

    schemas: Path
    checkout: Path

    def edit(self, file: str, change: Mapping[str, Any]) -> None:
        """Merge a change into a file; None removes a key."""
        path = self.schemas / file
        path.write_text(yaml.safe_dump(merged(yaml.safe_load(path.read_text()), change), sort_keys=False))

    def text(self, file: str, old: str, new: str) -> None:
        """Change a file by text."""
        path = self.schemas / file
        before = path.read_text()
        assert old in before
        path.write_text(before.replace(old, new, 1))

    def files(self) -> dict[str, bytes]:
        """Everything in the checkout."""
        return {
            path.relative_to(self.checkout).as_posix(): path.read_bytes()
            for path in sorted(self.checkout.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """The shipped source of truth, to be changed; the environment points at it and at no world."""
    forget_environment(monkeypatch)
    made = Source(schemas=tmp_path / "repository" / "schemas", checkout=tmp_path / "checkout")
    shutil.copytree(SCHEMAS, made.schemas, ignore=shutil.ignore_patterns("json-schema"))
    made.checkout.mkdir()
    monkeypatch.setenv("VALIDATOR_SCHEMAS", str(made.schemas))
    monkeypatch.setenv("VALIDATOR_LOCAL_DB", str(tmp_path / "world.duckdb"))
    return made


@pytest.fixture
def typed(source: Source, capsys: pytest.CaptureFixture[str]) -> Type:
    """Types commands."""
    return typing(capsys)


@pytest.fixture
def generate(source: Source, typed: Type) -> Type:
    """Types `config generate` for the checkout: `generate("--check")`."""
    return lambda *arguments: typed("config", "generate", "--root", str(source.checkout), *arguments)
