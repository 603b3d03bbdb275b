"""Runs asked for by Pub/Sub, as a push request: a message is one run, acknowledged when that is done, delivered again until then."""

import uuid
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from tests.http.asking import fired
from tests.http.framework import message, serving
from tests.http.test_retries import blocked, without_tables
from tests.http.worlds import mails, make_tables, traces
from tests.worlds.laid import LaidWorld

ASKED = {"schedule": "post_overnight"}


@pytest.fixture
def pubsub(environment: LaidWorld) -> Client:
    """Pub/Sub's side of the push."""
    return serving("run_validation_event")


@pytest.fixture(scope="module")
def refusing(shared_environment: LaidWorld) -> Client:
    """Pub/Sub's side, for what is refused."""
    return serving("run_validation_event")


def pushed(pubsub: Client, body: Any) -> TestResponse:
    """The answer to one delivery."""
    answer = pubsub.post("/", json=body)
    assert answer.headers["Cache-Control"] == "no-store"
    return answer


def test_a_message_is_a_run(pubsub: Client, environment: LaidWorld) -> None:
    """A message runs its schedule, for the date that its publish time means, under an id made of the message's; 200 acknowledges."""
    answer = pushed(pubsub, message(ASKED))
    body = answer.get_json()
    assert (answer.status_code, body["trigger_source"], body["target_date"]) == (200, "pubsub", "2026-02-03")
    assert body["run_id"] == str(uuid.uuid5(uuid.NAMESPACE_URL, "pubsub|7001"))
    assert traces(environment) == (1, len(body["results"]), 1, 1)


def test_a_redelivery(pubsub: Client, environment: LaidWorld) -> None:
    """However often a message is delivered, there is one run and one mail; every delivery is acknowledged."""
    answers = [pushed(pubsub, message(ASKED)) for _ in range(3)]
    assert [(answer.status_code, answer.get_json()["replayed"]) for answer in answers] == [
        (200, False),
        (200, True),
        (200, True),
    ]
    assert traces(environment)[0::3] == (1, 1)


def test_another_message(pubsub: Client, environment: LaidWorld) -> None:
    """Another message is another run, also when it says the same."""
    ids = {
        pushed(pubsub, message({"schedule": "phase_triggers"}, number)).get_json()["run_id"] for number in ("1", "2")
    }
    assert len(ids) == traces(environment)[0] == 2


def test_a_date(pubsub: Client) -> None:
    """A message may name the target date; it is still the same run when it is delivered again."""
    asked = {"schedule": "phase_triggers", "date": "2026-01-20"}
    answers = [pushed(pubsub, message(asked)).get_json() for _ in range(2)]
    assert {answer["target_date"] for answer in answers} == {"2026-01-20"}
    assert answers[1]["replayed"]


@pytest.mark.parametrize(
    ("published", "day"),
    [
        ("2026-02-04T04:00:00Z", "2026-02-03"),
        ("2026-02-04T05:00:00Z", "2026-02-04"),
        ("2026-03-08T06:59:00Z", "2026-03-08"),
    ],
)
def test_the_date_of_publishing(pubsub: Client, published: str, day: str) -> None:
    """Without a date it is the day of publishing, as the pipeline's zone names it."""
    assert (
        pushed(pubsub, message({"schedule": "phase_triggers"}, publishTime=published)).get_json()["target_date"] == day
    )


def test_snake_case(pubsub: Client) -> None:
    """A message whose id is spelled `message_id` is the same message."""
    body = message({"schedule": "phase_triggers"})
    del body["message"]["messageId"]
    body["message"]["message_id"] = "7001"
    assert pushed(pubsub, body).get_json()["run_id"] == str(uuid.uuid5(uuid.NAMESPACE_URL, "pubsub|7001"))


