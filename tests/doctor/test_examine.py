"""The examination itself: guards, time limits, the root cause first, and what may be shown to whom."""

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.provisional import urls

from tests.doctor.cloud import ACCOUNT, GITHUB_TOKEN, NOW, PING, SENDGRID_KEY, WEBHOOK, Cloud
from tests.gcp.faulty import faulty_http
from tests.parts.google_fakes import Fault
from tests.parts.http_fakes import slow
from tests.worlds.laid import LaidWorld
from validator.doctor.examine import NOT_CONFIGURED, examine
from validator.doctor.line import IN_FULL, Line, Report, Verdict, fail, ok
from validator.doctor.mending import EDIT
from validator.doctor.place import Place
from validator.doctor.probe import Probe
from validator.doctor.probes import PROBES
from validator.doctor.text import render

SECRETS = (SENDGRID_KEY, GITHUB_TOKEN, WEBHOOK, PING, "nobodymaysee", "nobody-may-see", "PRIVATE KEY")


def of_probe(report: Report, name: str) -> list[Line]:
    """The lines of one probe."""
    return [line for line in report.lines if line.probe == name]


def test_one_that_hangs_hides_no_other(cloud: Cloud) -> None:
    """A service that does not answer costs its own lines, after the time that a probe may take; the others have theirs."""
    cloud.sendgrid.script = [slow(30)]
    began = time.monotonic()
    report = cloud.look(seconds=3.0)
    assert time.monotonic() - began < 10
    (line,) = of_probe(report, "SendGrid")
    assert (line.verdict, line.found) in [
        (Verdict.FAIL, "no answer within 3 s"),
        (Verdict.FAIL, "no answer in time"),
    ]
    assert {line.verdict for line in report.lines if line.probe != "SendGrid"} == {Verdict.OK, Verdict.SKIP}


def test_one_that_breaks_hides_no_other(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of the doctor's own is a line, without the exception's words; what the probe said before stays; the log has all of it."""

    def look(place: Place) -> Iterator[Line]:
        yield ok("this much")
        raise ZeroDivisionError("a secret of /some/path")

    monkeypatch.setattr("validator.doctor.examine.PROBES", (Probe(name="odd", look=look), *PROBES))
    with caplog.at_level(logging.ERROR, "validator.doctor"):
        report = cloud.look()
    assert [(line.verdict, line.found) for line in of_probe(report, "odd")] == [
        (Verdict.OK, "this much"),
        (Verdict.FAIL, "unexpected ZeroDivisionError; the log has the details"),
    ]
    assert "a secret" in caplog.text
    assert {line.verdict for line in report.lines if line.probe != "odd"} == {Verdict.OK, Verdict.SKIP}


def test_without_credentials_only_they_are_red(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """The root cause is one FAIL; what hangs on it is skipped and says so; what does not is looked at."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere.json")
    report = cloud.look()
    assert [line.probe for line in report.lines if line.verdict is Verdict.FAIL] == ["access"]
    assert [line.found for line in of_probe(report, "Cloud Run")] == ["not asked: mend access first"]
    assert {line.verdict for line in of_probe(report, "SendGrid")} == {Verdict.OK}


def test_without_a_world_only_that_is_red(world: LaidWorld) -> None:
    """Where the local file is missing, the command that makes one is the only one to type."""
    world.path.unlink()
    report = examine(world.service(), NOW)
    assert [(line.probe, line.fix) for line in report.lines if line.fix] == [("access", "python -m validator demo")]


def test_what_no_check_asks_is_not_asked(world: LaidWorld) -> None:
    """An API that this pipeline does not use may be switched off."""
    world.edit("checks.yaml", {"checks": {"recent_errors": None}})
    (line,) = of_probe(examine(world.service(), NOW), "Cloud Logging")
    assert (line.verdict, line.found) == (Verdict.SKIP, "no declared check asks it")


@pytest.mark.parametrize(
    ("schema", "probes"),
    [
        ("pubsub", {"Pub/Sub", "Cloud Monitoring"}),
        ("firestore", {"Firestore documents"}),
        ("cloud_run", {"Cloud Run"}),
        ("cloud_scheduler", {"Cloud Scheduler jobs"}),
        ("logging", {"Cloud Logging"}),
        ("git", {"source"}),
    ],
)
def test_a_missing_service_of_the_local_world(world: LaidWorld, schema: str, probes: set[str]) -> None:
    """A table that is absent means a service that can't be reached; the world is made anew."""
    world.sql(f"DROP SCHEMA {schema} CASCADE")
    report = examine(world.service(), NOW)
    failed = {(line.probe, line.fix) for line in report.lines if line.verdict is Verdict.FAIL}
    assert failed == {(probe, "python -m validator demo") for probe in probes}


