"""Every parameter of a run, with good values and bad ones: what is wrong is a 400 that names it, and nothing was run."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.http.asking import Asker, fired, problem_of, strict_json
from tests.http.worlds import traces
from tests.worlds.laid import LaidWorld
from validator.settings import Settings

RUN = "/?schedule=phase_triggers&dry_run=true"


@pytest.fixture(scope="module")
def look(shared: LaidWorld) -> Iterator[Asker]:
    """Asks over a world that is never changed by what is refused or only judged."""
    yield Asker(shared)
    assert traces(shared) == (0, 0, 0, 0)


BAD = {
    "schedule": [""],
    "date": ["", "2026-1-5", "20260203", "2026-W05-2", "2026-034", "2026-02-30", "2026-00-10", "1999-12-31", "2027-02-07", "9999-12-31",
             "0001-01-01", " 2026-02-03", "2026-02-03 ", "2026-02-03\n", "+2026-02-03", "2026-02-03T00:00:00Z", "２０２６-02-03", "today",
             "2026/02/03", "-026-02-03", "2026-02-03\0"],
    "dry_run": ["", "True", "TRUE", "1", "yes", "on", "false ", "0", "null", "true,true"],
    "as_of": ["", "now", "2026-02-04", "2026-02-04T06:05:00", "2026-02-04T06:05Z", "20260204T060500Z", "2026-02-04 06:05:00Z", "2026-W06-3T06:05:00Z",
              "1999-12-31T23:59:59Z", "2000-01-01T00:00:00+00:01", "2027-02-06T06:05:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59",
              "2026-02-30T06:05:00Z", "2026-02-04T24:05:00Z", "2026-02-04T06:05:61Z", "2026-02-04T06:05:00+25:00", "1770203100", "2026-02-04T06:05:00Z\n"],
    "fail_on": ["", "Fail", "warning", "error", "always", "fail,warn"],
    "format": ["", "JSON", "html", "table", "xml", "text "],
    "checks": ["", ",", "nope", "phase3_completion,", ",phase3_completion", "phase3_completion,nope", "PHASE3_COMPLETION", "phase3_completion;dlq_depth"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_bad_value(look: Asker, name: str, value: str) -> None:
    """A bad value is a 400 that names the parameter; nothing is run, also when a scheduler asks."""
    others = "" if name == "schedule" else "schedule=phase_triggers&"
    detail = problem_of(look(f"/?{others}{name}={quote(value)}", headers=fired()), 400)["detail"]
    assert name in detail


GOOD = {
    "date": ["2000-01-01", "2026-02-03", "2024-02-29", "2027-02-04"],
    "as_of": ["2026-02-04T06:05:00-05:00", "2026-02-04T11:05:00Z", "2026-02-04t11:05:00z", "2026-02-04T11:05:00.123456789+00:00",
              "2000-01-01T00:00:00Z", "2027-02-04T00:00:00Z"],
    "fail_on": ["never"],
    "format": ["json"],
    "checks": ["dlq_depth", "dlq_depth,phase3_completion", "dlq_depth, phase3_completion", "config_sync"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in GOOD.items() for value in values])
def test_a_good_value(look: Asker, name: str, value: str) -> None:
    """A good value is taken."""
    assert look(f"{RUN}&{name}={quote(value)}").status_code == 200


@pytest.mark.parametrize("name", list(BAD))
def test_a_repeated_parameter(look: Asker, name: str) -> None:
    """A parameter given twice is a 400 that names it, also with the same value twice."""
    detail = problem_of(look(f"/?schedule=phase_triggers&{name}=x&{name}=x"), 400)["detail"]
    assert detail == f"parameter given more than once: {name}"


@pytest.mark.parametrize("name", ["Schedule", "schedules", "dryrun", "dry-run", "asof", "x", "", "fail_on[]", "deep"])
def test_an_unknown_parameter(look: Asker, name: str) -> None:
    """An unknown parameter is a 400 that names it and those that are known."""
    detail = problem_of(look(f"/?schedule=phase_triggers&{name}=1"), 400)["detail"]
    assert detail.startswith(f"unknown parameter {name!r}; known: schedule, date")


def test_an_unknown_schedule(look: Asker) -> None:
    """An unknown schedule is a 404 with the names of those there are."""
    body = problem_of(look("/?schedule=post_overnihgt"), 404)
    assert body["known_schedules"] == ["evening", "phase_triggers", "post_overnight"]
    assert "post_overnihgt" in body["detail"]


def test_unknown_checks_are_named(look: Asker) -> None:
    """Every unknown check is named, with those that are known."""
    detail = problem_of(look("/?schedule=phase_triggers&checks=nope,dlq_depth,neither"), 400)["detail"]
    assert detail.startswith("unknown checks: nope, neither; known: config_sync,")


def test_checks_choose(look: Asker) -> None:
    """`checks` runs these alone, each once, in the order given, also ones that the schedule does not have; the run is ad hoc."""
    body = look.run("schedule=phase_triggers&dry_run=true&checks=dlq_depth,config_sync,dlq_depth")
    assert list(dict.fromkeys(result["check_name"] for result in body["results"])) == ["dlq_depth", "config_sync"]
    assert (body["check_type"], body["schedule_name"]) == ("ad_hoc", "phase_triggers")


def test_a_date_is_the_target(look: Asker) -> None:
    """`date` is the target date of the run and its results."""
    body = look.run("schedule=post_overnight&dry_run=true&date=2026-01-20")
    assert {body["target_date"], *(result["target_date"] for result in body["results"])} == {"2026-01-20"}


def test_as_of_is_now(look: Asker) -> None:
    """`as_of` is the run's clock: its timestamp, and the day its target date is counted from, whatever the offset it is given in."""
    body = look.run("schedule=post_overnight&dry_run=true&as_of=2026-01-20T23:30:00-05:00")
    assert (body["run_timestamp"], body["target_date"]) == ("2026-01-21T04:30:00Z", "2026-01-19")
    with_a_bare_plus = look.run("schedule=post_overnight&dry_run=true&as_of=2026-01-21T09:30:00+05:00")
    assert with_a_bare_plus["run_timestamp"] == "2026-01-21T04:30:00Z"


