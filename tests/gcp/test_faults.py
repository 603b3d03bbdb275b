"""Every question of every adapter, against every way in which its service can go wrong."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
import requests

from tests.gcp.faulty import faulty_grpc, faulty_http
from tests.parts.google_fakes import Fault
from validator.errors import ServiceError
from validator.gcp.attempts import Remaining
from validator.gcp.documents import FirestoreDocuments
from validator.gcp.github import GitHubCommits
from validator.gcp.jobs import CloudSchedulerJobs
from validator.gcp.leases import FirestoreLeases
from validator.gcp.logs import CloudLogs
from validator.gcp.queues import PubSubQueues
from validator.gcp.services import CloudRunServices
from validator.gcp.warehouse import BigQueryWarehouse
from validator.reasons import DENIED, MALFORMED, SLOW, UNREACHABLE
from validator.ssot.models.tables import ColumnSpec, ResultTableSpec
from validator.world import Query

SECONDS = 0.6
"""What an adapter has left; it never gets less, so that only the adapter's own bounds end a test."""
TABLE = ResultTableSpec(name="t", columns=(ColumnSpec(name="a", type="STRING"),))
SHA = "0123456789abcdef"
NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)


def warehouse(url: str, left: Remaining) -> BigQueryWarehouse:
    """The adapter under test."""
    return BigQueryWarehouse("a-project", "US", left, 10**9, emulator=url)


def documents(host: str, left: Remaining) -> FirestoreDocuments:
    """The adapter under test."""
    return FirestoreDocuments("a-project", left, emulator=host)


def leases(host: str, left: Remaining) -> FirestoreLeases:
    """The adapter under test."""
    return FirestoreLeases("a-project", left, emulator=host)


def queues(host: str, left: Remaining) -> PubSubQueues:
    """The adapter under test; both services are at `host`."""
    return PubSubQueues("a-project", left, emulator=host, monitoring_channel=grpc.insecure_channel(host))


def run(host: str, left: Remaining) -> CloudRunServices:
    """The adapter under test."""
    return CloudRunServices("a-project", left, channel=grpc.insecure_channel(host))


def github(url: str, left: Remaining) -> GitHubCommits:
    """The adapter under test."""
    return GitHubCommits("owner/name", "main", "token", left, host=url)


def jobs(url: str, left: Remaining) -> CloudSchedulerJobs:
    """The adapter under test."""
    return CloudSchedulerJobs("a-project", "us-west2", left, host=url, session=requests.Session())


def logs(url: str, left: Remaining) -> CloudLogs:
    """The adapter under test."""
    return CloudLogs("a-project", left, host=url, session=requests.Session())


@dataclass(frozen=True)
class Case:
    """A question: who is asked, over which wire, the adapter for a place and a budget, and the call."""

    service: str
    wire: Callable[[Fault], Any]
    made: Callable[[str, Remaining], Any]
    ask: Callable[[Any], object]


CASES = {
    "query": Case("BigQuery", faulty_http, warehouse, lambda it: it.query(Query(sql="SELECT 1"), {})),
    "columns": Case("BigQuery", faulty_http, warehouse, lambda it: it.columns(["d"], {})),
    "run_once": Case("BigQuery", faulty_http, warehouse, lambda it: it.run_once("store_1", "SELECT 1", {})),
    "ensure": Case("BigQuery", faulty_http, warehouse, lambda it: it.ensure("d", TABLE)),
    "get": Case("Firestore", faulty_grpc, documents, lambda it: it.get("c", "d")),
    "claim": Case("Firestore", faulty_grpc, leases, lambda it: it.claim("n", "h", 30)),
    "renew": Case("Firestore", faulty_grpc, leases, lambda it: it.renew("n", "h", 30)),
    "release": Case("Firestore", faulty_grpc, leases, lambda it: it.release("n", "h")),
    "note": Case("Firestore", faulty_grpc, leases, lambda it: it.note("n", "text")),
    "notes": Case("Firestore", faulty_grpc, leases, lambda it: it.notes("n")),
    "topics": Case("Pub/Sub", faulty_grpc, queues, lambda it: it.topics()),
    "subscriptions": Case("Pub/Sub", faulty_grpc, queues, lambda it: it.subscriptions()),
    "peek": Case("Pub/Sub", faulty_grpc, queues, lambda it: it.peek("subscription", 3)),
    "backlogs": Case("Cloud Monitoring", faulty_grpc, queues, lambda it: it.backlogs(["subscription"])),
    "deployed": Case("Cloud Run", faulty_grpc, run, lambda it: it.deployed(["us-west2"])),
    "live": Case("Cloud Scheduler", faulty_http, jobs, lambda it: it.live()),
    "of_service": Case("Cloud Logging", faulty_http, logs, lambda it: it.of_service("api", NOON, NOON)),
    "find": Case("GitHub", faulty_http, github, lambda it: it.find(SHA)),
    "log": Case("GitHub", faulty_http, github, lambda it: it.log("src")),
    "files": Case("GitHub", faulty_http, github, lambda it: it.files(SHA)),
}
MEANINGS = {
    Fault.REFUSED: (UNREACHABLE, True),
    Fault.SLOW: (SLOW, True),
    Fault.DENIED: (DENIED, False),
    Fault.MALFORMED: (MALFORMED, False),
}


@pytest.mark.parametrize("fault", MEANINGS, ids=str)
@pytest.mark.parametrize("question", CASES)
def test_a_fault_is_named_and_never_taken_for_an_answer(question: str, fault: Fault) -> None:
    """A service that refuses, is slow, denies or talks nonsense gives a ServiceError with its name and the reason, in time."""
    case = CASES[question]
    reason, transient = MEANINGS[fault]
    with case.wire(fault) as at, closing(case.made(at, lambda: SECONDS)) as adapter:
        began = time.monotonic()
        with pytest.raises(ServiceError) as caught:
            case.ask(adapter)
        took = time.monotonic() - began
    assert (caught.value.service, caught.value.transient) == (case.service, transient)
    assert caught.value.reason.startswith(reason)
    assert took < SECONDS + 1.5


@pytest.mark.parametrize("question", CASES)
def test_nobody_is_asked_when_no_time_is_left(question: str) -> None:
    """With no second left the answer is a ServiceError at once, and the service is not bothered."""
    case = CASES[question]
    adapter = case.made("127.0.0.1:9", lambda: 0.0)
    with closing(adapter), pytest.raises(ServiceError, match="no time was left") as caught:
        case.ask(adapter)
    assert (caught.value.service, caught.value.transient) == (case.service, True)
