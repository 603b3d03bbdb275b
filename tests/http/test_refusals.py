"""When the service itself cannot work: a 500 that helps, keeps its secrets, and leaves the reason in the log."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from main import run_validation
from tests.http.asking import Asker, fired, problem_of, request
from tests.http.conftest import Records
from validator.answering import guarded

PATH = "/?schedule=post_overnight"
SECRET = "SG.a-secret-key"
HOLD = """
import duckdb, sys
database = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the world's file open until the block ends, or until its input is closed."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
        holder.stdin.close()


def test_no_world(ask: Asker, logged: Records) -> None:
    """Without a local world the answer says how one is made, not where it was looked for; the log does. None is created."""
    ask.world.path.unlink()
    answer = ask(PATH, headers=fired())
    assert "python -m validator demo" in problem_of(answer, 500)["detail"]
    assert str(ask.world.folder) not in answer.get_data(as_text=True)
    assert str(ask.world.path) in logged.text()
    assert not ask.world.path.exists()


def test_no_duckdb_file(ask: Asker) -> None:
    """A file that is no DuckDB file is a 500 that says no more than that the service is not configured."""
    ask.world.path.write_text("not a database")
    answer = ask(PATH)
    problem_of(answer, 500)
    assert "world" not in answer.get_data(as_text=True).replace("without a local world", "")


def test_a_world_in_use_is_waited_for(ask: Asker) -> None:
    """A world that another process has open is waited for."""
    with held(ask.world.path) as holder:
        assert holder.stdin is not None
        threading.Timer(0.5, holder.stdin.close).start()
        started = time.monotonic()
        assert ask.run("schedule=phase_triggers", fired())["delivery"]["stored"]
        assert time.monotonic() - started >= 0.4


def test_a_world_that_stays_in_use(ask: Asker) -> None:
    """A world that stays in use is a 500 after ten seconds, which a retry may find free again."""
    with held(ask.world.path):
        body = problem_of(ask(PATH, headers=fired()), 500)
    assert body["detail"] == "local world could not be asked: locked by another process"


@pytest.mark.parametrize(
    "content", ["schedules: [", "schedules: {post_overnight: {cron: nonsense, checks: [nope]}}", "\0", "&a [*a]"]
)
def test_a_broken_source_of_truth(ask: Asker, logged: Records, content: str) -> None:
    """A source of truth that does not load is a 500 without the file's path; every problem is in the log."""
    (ask.world.schemas / "schedules.yaml").write_text(content)
    answer = ask(PATH)
    problem_of(answer, 500)
    assert str(ask.world.folder) not in answer.get_data(as_text=True)
    assert "schedules.yaml" in logged.text()


def test_no_schemas(ask: Asker) -> None:
    """Without a source of truth every route that needs one is a 500; `/health` still answers."""
    without = Asker(ask.world, settings=replace(ask.settings, schemas="/no/such/folder"))
    for path in (PATH, "/", "/schedules", "/checks", "/runs", "/runs/11111111-1111-4111-8111-111111111111"):
        assert "/no/such" not in str(problem_of(without(path), 500))
    assert run_validation(request("/health")).status_code == 200


def test_a_malformed_environment(monkeypatch: pytest.MonkeyPatch, logged: Records) -> None:
    """Malformed values of the environment are a 500 that shows none of them; the log has them all."""
    monkeypatch.setenv("VALIDATOR_BACKEND", "elsewhere")
    monkeypatch.setenv("EMAIL_ALERTS_TO", "nobody")
    monkeypatch.setenv("SLACK_WEBHOOK_URL", f"hooks.example.com/{SECRET}")
    answer = run_validation(request(PATH))
    problem_of(answer, 500)
    assert "elsewhere" not in answer.get_data(as_text=True)
    assert all(name in logged.text() for name in ("VALIDATOR_BACKEND", "EMAIL_ALERTS_TO", "SLACK_WEBHOOK_URL"))
    assert SECRET not in answer.get_data(as_text=True) + logged.text()


def test_what_nobody_expected(logged: Records) -> None:
    """An unexpected error is a 500 without a word of it; the stack is in the log."""

    def broken() -> None:
        raise KeyError(f"/srv/secrets/{SECRET}")

    answer = guarded(broken)  # type: ignore[arg-type]
    assert problem_of(answer, 500)["detail"] == "the service broke; its log has the details"
    assert SECRET not in answer.get_data(as_text=True)
    assert "KeyError" in logged.text()


def test_services_that_cannot_be_asked(ask: Asker) -> None:
    """What a check could not ask is that check's ERROR, with a reason and without a path; the others are judged."""
    ask.world.sql("ALTER TABLE ops.scrapes RENAME COLUMN status TO state")
    ask.world.sql("DROP TABLE pubsub.subscriptions")
    body = ask.run("schedule=post_overnight&dry_run=true")
    by_check = {result["check_name"]: result for result in body["results"]}
    assert by_check["dlq_depth"]["status"] == "ERROR"
    assert by_check["data_freshness"]["status"] == "PASS"
    assert str(ask.world.folder) not in str(body)
    assert "Traceback" not in str(body)
