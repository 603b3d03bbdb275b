"""A watched service that answers badly for its health is a finding about that service, and about no other; a refusal is the runner's own trouble."""

import pytest

from tests.faults.breaking import FAULTS, broken
from tests.faults.league import League, deploy
from tests.faults.places import Answer, scheduled_run
from tests.parts.google_fakes import Fault, GoogleFake

pytestmark = pytest.mark.xdist_group("faults")  # one worker lays the league out, once

CHECK = "service_health"
FOUND = {
    Fault.REFUSED: ("FAIL", f"/health gave no answer: {FAULTS[Fault.REFUSED]}"),
    Fault.SLOW: ("FAIL", f"/health gave no answer: {FAULTS[Fault.SLOW]}"),
    Fault.DENIED: ("ERROR", "/health refused the runner with 403: its account lacks roles/run.invoker on scraper"),
    Fault.MALFORMED: ("FAIL", f"/health gave no answer: {FAULTS[Fault.MALFORMED]}"),
}
"""What is found of a service whose `/health` goes wrong in each way."""


@pytest.fixture(scope="module")
def usual(everything: League) -> Answer:
    """The leaner run as it is when nothing is broken."""
    return scheduled_run(everything.places, everything.schemas["lean"], "usual health")


@pytest.mark.parametrize("fault", FAULTS)
def test_one_service_that_is_not_well(everything: League, usual: Answer, fault: Fault) -> None:
    """It is found, and never PASS; the others are asked all the same, and every other check says what it always says."""
    kind = "lean, hasty" if fault is Fault.SLOW else "lean"
    with broken("/health", fault) as place, GoogleFake() as cloud_run:
        deploy(everything.warehouse.project, cloud_run, everything.places["/health"], scraper=place)
        places = {**everything.places, "Cloud Run": cloud_run.host}
        answer = scheduled_run(places, everything.schemas[kind], f"health {fault}")
    found = {result["subject"]: (result["status"], result["message"]) for result in answer.of_check(CHECK)}
    assert found.pop("scraper") == FOUND[fault]
    assert {status for status, _ in found.values()} == {"PASS"}
    assert answer.status == 200
    for check in usual.checks - {CHECK}:
        assert answer.of_check(check) == usual.of_check(check)
