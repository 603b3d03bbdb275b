"""The shipped source of truth, audits of texts, and `config audit` as typed."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.typed import Done, Type, forget_environment
from validator.audit.commands import add_audit
from validator.audit.findings import Finding
from validator.audit.run import Audit, told
from validator.commands import Call
from validator.errors import ConfigurationError
from validator.settings import read_settings
from validator.ssot.load import load

SCHEMAS = Path(__file__).parents[2] / "schemas"
NOW = datetime(2026, 2, 3, 12, tzinfo=UTC)
Look = Callable[..., list[Finding]]
"""What is found in a text: `look("q = …")`, `look("a: 1", "x.yaml")`."""


@pytest.fixture(scope="session")
def shipped() -> Audit:
    """An audit with the shipped source of truth; texts are given to it, so its root is nowhere."""
    return Audit(Path("nowhere"), load(SCHEMAS), dict)


@pytest.fixture(scope="session")
def look(shipped: Audit) -> Look:
    """Audits a text as the content of a file."""

    def at(text: str | bytes, file: str = "jobs/x.py") -> list[Finding]:
        return told(shipped.judge(file, text.encode() if isinstance(text, str) else text))

    return at


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """The command, its exit code and what it printed."""
    forget_environment(monkeypatch)

    def run(*arguments: object, schemas: Path = SCHEMAS, now: datetime = NOW) -> Done:
        monkeypatch.setenv("VALIDATOR_SCHEMAS", str(schemas))
        parser = argparse.ArgumentParser()
        add_audit(parser.add_subparsers())
        given = parser.parse_args(["audit", *map(str, arguments)])
        try:
            code = int(given.command(Call(arguments=given, settings=read_settings(), now=now)))
        except ConfigurationError as error:
            code, problem = 2, str(error)
            return Done(code=code, out=capsys.readouterr().out, err=problem)
        out, err = capsys.readouterr()
        return Done(code=code, out=out, err=err)

    return run
