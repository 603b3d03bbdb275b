"""A dead letter is written down once, told once, and the same problem as the depth of its subscription."""

import json
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from tests.dead_letters.laying import MARKS, SAYS, arrive, kept, lay, pushed
from tests.http.framework import serving
from tests.http.test_retries import blocked
from tests.http.worlds import mails, make_tables, traces
from tests.worlds.laid import LaidWorld
from validator.errors import ServiceError
from validator.local.queues import LocalQueues
from validator.world import Subscription

RUN_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "dead_letter|9001"))


def push(pubsub: Client, body: Any) -> TestResponse:
    """The answer to one delivery."""
    return pubsub.post("/", data=body) if isinstance(body, bytes) else pubsub.post("/", json=body)


def result_of(answer: TestResponse) -> dict[str, Any]:
    """The one result of the run that was answered."""
    (result,) = answer.get_json()["results"]
    found: dict[str, Any] = result
    return found


def test_a_dead_letter_is_told_at_once(pubsub: Client, world: LaidWorld) -> None:
    """It is a run with one result that says whom it harms, what is missing, and what to type; a mail goes out."""
    answer = push(pubsub, pushed())
    run, result = answer.get_json(), result_of(answer)
    assert (answer.status_code, run["run_id"], run["check_type"], run["schedule_name"]) == (
        200,
        RUN_ID,
        "dead_letter",
        "dead_letter",
    )
    assert (run["status"], run["target_date"], run["trigger_source"]) == ("CRITICAL", "2026-02-03", "pubsub")
    assert (result["check_name"], result["subject"]) == ("dlq_depth", "raw-dlq-sub")
    assert (result["status"], result["severity"], result["target_table"]) == (
        "FAIL",
        "P1_CRITICAL",
        "analytics.summary",
    )
    for words in ("raw-sub after 5 attempts", "phase 3 for 2026-02-03", "no rows for 2026-02-03 in analytics.summary"):
        assert words in result["message"]
    assert result["remedy"].splitlines() == [
        "python -m validator dlq peek raw-dlq-sub",
        "python -m validator dlq replay raw-dlq-sub",
    ]
    assert traces(world) == (1, 1, 1, 1)
    assert "CRITICAL dead_letter 2026-02-03" in mails(world)[0].read_text()


def test_it_is_written_down(pubsub: Client, world: LaidWorld) -> None:
    """The row says what the message said, and what became of its data."""
    push(pubsub, pushed())
    columns = "message_id, subscription, topic, delivery_attempt, phase, target_date::VARCHAR, correlation_id, data_arrived, parse_error"
    assert kept(world, columns) == [
        ("9001", "raw-dlq-sub", "raw-dlq", 5, "phase3", "2026-02-03", "abc-123", False, None)
    ]
    ((published, data, attributes),) = kept(world, "publish_time::VARCHAR, data, attributes")
    assert published == "2026-02-04 10:00:00.5+00"
    assert (json.loads(data), json.loads(attributes)) == (SAYS, MARKS)


def test_a_redelivery_does_nothing_twice(pubsub: Client, world: LaidWorld) -> None:
    """However often it comes, there is one row, one run, one mail; each delivery is acknowledged."""
    answers = [push(pubsub, pushed() | {"deliveryAttempt": number}) for number in range(3)]
    assert [(answer.status_code, answer.get_json()["replayed"]) for answer in answers] == [
        (200, False),
        (200, True),
        (200, True),
    ]
    assert traces(world) == (1, 1, 1, 1)
    assert len(kept(world)) == 1


def test_the_same_as_an_event(pubsub: Client, world: LaidWorld) -> None:
    """An event from the topic is the same dead letter; its topic says where it belongs."""
    eventarc = serving("alert_dead_letter", "cloudevent")
    headers = {
        "ce-id": "9002",
        "ce-source": "//pubsub.googleapis.com/projects/league-project/topics/old-dlq",
        "ce-specversion": "1.0",
        "ce-type": "google.cloud.pubsub.topic.v1.messagePublished",
    }
    body = pushed(message_id="9002", by="eventarc-us-west2-sub-7", attributes={})
    assert eventarc.post("/", json=body, headers=headers).status_code == 200
    assert push(pubsub, body).get_json()["replayed"] is True
    assert kept(world, "subscription, topic") == [("old-dlq-sub", "old-dlq")]


