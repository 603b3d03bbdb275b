"""Exit codes: 0 fine, 1 findings, 2 could not do its job, 3 not stored or not told; and which of several wins."""

import json

import pytest

from tests.http.test_retries import blocked, without_tables
from tests.typed import Type
from tests.worlds.laid import LaidWorld
from validator.status import ExitCode

RUN = ("run", "post_overnight")
SHOWS = {
    "OK": "data_freshness",
    "WARN": "historical_completeness",
    "FAIL": "strict_completeness",
    "ERROR": "consecutive_failures",
    "CRITICAL": "dlq_depth",
}
FOUND = {
    "never": set[str](),
    "warn": {"WARN", "FAIL", "ERROR", "CRITICAL"},
    "fail": {"FAIL", "ERROR", "CRITICAL"},
    "critical": {"ERROR", "CRITICAL"},
}


@pytest.mark.parametrize("level", FOUND)
def test_fail_on(typed: Type, level: str) -> None:
    """Findings at or above `--fail-on` are 1, anything else 0."""
    codes = {
        shown: typed(*RUN, "--dry-run", "--checks", check, "--fail-on", level).code for shown, check in SHOWS.items()
    }
    assert codes == {shown: int(shown in FOUND[level]) for shown in SHOWS}


def test_the_default(typed: Type) -> None:
    """Without `--fail-on` a WARN is 0, a FAIL and an ERROR are 1."""
    codes = {shown: typed(*RUN, "--dry-run", "--checks", check).code for shown, check in SHOWS.items()}
    assert codes == {"OK": 0, "WARN": 0, "FAIL": 1, "ERROR": 1, "CRITICAL": 1}


@pytest.mark.parametrize("form", ["table", "json", "junit"])
def test_findings_in_every_form(typed: Type, form: str) -> None:
    """The exit code does not depend on the form, but for Nagios."""
    assert typed(*RUN, "--dry-run", "--format", form).code == 1


@pytest.mark.parametrize("fail_on", ["never", "fail", "warn"])
@pytest.mark.parametrize("form", ["table", "json", "junit"])
def test_not_stored(typed: Type, world: LaidWorld, fail_on: str, form: str) -> None:
    """A run that was not stored is 3, whether it found something or not, and says what to type."""
    without_tables(world)
    done = typed(*RUN, "--fail-on", fail_on, "--format", form)
    assert done.code == 3
    assert "tables create" in done.out


def test_not_delivered(typed: Type, world: LaidWorld) -> None:
    """A run that was not delivered is 3, also when it found nothing that matters."""
    blocked(world)
    done = typed(*RUN, "--checks", "historical_completeness")
    assert (done.code, "PROBLEM  outbox: " in done.out) == (3, True)
    assert world.sql("SELECT count(*) FROM ops.validation_runs") == [(1,)]


def test_not_told_of_a_fine_run(typed: Type, world: LaidWorld) -> None:
    """A fine run by hand needs no telling: 0, outbox or not."""
    blocked(world)
    assert typed(*RUN, "--checks", "data_freshness").code == 0


def test_nagios_of_one_not_stored(typed: Type, world: LaidWorld) -> None:
    """For Nagios a run that was not stored is UNKNOWN, unless it is CRITICAL anyway."""
    without_tables(world)
    codes = [
        typed(*RUN, "--checks", check, "--format", "nagios").code
        for check in ("data_freshness", "historical_completeness", "dlq_depth")
    ]
    assert codes == [3, 3, 2]


COMMANDS = [RUN, (*RUN, "--dry-run"), ("completeness",), ("failures",), ("drift",), ("tables", "create"), ("serve",)]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_world(typed: Type, world: LaidWorld, command: tuple[str, ...]) -> None:
    """Without a local world every command that needs one is 2, and says how one is made. None is created."""
    world.path.unlink()
    done = typed(*command)
    assert (done.code, done.out) == (2, "")
    assert "python -m validator demo" in done.err
    assert not world.path.exists()


