"""`GET /health?deep=true`: the doctor over HTTP."""

import json
import logging

import pytest

from main import run_validation
from tests.doctor.cloud import ACCOUNT, NOW, Cloud, backend_of
from tests.http.asking import Asker, problem_of, request, strict_json
from tests.http.worlds import environment_of
from tests.worlds.laid import LaidWorld
from validator import compose
from validator.version import __version__


@pytest.fixture
def ask(world: LaidWorld) -> Asker:
    """Asks over the test's own world."""
    return Asker(world, now=NOW)


def test_all_is_well(ask: Asker) -> None:
    """200 with a line a thing: what it is, how it is, what was found."""
    answer = ask("/health?deep=true")
    body = strict_json(answer)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert (body["status"], body["version"], body["revision"]) == ("ok", __version__, None)
    assert {line["status"] for line in body["checks"]} == {"OK", "SKIP"}
    assert {
        "check": "result tables",
        "subject": "validation_runs",
        "status": "OK",
        "found": "all 15 columns",
        "fix": "",
    } in body["checks"]


def test_something_fails(ask: Asker) -> None:
    """503, so that whoever only looks at the status knows; the line names the command."""
    ask.world.sql("DROP TABLE ops.dead_letters")
    answer = ask("/health?deep=true")
    (line,) = [line for line in strict_json(answer)["checks"] if line["status"] == "FAIL"]
    assert answer.status_code == 503
    assert (line["subject"], line["fix"]) == ("dead_letters", "python -m validator tables create")


def test_a_warning_is_no_failure(ask: Asker) -> None:
    """What should be mended and yet lets the service do its job is a 200 that says so."""
    ask.world.sql("UPDATE cloud_run.services SET health_status = NULL")
    answer = ask("/health?deep=true")
    assert (answer.status_code, strict_json(answer)["status"]) == (200, "warn")


def test_without_a_world(ask: Asker) -> None:
    """A service that can't be asked at all is a line too, and its place stays unknown."""
    ask.world.path.unlink()
    answer = ask("/health?deep=true")
    assert (answer.status_code, strict_json(answer)["status"]) == (503, "fail")
    assert str(ask.world.folder) not in answer.get_data(as_text=True)


def test_a_source_of_truth_that_cannot_be_loaded(ask: Asker, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing else can be looked at: one line, whose problems are in the log."""
    ask.world.edit("pipeline.yaml", {"results": None})
    answer = ask("/health?deep=true")
    (line,) = strict_json(answer)["checks"]
    assert (answer.status_code, line["check"], line["fix"]) == (
        503,
        "configuration",
        "python -m validator config check",
    )
    assert "pipeline.yaml" not in answer.get_data(as_text=True)
    assert "pipeline.yaml" in caplog.text


def test_what_is_not_shown_is_in_the_log(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    """No account, address or recipient reaches the caller; the log has the line in full, with its command."""
    cloud.patch.setattr(compose, "GoogleBackend", backend_of(cloud))
    cloud.services.statuses["worker"] = 403
    cloud.job("evening")["httpTarget"]["uri"] = "https://elsewhere.example.com/?schedule=evening"
    with caplog.at_level(logging.WARNING, "validator.http"):
        answer = Asker(cloud.world, now=NOW, settings=cloud.settings)("/health?deep=true")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert [word for word in (ACCOUNT, "@", "://", "elsewhere") if word in text] == []
    assert f"--member=serviceAccount:{ACCOUNT} --role=roles/run.invoker" in caplog.text
    assert "elsewhere.example.com" in caplog.text
    counts = [line["found"] for line in json.loads(text)["checks"] if line["check"] == "recipients"]
    assert counts[0] == "2 recipients"


@pytest.mark.parametrize("query", ["deep=yes", "deep=", "deep=True", "deep=true&deep=true", "deep=true&x=1", "x=1"])
def test_any_other_parameter(ask: Asker, query: str) -> None:
    """Only `deep=true` and `deep=false` are understood, once."""
    problem_of(ask(f"/health?{query}"), 400)


def test_not_deep(ask: Asker) -> None:
    """`deep=false` is the plain form: nothing is looked at."""
    ask.world.path.unlink()
    answer = ask("/health?deep=false")
    assert (answer.status_code, strict_json(answer)) == (
        200,
        {"status": "ok", "version": __version__, "revision": None},
    )


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("POST", 405), ("OPTIONS", 405)])
def test_only_a_get_looks(ask: Asker, monkeypatch: pytest.MonkeyPatch, method: str, status: int) -> None:
    """No other method looks at anything."""
    monkeypatch.setattr("validator.http.examine", lambda *_: pytest.fail("it looked"))
    assert ask("/health?deep=true", method).status_code == status


def test_through_the_entry_point(world: LaidWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """main.py hands the deep form on, and answers the plain one itself."""
    for name, value in environment_of(world).items():
        monkeypatch.setenv(name, value)
    assert len(strict_json(run_validation(request("/health?deep=true")))["checks"]) > 20
    monkeypatch.setattr("validator.http.handle", lambda *_: pytest.fail("the engine was asked"))
    assert strict_json(run_validation(request("/health")))["status"] == "ok"
