"""Starting: `/health` costs nothing of the engine, and a package that is not installed costs only what needs it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from tests.http.worlds import environment_of
from tests.worlds.laid import LaidWorld
from validator.commands import PROJECT_ROOT

LOCAL = "duckdb,sqlglot"
HEAVY = ("google", "grpc", "duckdb", "sqlglot", "jinja2", "sendgrid", "yaml", "requests")


def asked(target: str, without: str = "", environment: Mapping[str, str] | None = None) -> Any:
    """The answer of a fresh process that lacks some packages."""
    command = [sys.executable, "-m", "tests.http.without", without, target]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("VALIDATOR_", "K_", "GOOGLE_"))}
    done = subprocess.run(
        command, cwd=PROJECT_ROOT, env={**clean, **(environment or {})}, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_health_imports_no_engine() -> None:
    """`/health` is answered with the entry point, the settings and the version alone: no engine, no client, no YAML."""
    answer = asked("/health")
    ours = [name for name in answer["modules"] if name.split(".")[0] in ("validator", "checks")]
    assert answer["status"] == 200
    assert ours == ["validator", "validator.errors", "validator.settings", "validator.version"]
    assert not [name for name in answer["modules"] if name.split(".")[0] in HEAVY]


def test_health_needs_nothing_installed() -> None:
    """`/health` answers where no package but Flask is installed, and whatever the environment says."""
    answer = asked(
        "/health", ",".join(HEAVY), {"VALIDATOR_BACKEND": "nonsense", "VALIDATOR_SCHEMAS": "/no/such/folder"}
    )
    assert (answer["status"], json.loads(answer["body"])["status"]) == (200, "ok")


@pytest.mark.parametrize("target", ["/schedules", "/checks", "/?schedule=nope"])
def test_the_function_needs_no_local_package(shared: LaidWorld, target: str) -> None:
    """The deployed function, which has neither DuckDB nor sqlglot, starts and answers; no Google client is imported before it is needed."""
    answer = asked(target, LOCAL, {**environment_of(shared), "VALIDATOR_BACKEND": "gcp"})
    assert answer["status"] == (404 if "nope" in target else 200)
    assert not [name for name in answer["modules"] if name.split(".")[0] in {*HEAVY} - {"yaml"}]


def test_the_local_world_without_its_packages(shared: LaidWorld) -> None:
    """Where the local world's packages are missing, a run is a 500 that names the package and how to get it."""
    answer = asked("/?schedule=post_overnight", LOCAL, environment_of(shared))
    assert answer["status"] == 500
    assert "duckdb is not installed (make setup installs it)" in json.loads(answer["body"])["detail"]


def test_checks_whose_client_is_missing(shared: LaidWorld) -> None:
    """A Google client that is not installed makes the checks that need it ERROR, each naming a package; the run is done all the same."""
    without = f"{LOCAL},google,sendgrid"
    answer = asked(
        "/?schedule=post_overnight&dry_run=true", without, {**environment_of(shared), "VALIDATOR_BACKEND": "gcp"}
    )
    results = json.loads(answer["body"])["results"]
    assert answer["status"] == 200
    assert {result["status"] for result in results} <= {"ERROR", "SKIP"}
    errors = [result["message"] for result in results if result["status"] == "ERROR"]
    assert errors
    assert all("the package google" in message and "is not installed" in message for message in errors)


def test_a_run_without_any_client(shared: LaidWorld) -> None:
    """A run for which neither claim, store nor channel can be made is a 500 with the run as its body, and says what is missing."""
    without = f"{LOCAL},google,sendgrid"
    answer = asked("/?schedule=post_overnight", without, {**environment_of(shared), "VALIDATOR_BACKEND": "gcp"})
    delivery = json.loads(answer["body"])["delivery"]
    assert (answer["status"], delivery["stored"], delivery["sent"]) == (500, False, [])
    assert any(
        "SENDGRID_API_KEY, ALERT_FROM_EMAIL, EMAIL_ALERTS_TO not set" in problem for problem in delivery["problems"]
    )
    assert any(problem.startswith("not stored: BigQuery") for problem in delivery["problems"])