def test_data_that_has_arrived_is_a_warning(pubsub: Client, world: LaidWorld) -> None:
    """Where a later run did the work, people are told so: nothing is lost, the message is to be cleared away."""
    arrive(world)
    result = result_of(push(pubsub, pushed()))
    assert (result["status"], "1 rows in analytics.summary" in result["message"]) == ("WARN", True)
    assert result["remedy"].endswith("\npython -m validator dlq replay raw-dlq-sub --drop-arrived")
    assert kept(world, "data_arrived") == [(True,)]


def test_nothing_owed_is_a_warning(pubsub: Client, world: LaidWorld) -> None:
    """A day without any event owes nothing: the message is no loss."""
    world.sql("DELETE FROM raw.schedule WHERE game_date = DATE '2026-02-03'")
    result = result_of(push(pubsub, pushed()))
    assert (result["status"], "nothing is owed: no game on 2026-02-03" in result["message"]) == ("WARN", True)
    assert kept(world, "data_arrived") == [(None,)]


def test_what_can_not_be_known_is_no_good_news(pubsub: Client, world: LaidWorld) -> None:
    """Without a calendar nobody knows whether data is owed: it fails, and says why."""
    world.sql("DROP TABLE raw.schedule")
    result = result_of(push(pubsub, pushed()))
    assert (result["status"], "can't be known" in result["message"]) == ("FAIL", True)
    assert kept(world, "data_arrived") == [(None,)]


def test_one_that_lacks_its_data_is_not_talked_away_by_the_next(pubsub: Client, world: LaidWorld) -> None:
    """In a burst the problem stays as bad as its worst message: it does not go to and fro, which would be a mail each time."""
    arrive(world)
    lacking = {**SAYS, "game_date": "2026-02-02"}
    statuses = [
        result_of(push(pubsub, pushed(says, number)))["status"]
        for number, says in (("1", SAYS), ("2", lacking), ("3", SAYS), ("4", lacking))
    ]
    assert statuses == ["WARN", "FAIL", "FAIL", "FAIL"]
    world.sql("UPDATE ops.dead_letters SET received_at = received_at - INTERVAL 61 MINUTE")
    assert result_of(push(pubsub, pushed(SAYS, "5")))["status"] == "WARN"


def test_a_burst_is_one_problem(pubsub: Client, world: LaidWorld) -> None:
    """Whatever the messages say, those of one subscription have one fingerprint, which the depth of that subscription has too."""
    for number in range(4):
        push(
            pubsub,
            pushed({**SAYS, "correlation_id": f"c-{number}"}, f"{number}", publishTime=f"2026-02-04T11:00:0{number}Z"),
        )
    marks = world.sql("SELECT DISTINCT fingerprint FROM ops.validation_check_results")
    lay(world, "1")
    assert marks == [(world.look("dlq_depth")["raw-dlq-sub"].fingerprint,)]
    assert "4 within the hour" in world.sql("SELECT max(message) FROM ops.validation_check_results")[0][0]


def test_the_depth_goes_on_about_it(pubsub: Client, world: LaidWorld) -> None:
    """While the message lies in the watched subscription the scheduled check complains, after a replay it passes."""
    lay(world, "9001")
    push(pubsub, pushed())
    assert world.look("dlq_depth")["raw-dlq-sub"].status.value == "WARN"
    world.sql("DELETE FROM pubsub.messages")
    assert world.look("dlq_depth")["raw-dlq-sub"].status.value == "PASS"


def test_not_written_down(pubsub: Client, world: LaidWorld) -> None:
    """With the table away it is told all the same, but not acknowledged; the redelivery writes it down and tells nobody twice."""
    world.sql("DROP TABLE ops.dead_letters")
    answer = push(pubsub, pushed())
    assert (answer.status_code, answer.get_json()["delivery"]["stored"]) == (500, True)
    assert "not stored" in answer.get_json()["delivery"]["problems"][0]
    written = mails(world)[0].stat().st_mtime_ns
    make_tables(world)
    assert push(pubsub, pushed()).status_code == 200
    assert traces(world) == (1, 1, 1, 1)
    assert len(kept(world)) == 1
    assert mails(world)[0].stat().st_mtime_ns == written