def test_nagios_where_no_run_could_be_made(typed: Type, world: LaidWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line and 3, UNKNOWN, as a plugin says it; why is on stderr too."""
    unknown = typed("run", "no_such_schedule", "--format", "nagios")
    assert (unknown.code, unknown.out.startswith("UNKNOWN - unknown schedule"), unknown.out.count("\n")) == (3, True, 1)
    world.path.unlink()
    missing = typed(*RUN, "--format", "nagios")
    assert (missing.code, "there is no local world" in missing.out, missing.out.count("\n")) == (3, True, 1)
    assert "there is no local world" in missing.err
    monkeypatch.setenv("PORT", "http")
    assert typed(*RUN, "--format", "nagios").code == 3


@pytest.mark.parametrize("command", [*COMMANDS, ("schedules",), ("checks",)], ids=" ".join)
def test_a_broken_source_of_truth(typed: Type, world: LaidWorld, command: tuple[str, ...]) -> None:
    """A source of truth that does not load is 2, with every problem and its place."""
    world.edit(
        "checks.yaml", {"checks": {"dlq_depth": {"class": "DlqDeth"}, "data_freshness": {"limits": {"warn": "soon"}}}}
    )
    done = typed(*command)
    assert (done.code, done.out) == (2, "")
    assert "DlqDeth" in done.err
    assert "soon" in done.err
    assert done.err.count("checks.yaml:") == 2


def test_a_malformed_environment(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every malformed value of the environment is in one message, before anything runs; secrets are not shown."""
    bad = {
        "VALIDATOR_BACKEND": "elsewhere",
        "ALERT_FROM_EMAIL": "a@example.com,b@example.com",
        "EMAIL_ALERTS_TO": "nobody",
        "EMAIL_CRITICAL_TO": "a b@example.com",
        "SLACK_WEBHOOK_URL": "hooks.example.com/secret",
        "HEARTBEAT_URL": "ftp://example.com/secret",
        "SENDGRID_HOST": "api",
        "CLOUD_RUN_TIMEOUT_SECONDS": "0",
        "PORT": "http",
    }
    for name, value in bad.items():
        monkeypatch.setenv(name, value)
    done = typed(*RUN)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"{len(bad)} problems:")
    assert all(name in done.err for name in bad)
    assert "secret" not in done.err


def test_environment_and_schemas_in_one_message(typed: Type, world: LaidWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever mends the one is told of the other at once."""
    world.edit("checks.yaml", {"checks": {"dlq_depth": {"class": "DlqDeth"}}})
    monkeypatch.setenv("PORT", "http")
    monkeypatch.setenv("HEARTBEAT_URL", "https://")
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", "a b")
    done = typed(*RUN)
    assert (done.code, done.err.startswith("4 problems:")) == (2, True), done.err
    for word in ("PORT", "HEARTBEAT_URL", "PUBSUB_EMULATOR_HOST", "DlqDeth"):
        assert word in done.err


def test_a_number_without_end(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number of thousands of digits is malformed like any other: 2."""
    monkeypatch.setenv("PORT", "9" * 5_000)
    assert typed("schedules").code == 2


def test_another_project(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Google Cloud a project unlike the source of truth's is 2."""
    monkeypatch.setenv("VALIDATOR_BACKEND", "gcp")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "another-project")
    done = typed(*RUN)
    assert (done.code, "another-project" in done.err, "league-project" in done.err) == (2, True, True)


def test_the_manual() -> None:
    """The codes are one enum, whose docstring is the manual."""
    assert {code.name: code.value for code in ExitCode} == {"FINE": 0, "FINDINGS": 1, "ERROR": 2, "UNTOLD": 3}
    assert all(f"{code.value} {code.name}" in (ExitCode.__doc__ or "") for code in ExitCode)


def test_the_answer_and_the_code_agree(typed: Type, world: LaidWorld) -> None:
    """Where the exit code is 3 the JSON says why."""
    without_tables(world)
    done = typed(*RUN, "--format", "json")
    delivery = json.loads(done.out)["delivery"]
    assert (done.code, delivery["stored"], bool(delivery["problems"])) == (3, False, True)
