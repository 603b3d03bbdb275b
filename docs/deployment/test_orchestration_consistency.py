"""The pipeline's code and its live world are what its source of truth declares.

Copy this file into `tests/` of the repository that holds the pipeline's code and its `schemas/`; it needs pytest and the
validation runner with its extras grafana and local, and nothing else of that repository. What is live is looked at where
VALIDATOR_BACKEND=gcp finds credentials, or where the local world's file lies; elsewhere those tests are skipped, with a warning.
"""

import functools
import importlib.util
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import google.auth
import google.auth.exceptions
import pytest
from google.cloud import run_v2

from validator.clock import real_now
from validator.compose import Service, service
from validator.config.orchestration import expected_count, is_waited_for
from validator.config.verification import Groups, look
from validator.evidence.differences import Unasked
from validator.evidence.sync import SERVICES, TOPICS
from validator.settings import read_settings
from validator.ssot.source import Ssot

ROOT = next(
    (folder for folder in Path(__file__).resolve().parents if (folder / "schemas/pipeline.yaml").is_file()), Path.cwd()
)
BASELINE = ""
"""A file of accepted findings of `config audit`, from ROOT; empty for none."""
SECONDS = 20
"""How long a service may take to answer; one that starts from cold needs some."""


# the code, which needs no credentials


def test_processor_names_match_ssot() -> None:
    """Every declared copy of the configuration names the phases' processors, and no list in the code names others."""
    wrong = [
        f"{place}: phase {number} expects {config.expected_processors}, declared is {names}"
        for place, number, config in configs()
        if config.expected_processors != (names := [one.name for one in ssot().phases[number].critical_processors])
    ]
    wrong += audited("processor-list")
    assert not wrong, "\n".join(wrong)


def test_expected_processor_count() -> None:
    """Every declared copy of the configuration counts the phases' processors rightly, and no number in the code says otherwise."""
    wrong = [
        f"{place}: phase {number} counts {config.expected_count}, declared is {expected_count(ssot().phases[number])}"
        for place, number, config in configs()
        if not config.expected_count == expected_count(ssot().phases[number]) == len(config.expected_processors)
    ]
    wrong += audited("processor-count")
    assert not wrong, "\n".join(wrong)


def test_no_hardcoded_table_names() -> None:
    """No former name, no undeclared table, and no list by hand where the configuration is imported; and every file could be read."""
    found = audited("former-name", "undeclared-table", "hard-coded-list", "unreadable")
    assert not found, "\n".join(found)


def test_config_generation_idempotent(tmp_path: Path) -> None:
    """What is generated is what is committed; generated again, it is the same to the byte."""
    made = validator("config", "generate", "--root", str(tmp_path))
    assert made.returncode == 0, made.stdout
    once = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert once, "nothing is declared to be generated"
    validator("config", "generate", "--root", str(tmp_path))
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == once
    held = validator("config", "generate", "--check", "--root", str(ROOT))
    assert held.returncode == 0, held.stdout


# the live world


def test_all_tables_exist() -> None:
    """Every declared table is there, as it is declared."""
    wrong = unlike({dataset.name for dataset in ssot().datasets if dataset.tables})
    assert not wrong, "\n".join(wrong)


def test_pubsub_topics_exist() -> None:
    """Every declared topic is there."""
    wrong = unlike({TOPICS})
    assert not wrong, "\n".join(wrong)


def test_service_urls_reachable() -> None:
    """Every declared service is deployed and answers at its address; being refused is an answer, a 5xx is none."""
    wrong = unlike({SERVICES})
    answers = answers_of_cloud_run() if is_cloud() else answers_of_local_world()
    told = {one.name: answers.get(one.name, "is not deployed") for one in ssot().services}
    wrong += [f"{name}: {answer}" for name, answer in told.items() if not isinstance(answer, int) or answer >= 500]
    assert not wrong, "\n".join(wrong)


# how they look


