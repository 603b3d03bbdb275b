"""The entry point as the framework serves it: environment, log lines and traces, and what the framework itself answers."""

import json
import logging

import pytest

import main
from tests.http.asking import fired, problem_of, request, strict_json
from tests.http.framework import serving
from tests.http.test_retries import blocked
from tests.http.worlds import traces
from tests.worlds.laid import LaidWorld
from validator import logs
from validator.clock import real_now, rfc3339

PATH = "/?schedule=phase_triggers"
TRACE = "105445aa7843bc8bf206b12000100000"


@pytest.mark.parametrize("target", ["run_validation", "main"])
def test_both_names(environment: LaidWorld, target: str) -> None:
    """`main` is `run_validation` by another name: the same call by either is the same run."""
    headers = fired(rfc3339(real_now().replace(microsecond=0)))
    bodies = [serving(name).post(PATH, headers=headers).get_json() for name in (target, "run_validation", "main")]
    assert [body["replayed"] for body in bodies] == [False, True, True]
    assert traces(environment)[0] == 1


@pytest.mark.parametrize("method", ["OPTIONS", "FOO", "TRACE", "PUT"])
def test_methods_reach_the_service(shared_environment: LaidWorld, method: str) -> None:
    """The framework hands every method over; what is not served is a 405 with `Allow`, never an answer of the framework's."""
    answer = serving("run_validation").open(PATH, method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST, HEAD")
    assert answer.headers["Cache-Control"] == "no-store"
    problem_of(answer, 405)


def test_the_frameworks_own_paths(shared_environment: LaidWorld) -> None:
    """/robots.txt and /favicon.ico are the framework's: 404, and nothing is run."""
    client = serving("run_validation")
    assert [client.get(path).status_code for path in ("/robots.txt", "/favicon.ico")] == [404, 404]


def test_nothing_crashes_through(shared_environment: LaidWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """No error gets as far as the framework, whose answer would be the exception's text under `X-Google-Status: crash`."""
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)  # xdist can't carry half a character
    monkeypatch.setenv("VALIDATOR_SCHEMAS", "\udcff/no/such")
    answer = serving("run_validation").get("/schedules")
    problem_of(answer, 500)
    assert "X-Google-Status" not in answer.headers


def json_lines(text: str) -> list[dict[str, str]]:
    """The log as Cloud Logging reads it: every line is an object."""
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    "header",
    [
        ("X-Cloud-Trace-Context", f"{TRACE}/1;o=1"),
        ("X-Cloud-Trace-Context", TRACE),
        ("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01"),
    ],
)
def test_log_lines_on_google_cloud(
    environment: LaidWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], header: tuple[str, str]
) -> None:
    """On Google Cloud what goes wrong is one JSON object a line on stdout, with the trace of its request."""
    monkeypatch.setenv("K_SERVICE", "validation-runner")
    monkeypatch.setenv("K_REVISION", "validation-runner-00007-abc")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "league-project")
    blocked(environment)
    answer = main.run_validation(request("/?schedule=post_overnight", headers=dict([header])))
    lines = json_lines(capsys.readouterr().out)
    assert {line["run_id"] for line in lines} == {strict_json(answer)["run_id"]}
    assert {line["logging.googleapis.com/trace"] for line in lines} == {f"projects/league-project/traces/{TRACE}"}
    assert {line["severity"] for line in lines} == {"INFO", "WARNING"}


def test_findings_are_no_errors(
    environment: LaidWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run full of findings logs nothing at ERROR: that is for the service's own troubles."""
    monkeypatch.setenv("K_REVISION", "validation-runner-00007-abc")
    assert main.run_validation(request("/?schedule=post_overnight")).status_code == 200
    assert not [line for line in json_lines(capsys.readouterr().out) if line["severity"] == "ERROR"]


def test_an_unexpected_error_is_one_entry(capsys: pytest.CaptureFixture[str]) -> None:
    """An unexpected error is one line that Error Reporting takes, with its stack."""
    logs.configure(on_google_cloud=True)
    try:
        raise KeyError("x\ny")
    except KeyError:
        logging.getLogger("validator.http").exception("unexpected error")
    (line,) = json_lines(capsys.readouterr().out)
    assert line["@type"].endswith("ReportedErrorEvent")
    assert "KeyError" in line["stack_trace"]


@pytest.mark.parametrize("value", ["", "x", f"{TRACE}x/1", "0" * 31, f"{TRACE}\n", f"00-{TRACE.upper()}-1"])
def test_a_trace_that_is_none(value: str) -> None:
    """A header that holds no trace adds nothing to the log."""
    assert logs.trace_of({"x-cloud-trace-context": value, "traceparent": value}, "league-project") == ""
    assert logs.trace_of({"x-cloud-trace-context": TRACE}, "") == ""