def test_no_table_at_all(pubsub: Client, world: LaidWorld) -> None:
    """With no result table it is told all the same; once they are back, all of it is stored, once."""
    world.sql("DROP VIEW ops.validation_trends")
    for table in ("dead_letters", "validation_runs", "validation_check_results", "validation_alerts"):
        world.sql(f"DROP TABLE ops.{table}")
    assert push(pubsub, pushed()).status_code == 500
    written = mails(world)[0].stat().st_mtime_ns
    make_tables(world)
    assert [push(pubsub, pushed()).status_code for _ in range(2)] == [200, 200]
    assert (traces(world), len(kept(world))) == ((1, 1, 1, 1), 1)
    assert mails(world)[0].stat().st_mtime_ns == written


def test_not_delivered(pubsub: Client, world: LaidWorld) -> None:
    """One that nobody could be told of is not acknowledged; the redelivery only tells."""
    blocked(world)
    assert push(pubsub, pushed()).status_code == 500
    blocked(world).unlink()
    assert push(pubsub, pushed()).status_code == 200
    assert (traces(world), len(kept(world))) == ((1, 1, 1, 1), 1)


def test_as_an_event_not_told_is_not_acknowledged(world: LaidWorld) -> None:
    """An event is not acknowledged by an error, which tells no path."""
    blocked(world)
    eventarc = serving("alert_dead_letter", "cloudevent")
    answer = eventarc.post("/", json=pushed())
    assert answer.status_code == 500
    assert str(world.folder) not in answer.get_data(as_text=True)


def test_no_world(pubsub: Client, world: LaidWorld) -> None:
    """Without a world nothing is acknowledged, and no path is told."""
    world.path.unlink()
    answer = push(pubsub, pushed())
    assert answer.status_code == 500
    assert str(world.folder) not in answer.get_data(as_text=True)


def test_only_a_post_is_a_push(pubsub: Client, world: LaidWorld) -> None:
    """Somebody who looks at the address writes nothing down."""
    assert pubsub.get("/").status_code == 405
    assert traces(world) == (0, 0, 0, 0)


ODD: dict[str, Any] = {
    "no JSON": b"{",
    "nothing": b"",
    "deep JSON": b"[" * 100_000,
    "too big a number": b'{"message": ' + b"9" * 6_000 + b"}",
    "NUL": b"\x00\x00",
    "a list": [],
    "no message": {"subscription": "projects/p/subscriptions/raw-dlq-alert"},
    "a message that is none": {"message": "x"},
    "an empty message": {"message": {}},
    "no id": pushed(message_id=None),
    "an id that is a number": pushed(message_id=7),
    "an id that is half a character": pushed(message_id="\ud800"),
    "an id with NUL": pushed(message_id="7\0"),
    "a huge id": pushed(message_id="7" * 10_000),
    "data that is no text": pushed(data=7),
    "data that is no base64": pushed(data="%%%"),
    "data that is no UTF-8": pushed(b"\xff\xfe"),
    "data that is no JSON": pushed(b"hello"),
    "data that is a list": pushed([1]),
    "data that is deep": pushed(b"[" * 50_000),
    "empty data": pushed(b""),
    "no data": pushed(data=None),
    "huge data": pushed(b'{"x": "' + b"y" * 2_000_000 + b'"'),
    "no attributes": pushed(attributes=None),
    "attributes that are a list": pushed(attributes=["x"]),
    "attributes that are numbers": pushed(attributes={"CloudPubSubDeadLetterSourceSubscription": 7}),
}


