"""Paths and methods: what is served, what is refused and how, and that looking never runs anything."""

from typing import Any

import pytest
from flask import Response

from main import run_validation
from tests.http.asking import Asker, fired, problem_of, request, strict_json
from tests.http.worlds import traces
from tests.worlds.laid import LaidWorld
from validator.version import __version__

NOTHING = (0, 0, 0, 0)
READ_ONLY = ("/health", "/schedules", "/checks", "/runs", "/runs/11111111-1111-4111-8111-111111111111")
SOME_ID = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def look(shared: LaidWorld) -> Asker:
    """Asks over a world that stays as it is."""
    return Asker(shared)


@pytest.mark.parametrize(
    "path",
    [
        "//x",
        "//",
        "///health",
        "//health",
        "//schedules",
        "/x",
        "/health/",
        "/Health",
        "/runs/a/b",
        "/runs//b",
        "/.env",
        "/../etc/passwd",
        "/schedules/x",
        "/%2e",
    ],
)
def test_a_path_that_is_not_served(look: Asker, path: str) -> None:
    """Any other path is a 404 that lists the routes."""
    body = problem_of(look(path), 404)
    assert body["type"].endswith(":no-such-path")
    assert body["routes"] == ["/", "/acknowledge", "/checks", "/health", "/runs", "/schedules", "/status"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "FOO"])
@pytest.mark.parametrize("path", ["/?schedule=post_overnight", *READ_ONLY])
def test_a_method_that_is_not_served(look: Asker, path: str, method: str) -> None:
    """Every other method, OPTIONS and made-up ones included, is a 405 that says what is allowed; nothing is run."""
    answer = look(path, method, fired())
    assert problem_of(answer, 405)["title"] == "Method not allowed"
    assert answer.headers["Allow"] == ("GET, POST, HEAD" if path.startswith("/?") else "GET, HEAD")
    assert traces(look.world) == NOTHING


@pytest.mark.parametrize("path", READ_ONLY)
def test_only_the_root_takes_a_post(look: Asker, path: str) -> None:
    """POST runs a schedule; what only reads refuses it."""
    problem_of(look(path, "POST"), 405)


@pytest.mark.parametrize(
    "path", ["/", "/?schedule=post_overnight", "/?schedule=nope&x=1", "/health", "/schedules", "/checks", "/runs"]
)
def test_head_runs_nothing(look: Asker, path: str) -> None:
    """HEAD answers 200 without a body and runs nothing, whatever a scheduler's headers say."""
    answer = look(path, "HEAD", fired())
    assert (answer.status_code, answer.get_data()) == (200, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    assert traces(look.world) == NOTHING


@pytest.mark.parametrize("path", ["/x", "//x", f"/runs/{SOME_ID}", "/runs/x"])
def test_head_of_nothing(look: Asker, path: str) -> None:
    """HEAD of what is not there is a 404 without a body."""
    answer = look(path, "HEAD")
    assert (answer.status_code, answer.get_data()) == (404, b"")


def test_head_of_a_stored_run(ask: Asker) -> None:
    """HEAD of a stored run is a 200."""
    run_id = ask.run()["run_id"]
    assert ask(f"/runs/{run_id}", "HEAD").status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "body",
    [{}, {"data": b"", "content_type": "application/octet-stream"}, {"data": b'{"schedule": "nope"', "content_type": "application/json"},
     {"data": {"schedule": "nope", "dry_run": "false"}}],
)  # fmt: skip
def test_a_body_is_never_required_nor_read(look: Asker, method: str, body: dict[str, Any]) -> None:
    """GET and POST run a schedule alike; a body of any kind, or none, changes nothing."""
    answer = look("/?schedule=phase_triggers&dry_run=true", method, **body)
    assert (answer.status_code, strict_json(answer)["schedule_name"]) == (200, "phase_triggers")


@pytest.mark.parametrize("query", ["", "?", "?date=2026-02-03", "?dry_run=true&format=text"])
def test_the_root_without_a_schedule(look: Asker, query: str) -> None:
    """Without a schedule the root is a 400 that lists routes and schedules."""
    body = problem_of(look(f"/{query}"), 400)
    assert body["known_schedules"] == ["evening", "phase_triggers", "post_overnight"]
    assert "/runs" in body["routes"]


def test_health() -> None:
    """`/health` says that the process answers: version and revision, no world needed, not cached."""
    answer = run_validation(request("/health"))
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert strict_json(answer) == {"status": "ok", "version": __version__, "revision": None}
    assert answer.headers["Cache-Control"] == "no-store"


def test_health_names_its_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deployed revision is in `/health`."""
    monkeypatch.setenv("K_REVISION", "validation-runner-00007-abc")
    assert strict_json(run_validation(request("/health")))["revision"] == "validation-runner-00007-abc"


def test_the_schedules(look: Asker) -> None:
    """`/schedules` lists every schedule with its cron, zone, next time, target date and checks."""
    body = strict_json(look("/schedules"))
    assert [one["schedule"] for one in body["schedules"]] == ["post_overnight", "phase_triggers", "evening"]
    first = body["schedules"][0]
    assert (first["cron"], first["time_zone"], first["next"]) == (
        "0 6 * * *",
        "America/New_York",
        "2026-02-05T11:00:00Z",
    )
    assert (first["target_date"], first["notify"], len(first["checks"])) == ("yesterday", "always", 8)


def test_the_checks(look: Asker) -> None:
    """`/checks` lists every declared check with what it asks, its limits and severity."""
    body = strict_json(look("/checks"))
    by_name = {one["check"]: one for one in body["checks"]}
    assert len(by_name) == 11
    assert by_name["historical_completeness"]["class"] == "HistoricalCompleteness"
    assert by_name["historical_completeness"]["severity"] == "P1_CRITICAL"
    assert all(one["question"] for one in by_name.values())


@pytest.mark.parametrize("path", ["/schedules", "/checks"])
def test_what_only_lists_takes_no_parameter(look: Asker, path: str) -> None:
    """A parameter where none is taken is a 400 that names it."""
    assert "'deep'" in problem_of(look(f"{path}?deep=true"), 400)["detail"]


def test_nothing_is_cached(ask: Asker) -> None:
    """Every answer, of every kind, says `no-store` and `nosniff`."""
    run_id = ask.run()["run_id"]
    answers: list[Response] = [
        ask("/?schedule=post_overnight"),
        ask("/?schedule=post_overnight&format=text"),
        ask("/?schedule=post_overnight&fail_on=warn"),
        *(
            ask(path)
            for path in (
                "/",
                "/x",
                "/schedules",
                "/checks",
                "/runs",
                f"/runs/{run_id}",
                f"/runs/{SOME_ID}",
                "/?schedule=x",
            )
        ),
        ask("/", "FOO"),
        ask("/", "HEAD"),
        ask("/x", "HEAD"),
    ]
    assert {answer.status_code for answer in answers} == {200, 400, 404, 405, 424}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert {answer.headers["X-Content-Type-Options"] for answer in answers} == {"nosniff"}