@pytest.mark.parametrize("query", ["", "&dry_run=false"])
def test_as_of_on_google_cloud(shared: LaidWorld, query: str) -> None:
    """On Google Cloud `as_of` without `dry_run=true` is a 400, before anything is asked."""
    ask = Asker(shared, settings=Settings(backend="gcp", schemas="no such folder"))
    answer = ask(f"/?schedule=post_overnight&as_of=2026-02-04T11:05:00Z{query}")
    assert "dry_run=true" in problem_of(answer, 400)["detail"]


SHOWS = {
    "OK": "data_freshness",
    "WARN": "historical_completeness",
    "P2 FAIL": "strict_completeness",
    "ERROR": "consecutive_failures",
    "CRITICAL": "dlq_depth",
}
REFUSED = {
    "never": set[str](),
    "warn": {"WARN", "P2 FAIL", "ERROR", "CRITICAL"},
    "fail": {"P2 FAIL", "ERROR", "CRITICAL"},
    "critical": {"ERROR", "CRITICAL"},
}


@pytest.mark.parametrize("level", REFUSED)
@pytest.mark.parametrize("shown", SHOWS)
def test_fail_on(look: Asker, level: str, shown: str) -> None:
    """`fail_on` answers 424 at or above its level, with the run as the body; else 200."""
    answer = look(f"{RUN}&checks={SHOWS[shown]}&fail_on={level}")
    assert answer.status_code == (424 if shown in REFUSED[level] else 200)
    assert strict_json(answer)["results"]
    assert answer.content_type == "application/json"


ACCEPTED = [
    ({}, "", "application/json"),
    ({"Accept": "*/*"}, "", "application/json"),
    ({"Accept": "text/html,*/*;q=0.8"}, "", "application/json"),
    ({"Accept": "text/plain"}, "", "text/plain; charset=utf-8"),
    ({"Accept": "text/*"}, "", "text/plain; charset=utf-8"),
    ({"Accept": "text/plain;q=0.5, application/json;q=0.4"}, "", "text/plain; charset=utf-8"),
    ({"Accept": "application/json, text/plain"}, "", "application/json"),
    ({"Accept": "image/png"}, "", "application/json"),
    ({"Accept": ";;;q=\xff"}, "", "application/json"),
    ({"Accept": "text/plain"}, "&format=json", "application/json"),
    ({"Accept": "application/json"}, "&format=text", "text/plain; charset=utf-8"),
]


@pytest.mark.parametrize(("headers", "query", "expected"), ACCEPTED)
def test_the_form_of_the_answer(look: Asker, headers: dict[str, str], query: str, expected: str) -> None:
    """JSON unless `Accept` prefers plain text; `format` has the last word."""
    answer = look(RUN + query, headers=headers)
    assert (answer.status_code, answer.content_type) == (200, expected)


def test_the_text_form_is_the_table(look: Asker) -> None:
    """`format=text` is the table a terminal wants, without escape sequences, and the same status code as JSON."""
    answer = look(f"{RUN}&checks=dlq_depth&format=text&fail_on=fail")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 424
    assert text.startswith("CRITICAL DRY RUN phase_triggers 2026-02-04")
    assert "gcloud pubsub subscriptions create lost-dlq-sub" in text
    assert "\x1b" not in text


def test_a_problem_is_never_text(look: Asker) -> None:
    """A problem stays problem+json, whatever form is asked for."""
    problem_of(look("/?schedule=nope&format=text", headers={"Accept": "text/plain"}), 404)