@pytest.mark.parametrize("what", ODD)
def test_a_malformed_message_is_told_and_acknowledged(pubsub: Client, world: LaidWorld, what: str) -> None:
    """What can't be read is written down with what is wrong with it, told, and never comes back; its redelivery is the same one."""
    answers = [push(pubsub, ODD[what]) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    ((problem, length),) = kept(world, "parse_error, length(data)")
    assert problem
    assert length <= 65_536
    assert result_of(answers[0])["status"] == "FAIL"
    assert traces(world) == (1, 1, 1, 1)


HOSTILE = {
    "a date beyond bounds": {"game_date": "9999-12-31"},
    "a date that is none": {"game_date": "2026-02-31"},
    "today in words": {"game_date": "TODAY"},
    "a phase beyond bounds": {**SAYS, "phase": 10**9},
    "a processor like SQL": {**SAYS, "processor_name": "x'; DROP TABLE ops.validation_runs; --"},
    "NUL in a text": {**SAYS, "correlation_id": "a\0b"},
    "half a character": {**SAYS, "correlation_id": "\ud800"},
    "a terminal's command": {**SAYS, "correlation_id": "\x1b[2J"},
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_contents_are_contents(pubsub: Client, world: LaidWorld, what: str) -> None:
    """JSON that is well-formed and means harm is written down and told like any other."""
    assert push(pubsub, pushed(HOSTILE[what])).status_code == 200
    assert (traces(world), len(kept(world))) == ((1, 1, 1, 1), 1)


def test_a_number_of_attempts_that_no_column_holds(pubsub: Client, world: LaidWorld) -> None:
    """What no column could hold is left out, so that the row is stored."""
    odd = {
        **MARKS,
        "CloudPubSubDeadLetterSourceDeliveryCount": "9" * 30,
        "CloudPubSubDeadLetterSourceTopicPublishTime": "x",
    }
    assert push(pubsub, pushed(attributes=odd)).status_code == 200
    assert kept(world, "delivery_attempt, publish_time::VARCHAR") == [(None, "2026-02-04 11:00:00+00")]


def test_a_dead_letter_of_our_own_trigger_ends_here(pubsub: Client, world: LaidWorld) -> None:
    """What the trigger itself gave up is acknowledged also when it can't be stored or told: it would come back for ever."""
    ours = {**MARKS, "CloudPubSubDeadLetterSourceSubscription": "raw-dlq-alert"}
    blocked(world)
    world.sql("DROP TABLE ops.dead_letters")
    assert push(pubsub, pushed(attributes=ours)).status_code == 200
    world.path.unlink()
    assert push(pubsub, pushed(message_id="9002", attributes=ours)).status_code == 200


def test_a_dead_letter_of_another_trigger_ends_here_too(pubsub: Client, world: LaidWorld) -> None:
    """So is what another subscription of a dead-letter topic gave up."""
    blocked(world)
    theirs = {**MARKS, "CloudPubSubDeadLetterSourceSubscription": "old-dlq-alert"}
    assert push(pubsub, pushed(attributes=theirs)).status_code == 200


def test_a_dead_letter_of_the_runner_is_one_like_others(pubsub: Client, world: LaidWorld) -> None:
    """A message that asked for a run and was given up is told, and asks for nothing here."""
    body = pushed(
        {"schedule": "post_overnight"}, attributes={**MARKS, "CloudPubSubDeadLetterSourceSubscription": "validate"}
    )
    assert push(pubsub, body).status_code == 200
    assert traces(world) == (1, 1, 1, 1)


def test_it_does_not_beat(pubsub: Client, world: LaidWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """The heartbeat is that of schedules: a dead letter would hide that they no longer run."""
    monkeypatch.setenv("HEARTBEAT_URL", "http://127.0.0.1:9/beat")
    answer = push(pubsub, pushed())
    assert answer.status_code == 200
    assert "heartbeat" not in world.sql("SELECT details FROM ops.validation_runs")[0][0]


def test_the_wiring_is_refused(pubsub: Client, world: LaidWorld) -> None:
    """Where the live wiring may not be seen, what is declared has to do; it is told all the same."""
    world.sql("DROP TABLE pubsub.subscriptions")
    assert result_of(push(pubsub, pushed()))["subject"] == "raw-dlq-sub"
    assert (
        result_of(push(pubsub, pushed(message_id="2", by="old-dlq-alert", attributes={})))["subject"] == "old-dlq-alert"
    )


def test_the_wiring_is_away_for_a_moment(pubsub: Client, world: LaidWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the live wiring alone knows and may be seen later, the message comes again rather than be told as another problem."""

    def away(queues: LocalQueues) -> Sequence[Subscription]:
        raise ServiceError("Pub/Sub", "unavailable", transient=True)

    body = pushed(by="old-dlq-alert", attributes={})
    with monkeypatch.context() as patch:
        patch.setattr(LocalQueues, "subscriptions", away)
        assert push(pubsub, body).status_code == 500
        assert (traces(world), kept(world)) == ((0, 0, 0, 0), [])
    assert result_of(push(pubsub, body))["subject"] == "old-dlq-sub"


def test_delivered_many_times_at_once(pubsub: Client, world: LaidWorld) -> None:
    """Deliveries of one message at the same moment are one row, one run, one mail; those that were in the way come again."""
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: push(serving("alert_dead_letter"), pushed()).status_code, range(8)))
    assert set(codes) <= {200, 409}
    assert push(pubsub, pushed()).get_json()["replayed"] is True
    assert (traces(world), len(kept(world))) == ((1, 1, 1, 1), 1)
