"""The shop's world, built once, and the service asked over copies of it."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Request, Response
from werkzeug.test import EnvironBuilder

from tests.typed import forget_environment
from validator import cli, http
from validator.demo.world import build
from validator.ssot.load import load

SHOP = Path(__file__).parents[1] / "worlds" / "shop"
DAY = date(2026, 3, 31)
"""A Tuesday two days after the clocks went forward in Berlin; the world is laid around it."""


@dataclass(frozen=True, kw_only=True)
class Shop:
    """The service as the shop runs it."""

    folder: Path
    printed: Callable[[], str]

    def type(self, *arguments: str) -> tuple[int, str]:
        """A command's exit code and what it printed."""
        with pytest.MonkeyPatch.context() as patch:
            self._set(patch)
            code = cli.main(arguments)
        return code, self.printed()

    def body(self, *arguments: str) -> Any:
        """The run that a command printed as JSON."""
        return json.loads(self.type(*arguments, "--format", "json")[1])

    def ask(self, target: str) -> tuple[int, Any]:
        """The status and the JSON of an HTTP answer."""
        path, _, query = target.partition("?")
        with pytest.MonkeyPatch.context() as patch:
            self._set(patch)
            answer: Response = http.handle(Request(EnvironBuilder(path=path, query_string=query).get_environ()))
        return answer.status_code, json.loads(answer.get_data())

    def mails(self) -> Sequence[Path]:
        """The mails in the outbox."""
        return sorted((self.folder / "outbox").glob("*.eml"))

    def _set(self, patch: pytest.MonkeyPatch) -> None:
        forget_environment(patch)
        patch.setenv("VALIDATOR_SCHEMAS", str(SHOP))
        patch.setenv("VALIDATOR_LOCAL_DB", str(self.folder / "world.duckdb"))
        patch.setenv("VALIDATOR_OUTBOX", str(self.folder / "outbox"))


@pytest.fixture(scope="package")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop's world, as `demo` builds it."""
    path = tmp_path_factory.mktemp("shop") / "world.duckdb"
    build(path, load(SHOP), day=DAY)
    return path


@pytest.fixture
def shop(built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shop:
    """The shop, over a world of the test's own."""
    shutil.copy(built, tmp_path / "world.duckdb")
    return Shop(folder=tmp_path, printed=lambda: capsys.readouterr().out)


def found(body: Mapping[str, Any], *statuses: str) -> dict[str, Mapping[str, Any]]:
    """The results of those statuses, by `check subject`."""
    return {f"{r['check_name']} {r['subject']}": r for r in body["results"] if r["status"] in statuses}