def test_whoever_is_not_a_service_account(cloud: Cloud, tmp_path: Path) -> None:
    """A person's role is given to whom gcloud knows them as; nobody but a service account is called as."""
    person = {"type": "authorized_user", "client_id": "1", "client_secret": "2", "refresh_token": "3"}
    path = tmp_path / "person.json"
    path.write_text(json.dumps(person))
    cloud.patch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    cloud.patch.setattr("google.oauth2.credentials._GOOGLE_OAUTH2_TOKEN_ENDPOINT", cloud.tokens.url)
    with faulty_http(Fault.DENIED) as url:
        cloud.instead["jobs"] = lambda backend: _denied_jobs(backend, url)
        report = cloud.look()
    (line,) = of_probe(report, "Cloud Scheduler jobs")
    assert '--member="user:$(gcloud config get-value account)"' in line.fix
    assert of_probe(report, "Cloud Run calls")[0].verdict is Verdict.SKIP
    assert of_probe(report, "access")[0].found == "a person's account gets tokens; asked is project league-project"


def _denied_jobs(backend: Any, url: str) -> Any:
    import requests

    from validator.gcp.jobs import CloudSchedulerJobs

    session = backend.stack.enter_context(requests.Session())
    return CloudSchedulerJobs("league-project", "us-west2", lambda: 5.0, host=url, session=session)


def test_no_secret_is_ever_shown(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    """Neither on a terminal, nor in JSON, nor in the log: also where everything that holds a secret is broken."""
    everything = [cloud.look()]
    cloud.set(sender="", slack_webhook=WEBHOOK + "/x", heartbeat_url="http://127.0.0.1:9" + PING)
    cloud.sendgrid.key = cloud.github.token = "another"
    everything.append(cloud.look())
    shown = caplog.text + "".join(render(one) + json.dumps(one.body()) for one in everything)
    assert everything[1].verdict is Verdict.FAIL
    assert [secret for secret in SECRETS if secret in shown] == []


def test_outside_no_address_is_shown(cloud: Cloud) -> None:
    """A caller over HTTP sees neither people nor accounts nor URLs; a command with one in it is to be had from the terminal."""
    cloud.set(recipients=(), on_google_cloud=True)
    body = json.dumps(cloud.look().body(outside=True))
    assert ACCOUNT not in body
    assert "@" not in body
    assert "://" not in body
    (line,) = [one for one in json.loads(body)["checks"] if one["status"] == "FAIL"]
    assert (line["check"], line["subject"], line["fix"]) == ("recipients", "EMAIL_ALERTS_TO", EDIT)


def test_outside_no_command_with_an_address_is_shown() -> None:
    """Who lacks a role is an account: the terminal says it."""
    line = fail("permission denied", f"gcloud projects add-iam-policy-binding p --member=serviceAccount:{ACCOUNT}")
    assert line.body(outside=True)["fix"] == IN_FULL


def test_outside_no_path_is_shown(world: LaidWorld) -> None:
    """Where the local world is missing, a caller over HTTP does not learn where it should be."""
    world.path.unlink()
    report = examine(world.service(), NOW)
    body = report.body(outside=True)
    assert str(world.path) in report.lines[0].found
    assert (body["status"], body["checks"][0]["found"]) == ("fail", NOT_CONFIGURED)
    assert "duckdb" not in json.dumps(body)


def test_hostile_text_is_harmless(cloud: Cloud) -> None:
    """What a service says can't colour a terminal or end a line."""
    line = replace(fail("\x1b[31mred\nOK  fine", "true"), probe="odd")
    report = Report(lines=[line], about={})
    assert "\x1b" not in render(report)
    assert render(report).count("\n") == 2
    assert line.body(outside=False)["found"] == "red OK fine"


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        ((Verdict.OK, Verdict.SKIP), "ok"),
        ((Verdict.SKIP,), "ok"),
        ((Verdict.OK, Verdict.WARN), "warn"),
        ((Verdict.WARN, Verdict.FAIL, Verdict.SKIP), "fail"),
        ((), "fail"),
    ],
)
def test_the_worst_line_counts(verdicts: tuple[Verdict, ...], whole: str) -> None:
    """Skipping is no finding; nothing looked at is no health."""
    report = Report(lines=[Line(verdict=verdict, found="x") for verdict in verdicts], about={})
    assert report.body()["status"] == whole


def test_probes_have_names_of_their_own() -> None:
    """Every probe is in the list once."""
    names = [probe.name for probe in PROBES]
    assert len(set(names)) == len(names)
    assert all(probe.look.__module__.startswith("validator.doctor.") for probe in PROBES)


ELSE = st.text(st.characters(min_codepoint=0xA0), max_size=20)
"""Text that no address can be mistaken for."""


@given(ELSE, st.emails() | urls(), ELSE)
def test_an_address_is_never_shown_outside(before: str, address: str, after: str) -> None:
    """Whatever stands around an address, neither it nor its host reaches a caller, in what was found or in a command."""
    text = f"{before} {address} {after}"
    body = Line(verdict=Verdict.FAIL, found=text, fix=f"true {address}", probe="odd").body(outside=True)
    host = address.rpartition("@")[2].partition("://")[2] or address.rpartition("@")[2]
    assert host not in body["found"]
    assert body["fix"] == IN_FULL