def test_the_headers_of_a_scheduler(pubsub: Client) -> None:
    """A scheduler's headers mean nothing here."""
    answer = pubsub.post("/", json=message({"schedule": "phase_triggers"}), headers=fired())
    assert answer.get_json()["run_id"] == str(uuid.uuid5(uuid.NAMESPACE_URL, "pubsub|7001"))


MALFORMED: dict[str, Any] = {
    "no JSON": b"{",
    "nothing": None,
    "a list": [],
    "a number": 7,
    "no message": {"subscription": "x"},
    "a message that is none": {"message": "x"},
    "no data": {"message": {"messageId": "1"}},
    "data that is no base64": {"message": {"messageId": "1", "data": "%%%"}},
    "data that is no JSON": message(b"\xff\xfe"),
    "data that is empty": message(b""),
    "data that is a list": message(["post_overnight"]),
    "data that is deep": message(b"[" * 50_000),
    "no schedule": message({"date": "2026-02-03"}),
    "a schedule that is no text": message({"schedule": 7}),
    "a schedule that is half a character": message(b'{"schedule": "\\ud800"}'),
    "an unknown schedule": message({"schedule": "nope"}),
    "an unknown key": message({**ASKED, "checks": "dlq_depth"}),
    "a key that is half a character": message(b'{"schedule": "post_overnight", "\\ud800": "x"}'),
    "a bad date": message({**ASKED, "date": "2026-2-3"}),
    "a date that is no text": message({**ASKED, "date": 20260203}),
    "a date that is null": message({**ASKED, "date": None}),
    "no id": message(ASKED, None),
    "an empty id": message(ASKED, ""),
    "an id that is a number": message(ASKED, 7001),
    "an id that is half a character": message(ASKED, "\ud800"),
    "an id with NUL": message(ASKED, "7\0"),
    "too big a number": b'{"message": ' + b"9" * 6_000 + b"}",
}  # fmt: skip


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_message(refusing: Client, what: str) -> None:
    """A message that can't be understood is not acknowledged: a problem is answered, and nothing is run."""
    body = MALFORMED[what]
    answer = refusing.post("/", data=body) if isinstance(body, bytes) else pushed(refusing, body)
    assert answer.status_code in (400, 404)
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("method", ["GET", "PUT", "FOO"])
def test_only_a_post_is_a_push(refusing: Client, method: str) -> None:
    """Anything but a POST is refused, with what is allowed."""
    answer = refusing.open("/", method=method, json=message(ASKED))
    assert (answer.status_code, answer.headers["Allow"], answer.content_type) == (
        405,
        "POST",
        "application/problem+json",
    )


def test_not_stored(pubsub: Client, environment: LaidWorld) -> None:
    """A run that was not stored is not acknowledged; the redelivery stores it and tells nobody twice."""
    without_tables(environment)
    answer = pushed(pubsub, message(ASKED))
    assert (answer.status_code, answer.get_json()["delivery"]["stored"]) == (500, False)
    written = mails(environment)[0].stat().st_mtime_ns
    make_tables(environment)
    assert pushed(pubsub, message(ASKED)).status_code == 200
    assert traces(environment)[0::3] == (1, 1)
    assert mails(environment)[0].stat().st_mtime_ns == written


def test_not_delivered(pubsub: Client, environment: LaidWorld) -> None:
    """A run that was not delivered is not acknowledged; the redelivery sends it."""
    blocked(environment)
    assert pushed(pubsub, message(ASKED)).status_code == 500
    blocked(environment).unlink()
    assert pushed(pubsub, message(ASKED)).get_json()["delivery"]["sent"] == ["outbox"]
    assert traces(environment)[0::3] == (1, 1)


def test_no_world(pubsub: Client, environment: LaidWorld) -> None:
    """Without a world nothing is acknowledged, and no path is told."""
    environment.path.unlink()
    answer = pushed(pubsub, message(ASKED))
    assert answer.status_code == 500
    assert str(environment.folder) not in answer.get_data(as_text=True)
