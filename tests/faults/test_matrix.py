"""Every outside service broken in every way. `AFFECTED` is the table: what a service's fault costs, and nothing more."""

import json
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.faults.breaking import FAULTS, broken, reason
from tests.faults.league import BUSY_SECONDS, LIMIT_SECONDS, League
from tests.faults.places import SECRETS, Answer, scheduled_run
from tests.parts.google_fakes import Fault

pytestmark = pytest.mark.xdist_group("faults")  # one worker lays the league out, once

AFFECTED = {
    "BigQuery": {
        *("phase2_completion", "phase3_completion", "phase5_completion"),
        *("historical_completeness", "data_freshness", "consecutive_failures"),
    },
    "Firestore": {"phase2_completion"},
    "Pub/Sub": {"dlq_depth"},
    "Cloud Monitoring": {"dlq_depth"},
    "Cloud Run": {"deployment_drift", "service_health"},
    "Cloud Scheduler": {"scheduler_jobs"},
    "Cloud Logging": {"recent_errors"},
    "GitHub": {"deployment_drift"},
    "SendGrid": set[str](),
    "Slack": set[str](),
}
"""The checks that can't judge without a service: of the whole schedule for BigQuery, of a leaner one for the others."""
STORES, CHANNELS = "BigQuery", {"SendGrid": "email", "Slack": "slack"}
"""The services that a run needs when it is stored and told."""
CASES = [pytest.param(service, fault, id=f"{service}-{fault}") for service in AFFECTED for fault in FAULTS]


@pytest.fixture(scope="module")
def usual(everything: League, healthy: Answer) -> Mapping[str, Answer]:
    """The runs as they are when nothing is broken."""
    lean = scheduled_run(everything.places, everything.schemas["lean"], "usual")
    return {"whole": healthy, "lean": lean}


@pytest.mark.parametrize(("service", "fault"), CASES)
def test_a_fault_costs_what_needs_the_service_and_nothing_else(
    everything: League,
    usual: Mapping[str, Answer],
    service: str,
    fault: Fault,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What needs the service is ERROR and says so, the rest is as ever; the answer says what is missing, and a retry mends it."""
    job, kind = f"{service} {fault}", "whole" if service == "BigQuery" else "lean"
    schemas = everything.schemas[f"{kind}, hasty" if fault is Fault.SLOW else kind]
    with broken(service, fault) as place:
        began = time.monotonic()
        answer = scheduled_run({**everything.places, service: place}, schemas, job)
        took = time.monotonic() - began
    _judged(answer, usual[kind], service, reason(service, fault))
    _answered(answer, service, reason(service, fault))
    assert took < LIMIT_SECONDS + BUSY_SECONDS or fault is not Fault.SLOW
    again = scheduled_run(everything.places, everything.schemas[kind], job) if answer.status == 500 else answer
    _mended(everything, again, answer, service)
    _kept_quiet(schemas, answer.text, again.text, capfd.readouterr().out)
    assert not any(secret in caplog.text for secret in SECRETS)


def _judged(answer: Answer, usual: Answer, service: str, why: str) -> None:
    """The checks that need the service are ERROR and name it and what is wrong; the others' results are those of the usual run."""
    for check in usual.checks - AFFECTED[service]:
        assert answer.of_check(check) == usual.of_check(check), check
    for check in AFFECTED[service]:
        skipped = {result["subject"] for result in usual.of_check(check) if result["status"] == "SKIP"}
        results = [result for result in answer.of_check(check) if result["subject"] not in skipped]
        assert {result["status"] for result in results} == {"ERROR"}, results
        for result in results:
            assert service in result["message"]
            assert why in result["message"]
    assert answer.run["status"] == ("ERROR" if AFFECTED[service] else "WARNING")


def _answered(answer: Answer, service: str, why: str) -> None:
    """200 when the run is stored and told, whatever it found; else 500 with what is missing, by name."""
    delivery = answer.run["delivery"]
    assert delivery["stored"] is (service != STORES)
    assert delivery["sent"] == [name for name in ("email", "slack") if name != CHANNELS.get(service)]
    if service != STORES and service not in CHANNELS:
        assert (answer.status, delivery["problems"]) == (200, [])
        return
    assert answer.status == 500
    first, *others = delivery["problems"]
    what = "not stored" if service == STORES else CHANNELS[service]
    assert first.startswith(f"{what}: {service}")
    assert why in first
    assert len(others) == (2 if service == STORES else 0)


def _mended(everything: League, again: Answer, answer: Answer, service: str) -> None:
    """In the end, after a retry where there was something to retry, the run is stored once and every channel was told once."""
    run_id = answer.run["run_id"]
    assert (again.status, again.run["run_id"]) == (200, run_id)
    assert again.run["delivery"] == {"stored": True, "sent": ["email", "slack"], "problems": []}
    assert again.run["replayed"] is (service in CHANNELS)
    assert len(everything.mails(run_id)) == len(everything.messages(run_id)) == 1
    if service in (STORES, *CHANNELS):
        assert (len(everything.rows("validation_runs", run_id)), len(everything.told(run_id))) == (1, 2)


def _kept_quiet(schemas: Path, first: str, second: str, log: str) -> None:
    """No secret, path or address gets out; log lines are JSON, and none is an ERROR: a service's fault is a finding."""
    for text in (first, second, log):
        for secret in (*SECRETS, str(schemas), "127.0.0.1", "Traceback"):
            assert secret not in text
    assert {json.loads(line)["severity"] for line in log.splitlines()} <= {"INFO", "WARNING"}
