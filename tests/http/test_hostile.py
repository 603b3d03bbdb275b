"""Hostile input: whatever is asked, the answer is a 4xx that is valid JSON, tells no secret, and nothing is run."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.http.asking import Asker, fired, problem_of, request, strict_json
from tests.http.conftest import Records
from tests.http.worlds import traces
from tests.worlds.laid import LaidWorld
from validator.http import handle

LONG = "x" * 100_000
HOSTILE = [
    "'; DROP TABLE ops.validation_runs; --",
    "post_overnight' OR '1'='1",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "\0",
    "post_overnight\0",
    "a\r\nSet-Cookie: x=1\r\n\r\n<b>",
    "${jndi:ldap://x/y}",
    "{{7*7}}",
    "%s%n%d",
    "\u202epost_overnight",
    "поиск",
    "🏀" * 1_000,
    "\ufeff",
    LONG,
    "9" * 100_000,
    "-" * 36,
]
RAW = ["%ff%fe", "%ed%a0%80", "%", "%zz", "%00", "a=b=c", "&&&", "%c0%ae%c0%ae/", ";", "+" * 5_000]
PARAMETERS = ("schedule", "date", "checks", "dry_run", "as_of", "fail_on", "format")


@pytest.fixture(scope="module")
def look(shared: LaidWorld) -> Iterator[Asker]:
    """Asks over a world that hostile input must leave as it is."""
    yield Asker(shared)
    assert traces(shared) == (0, 0, 0, 0)


def short(value: str) -> str:
    """A value as the name of a case."""
    return quote(value[:20])


@pytest.mark.parametrize("value", HOSTILE, ids=short)
@pytest.mark.parametrize("name", PARAMETERS)
def test_hostile_values(look: Asker, logged: Records, name: str, value: str) -> None:
    """A hostile value of any parameter is a 4xx of moderate length, as JSON that no browser reads as a page, and no error of ours."""
    others = "" if name == "schedule" else "schedule=phase_triggers&"
    answer = look(f"/?{others}{name}={quote(value, safe='')}", headers=fired())
    problem_of(answer, 404 if name == "schedule" else 400)
    assert len(answer.get_data()) < 5_000
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert {header for header, _ in answer.headers} <= {
        "Content-Type",
        "Content-Length",
        "Cache-Control",
        "X-Content-Type-Options",
    }
    assert not logged.kept


@pytest.mark.parametrize("raw", RAW, ids=short)
def test_hostile_bytes(look: Asker, raw: str) -> None:
    """A query that is no proper query is a 4xx, wherever the bytes are."""
    assert look(f"/?schedule={raw}").status_code in (400, 404)
    assert look(f"/?{raw}").status_code == 400
    assert look(f"/runs?status={raw}").status_code == 400


@pytest.mark.parametrize("value", HOSTILE, ids=short)
def test_hostile_names_of_parameters(look: Asker, value: str) -> None:
    """A hostile parameter name is a 400."""
    problem_of(look(f"/?schedule=phase_triggers&{quote(value, safe='')}=1"), 400)


@pytest.mark.parametrize("value", HOSTILE, ids=short)
def test_hostile_paths(look: Asker, value: str) -> None:
    """A hostile path is a 404, also where a run's id belongs."""
    problem_of(look(f"/{value}"), 404)
    problem_of(look(f"/runs/{value}"), 404)


@pytest.mark.parametrize("value", HOSTILE, ids=short)
@pytest.mark.parametrize("name", ["schedule", "date", "status", "limit"])
def test_hostile_filters(look: Asker, name: str, value: str) -> None:
    """A hostile filter of `/runs` is a 4xx."""
    problem_of(look(f"/runs?{name}={quote(value, safe='')}"), 404 if name == "schedule" else 400)


HEADERS = ["X-CloudScheduler", "X-CloudScheduler-JobName", "X-CloudScheduler-ScheduleTime", "Accept", "Content-Type", "X-Cloud-Trace-Context",
           "traceparent", "User-Agent", "X-Forwarded-For", "Content-Length"]  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        "\xff\xfe",
        "'; DROP TABLE x; --",
        LONG,
        "9999-12-31T23:59:59-23:59",
        "1" * 5_000,
    ],
)
@pytest.mark.parametrize("name", HEADERS)
def test_hostile_headers(look: Asker, name: str, value: str) -> None:
    """A hostile header changes nothing: the dry run is done as if it were not there."""
    hostile = request(
        "/?schedule=phase_triggers&dry_run=true",
        headers={**fired(), **({} if name == "Content-Length" else {name: value})},
    )
    if name == "Content-Length":
        hostile.environ["CONTENT_LENGTH"] = value
    answer = handle(hostile, look.settings, look.now)
    assert (answer.status_code, strict_json(answer)["status"]) == (200, "OK")


@pytest.mark.parametrize(
    "job", ["\xff\xfe", "'; DROP TABLE ops.validation_runs; --", "|".join("abc"), LONG[:5_000], ""]
)
def test_a_hostile_job_name(ask: Asker, job: str) -> None:
    """A hostile job name only makes another id: the run is stored once and replayed."""
    first = ask.run("schedule=phase_triggers", fired(job=job))
    again = ask.run("schedule=phase_triggers", fired(job=job))
    assert (again["run_id"], again["replayed"]) == (first["run_id"], True)
    assert traces(ask.world)[0] == 1


def test_a_hostile_world(ask: Asker) -> None:
    """Markup, quotes and control characters in the data are data: stored, answered and told as they are, or made harmless."""
    name = "'; DROP TABLE ops.validation_runs; --<script>alert(1)</script>\x1b[31m\u202e"
    ask.world.sql(
        "INSERT INTO ref.runs VALUES (?, 'r', 'failed', DATE '2026-02-03', TIMESTAMPTZ '2026-02-04 01:00:00Z', 0, ?, NULL)",
        [name, '["<b>"]'],
    )
    body = ask.run(headers=fired())
    assert (body["delivery"]["stored"], traces(ask.world)[0]) == (True, 1)
    html = next(ask.world.outbox.glob("*.html")).read_text()
    assert "<script>" not in html
    assert "\x1b" not in ask("/?schedule=post_overnight&format=text", headers=fired()).get_data(as_text=True)