def validator(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Type a command of the validation runner in the checkout; what is neither fine nor a finding fails the test."""
    command = [sys.executable, "-m", "validator", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return done


def environment() -> dict[str, str]:
    """The environment, with the places of the source of truth and of the local world written out."""
    usual = {"VALIDATOR_SCHEMAS": "schemas", "VALIDATOR_LOCAL_DB": "local/pipeline.duckdb"}
    return {**os.environ, **{name: str(ROOT / (os.environ.get(name) or place)) for name, place in usual.items()}}


@functools.cache
def runner() -> Service:
    """The validation runner for this environment."""
    return service(read_settings(environment()))


def ssot() -> Ssot:
    """The source of truth."""
    return runner().ssot


def configs() -> Iterator[tuple[str, int, Any]]:
    """Each declared copy of the configuration with each of its phases: its path, the phase, its configuration."""
    places = [entry.path for entry in ssot().pipeline.generated if entry.kind == "orchestration_config"]
    assert places, "pipeline.yaml declares no orchestration_config"
    for place in places:
        assert (ROOT / place).is_file(), f"{place} is missing: python -m validator config generate --root ."
        module = loaded(ROOT / place)
        for number in [number for number, phase in ssot().phases.items() if is_waited_for(phase)]:
            kind = getattr(module, f"Phase{number}Config", None)
            assert kind, f"{place} is written by hand: python -m validator config generate --root . --adopt"
            yield place, number, kind()


def loaded(path: Path) -> ModuleType:
    """The module of a file, under a name that no other copy of it has."""
    name = "_".join(path.with_suffix("").parts[1:])
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader  # noqa: PT018 - for the type checker
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses look it up
    spec.loader.exec_module(module)
    return module


@functools.cache
def audit() -> tuple[Mapping[str, Any], ...]:
    """The findings of `config audit`."""
    accepted = ("--baseline", BASELINE) if BASELINE else ()
    done = validator("config", "audit", "--root", str(ROOT), "--format", "json", *accepted)
    return tuple(json.loads(done.stdout)["findings"])


def audited(*kinds: str) -> list[str]:
    """The findings of these kinds, the least severe ones left out."""
    return [
        f"{one['file']}:{one['line']}: {one['message']} ({one['remedy']})"
        for one in audit()
        if one["kind"] in kinds and one["severity"] != "P4_LOW"
    ]


@functools.cache
def live() -> Groups:
    """The live world held against the source of truth. Skips the test, loudly, where there is none to look at."""
    if why := nothing_live():
        warnings.warn(f"NOTHING LIVE WAS VERIFIED: {why}", stacklevel=3)
        pytest.skip(f"NOTHING LIVE WAS VERIFIED: {why}")
    return look(runner(), real_now())


def nothing_live() -> str:
    """Why nothing live can be looked at; empty where something can."""
    if not is_cloud():
        world = runner().settings.local_db
        return "" if Path(world).is_file() else f"VALIDATOR_BACKEND is not gcp, and there is no local world {world}"
    try:
        google.auth.default()
    except google.auth.exceptions.DefaultCredentialsError as error:
        return f"no Google credentials ({error})"
    return ""


def is_cloud() -> bool:
    """Whether Google Cloud is looked at, not the local world."""
    return runner().settings.backend == "gcp"


def unlike(subjects: Iterable[str]) -> list[str]:
    """What is unlike declared among these groups, with the command that mends it; a group that could not be asked is, too."""
    groups = {group.subject: group for group in live()}
    wrong = []
    for subject in sorted(subjects):
        group = groups[subject]
        if isinstance(group, Unasked):
            wrong.append(f"{subject}: not compared: {group.reason}")
        elif not group.declared:
            wrong.append(f"{subject}: nothing is declared, so nothing was looked at")
        else:
            wrong += [f"{subject}: {one} (to mend it: {one.fix})" for one in group.differences]
    return wrong


def answers_of_local_world() -> Mapping[str, int | str]:
    """The status that each service of the local world answers with."""
    with duckdb.connect(runner().settings.local_db, read_only=True) as world:
        rows = world.execute("SELECT service, coalesce(health_status, 503) FROM cloud_run.services").fetchall()
    return dict(rows)


def answers_of_cloud_run(client: run_v2.ServicesClient | None = None) -> Mapping[str, int | str]:
    """The status that each service answers with, or why it does not answer."""
    asked = client or run_v2.ServicesClient()
    project = ssot().pipeline.project_id
    regions = {one.region or ssot().pipeline.location for one in ssot().services}
    listed = (
        asked.list_services(parent=f"projects/{project}/locations/{one}", timeout=SECONDS) for one in sorted(regions)
    )
    return {service.name.rpartition("/")[2]: answer_of(service.uri) for services in listed for service in services}


def answer_of(address: str) -> int | str:
    """The status of a service's `/health`, asked without a token: one that is not public answers 403, which is an answer."""
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=SECONDS) as answer:  # noqa: S310 - Cloud Run says where
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError) as error:
        return f"{address} does not answer ({error})"
