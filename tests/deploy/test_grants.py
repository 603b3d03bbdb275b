"""Roles: every adapter has those that it needs, each is as small as it can be, and each has its reason."""

import ast
from pathlib import Path

import pytest

from tests.config.conftest import ROOT, Source
from tests.deploy.conftest import changed
from validator.deploy.grants import Grant, all_grants
from validator.doctor.probes import PROBES
from validator.ssot.source import Ssot, subscriptions_of

NOTHING_ASKED = {
    "__init__": "holds nothing",
    "answered_at": "reads a clock from any answer",
    "attempts": "how often to ask",
    "bigquery": "the connection of warehouse, scripts and tables",
    "failures": "names of failures",
    "firestore": "the connection of documents and leases",
    "github": "has a token of its own",
    "heartbeat": "is given an address",
    "identity": "says who it is",
    "instants": "plain values",
    "labels": "plain values",
    "letters": "asked on the command line alone, by whoever sends messages again, with their own account",
    "mail_account": "has a key of its own",
    "pubsub": "the connection of queues and letters",
    "rest": "the connection of jobs and logs",
    "retry_after": "plain values",
    "sendgrid": "has a key of its own",
    "slack": "is given an address",
    "values": "plain values",
}
"""Adapters' modules that need no role, and why."""
HOLDS = {"roles/bigquery.metadataViewer": "roles/bigquery.dataViewer", "roles/datastore.viewer": "roles/datastore.user"}
"""Roles that are held by a larger one."""
WIDE = {
    "roles/owner",
    "roles/editor",
    "roles/viewer",
    "roles/bigquery.admin",
    "roles/bigquery.user",
    "roles/datastore.owner",
}


def on_project(grants: tuple[Grant, ...]) -> set[str]:
    """The roles on the whole project."""
    return {grant.role for grant in grants if grant.on == "the project"}


def test_every_adapter_has_its_roles(ssot: Ssot) -> None:
    """A new module of the Google backend needs a role, or a reason why it needs none."""
    modules = {path.stem for path in (ROOT / "validator/gcp").glob("*.py")}
    granted = {adapter for grant in all_grants(ssot) for adapter in grant.adapters}
    assert granted | NOTHING_ASKED.keys() >= modules
    assert granted.isdisjoint(NOTHING_ASKED)


def test_nothing_writes_but_to_its_own(ssot: Ssot) -> None:
    """On the project: running queries, claims in Firestore, and looking. Data is read by dataset, and written in one."""
    grants = all_grants(ssot)
    assert not {grant.role for grant in grants} & WIDE
    writing = {role for role in on_project(grants) if not role.lower().endswith("viewer")}
    assert writing == {"roles/bigquery.jobUser", "roles/datastore.user"}
    assert [grant.on for grant in grants if grant.role == "roles/bigquery.dataEditor"] == ["dataset nba_orchestration"]


def test_every_dataset_and_service_is_covered(ssot: Ssot) -> None:
    """What is watched can be read."""
    on = {grant.on for grant in all_grants(ssot)}
    assert {f"dataset {dataset.name}" for dataset in ssot.datasets} <= on
    assert {f"service {service.name}" for service in ssot.services} <= on
    assert {f"secret {secret}" for secret in ssot.pipeline.runner.secrets.values()} <= on


def test_every_grant_has_a_reason(ssot: Ssot) -> None:
    """A sentence beside each role."""
    assert all(len(grant.why) > 15 for grant in all_grants(ssot))


def test_roles_follow_the_checks(source: Source) -> None:
    """Without the check that counts load jobs nobody sees others' jobs."""
    assert "roles/bigquery.resourceViewer" in on_project(all_grants(changed(source)))
    source.edit("checks.yaml", {"checks": {"load_job_quota": None}})
    schedules = (source.schemas / "schedules.yaml").read_text().replace("      - load_job_quota\n", "")
    (source.schemas / "schedules.yaml").write_text(schedules)
    assert "roles/bigquery.resourceViewer" not in on_project(all_grants(changed(source)))


def test_only_dead_letters_may_be_pulled(ssot: Ssot) -> None:
    """Where the pipeline's own consumers pull, nobody else does."""
    pulled = {grant.on for grant in all_grants(ssot) if grant.role == "roles/pubsub.subscriber"}
    dead = {spec.name for topic in ssot.topics if topic.dead_letter for spec in subscriptions_of(topic)}
    assert pulled == {f"subscription {name}" for name in dead}


def test_the_doctor_finds_what_is_given(ssot: Ssot) -> None:
    """Whatever role the doctor asks for, the plan gives it, or one that holds more."""
    granted = {grant.role for grant in all_grants(ssot)}
    for probe in PROBES:
        if probe.access and probe.access.role:
            assert {probe.access.role, HOLDS.get(probe.access.role)} & granted, probe.name


@pytest.mark.parametrize("module", sorted((ROOT / "validator/gcp").glob("*.py")), ids=lambda path: path.stem)
def test_what_needs_no_role_asks_nothing_of_google(module: Path) -> None:
    """A module without a role makes no client of a Google service and names no host of one."""
    if module.stem not in NOTHING_ASKED or module.stem in {"bigquery", "firestore", "rest"}:
        return
    constants = {node.value for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Constant)}
    assert not any(isinstance(text, str) and "googleapis.com" in text for text in constants)
