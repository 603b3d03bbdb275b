"""Runs asked for by Pub/Sub, as a CloudEvent: returning acknowledges, raising has it delivered again, and an error tells no secret."""

import uuid

import pytest
from werkzeug.test import Client, TestResponse

from tests.http.framework import message, serving
from tests.http.test_push import ASKED, MALFORMED
from tests.http.test_retries import blocked
from tests.http.worlds import traces
from tests.worlds.laid import LaidWorld

HEADERS = {
    "ce-id": "7001",
    "ce-source": "//pubsub.googleapis.com/projects/league-project/topics/validate",
    "ce-specversion": "1.0",
    "ce-type": "google.cloud.pubsub.topic.v1.messagePublished",
}


@pytest.fixture
def eventarc(environment: LaidWorld) -> Client:
    """Eventarc's side of the delivery."""
    return serving("run_validation_event", "cloudevent")


@pytest.fixture(scope="module")
def refusing(shared_environment: LaidWorld) -> Client:
    """Eventarc's side, for what is refused."""
    return serving("run_validation_event", "cloudevent")


def delivered(eventarc: Client, body: object) -> TestResponse:
    """The framework's answer to one delivery."""
    return eventarc.post("/", json=body, headers=HEADERS)


def test_an_event_is_a_run(eventarc: Client, environment: LaidWorld) -> None:
    """An event runs its schedule under an id made of the message's, and a redelivery changes nothing."""
    for _ in range(3):
        assert delivered(eventarc, message(ASKED)).status_code == 200
    ids = environment.sql("SELECT run_id, trigger_source FROM ops.validation_runs")
    assert ids == [(str(uuid.uuid5(uuid.NAMESPACE_URL, "pubsub|7001")), "pubsub")]
    assert traces(environment)[0::3] == (1, 1)


def test_the_same_message_by_both_ways(eventarc: Client, environment: LaidWorld) -> None:
    """A message that comes as an event and as a push is one run."""
    assert delivered(eventarc, message(ASKED)).status_code == 200
    assert serving("run_validation_event").post("/", json=message(ASKED)).get_json()["replayed"] is True
    assert traces(environment)[0] == 1


def test_a_push_without_the_headers_of_an_event(eventarc: Client, environment: LaidWorld) -> None:
    """A plain push to an entry point deployed for events is made an event by the framework, and is the same run."""
    for _ in range(2):
        assert eventarc.post("/", json=message(ASKED)).status_code == 200
    assert environment.sql("SELECT run_id FROM ops.validation_runs") == [
        (str(uuid.uuid5(uuid.NAMESPACE_URL, "pubsub|7001")),)
    ]


@pytest.mark.parametrize("what", [what for what, body in MALFORMED.items() if not isinstance(body, bytes)])
def test_a_malformed_event(refusing: Client, what: str) -> None:
    """An event that can't be understood is not acknowledged, and nothing is run."""
    answer = delivered(refusing, MALFORMED[what])
    assert answer.status_code == 500
    assert "Traceback" not in answer.get_data(as_text=True)


def test_not_delivered(eventarc: Client, environment: LaidWorld) -> None:
    """A run that was not delivered is not acknowledged; the redelivery sends it."""
    blocked(environment)
    assert delivered(eventarc, message(ASKED)).status_code == 500
    blocked(environment).unlink()
    assert delivered(eventarc, message(ASKED)).status_code == 200
    assert traces(environment)[0::3] == (1, 1)


def test_no_world(eventarc: Client, environment: LaidWorld) -> None:
    """What the framework shows of the error is no path."""
    environment.path.unlink()
    answer = delivered(eventarc, message(ASKED))
    assert answer.status_code == 500
    assert str(environment.folder) not in answer.get_data(as_text=True)
