"""Dead letters: depth, age, wiring; missing, refused, zero and unknown are four different answers."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Severity, Status

CHECK = "dlq_depth"
DLQ = "raw-complete-dlq-sub"
NOW = et(DAY + timedelta(days=1), "06:05")


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """Everything wired as declared, nothing waiting; the topic without subscription is gone from the source of truth."""
    laid = LaidWorld(tmp_path)
    laid.sql("INSERT INTO pubsub.topics VALUES ('raw-complete'), ('raw-complete-dlq'), ('lost-dlq')")
    laid.sql("INSERT INTO pubsub.subscriptions VALUES ('raw-sub', 'raw-complete', 'raw-complete-dlq', 5, NULL)")
    laid.sql("INSERT INTO pubsub.subscriptions VALUES (?, 'raw-complete-dlq', NULL, NULL, NULL)", [DLQ])
    laid.sql("INSERT INTO pubsub.subscriptions VALUES ('lost-dlq-sub', 'lost-dlq', NULL, NULL, NULL)")
    return laid


def waiting(world: LaidWorld, count: int, subscription: str = DLQ) -> None:
    """That many messages, the oldest 26 hours old."""
    world.sql(
        "INSERT INTO pubsub.messages SELECT ?, CAST(range AS VARCHAR), CAST(? AS TIMESTAMPTZ) + to_minutes(range), "
        "'{\"n\": ' || range || '}', '{}' FROM range(?)",
        [subscription, NOW - timedelta(hours=26), count],
    )


def dlq(world: LaidWorld) -> Result:
    """The dead-letter subscription's result."""
    return world.look(CHECK)[DLQ]


@pytest.mark.parametrize(
    ("count", "wanted"), [(0, Status.PASS), (1, Status.WARN), (100, Status.WARN), (101, Status.FAIL)]
)
def test_limits(world: LaidWorld, count: int, wanted: Status) -> None:
    """Any dead letter warns, more than a hundred fail."""
    waiting(world, count)
    assert dlq(world).status is wanted


def test_says_how_old_and_what_to_type(world: LaidWorld) -> None:
    """A finding has depth, age, and the command that looks at the messages; its severity is the subscription's own."""
    waiting(world, 7)
    result = dlq(world)
    assert result.message == "7 messages, the oldest 26 h old"
    assert result.remedy == f"python -m validator dlq peek {DLQ}"
    assert result.severity is Severity.P1_CRITICAL


def test_looking_leases_nothing(world: LaidWorld) -> None:
    """FP-9: looking twice gives the same depth."""
    waiting(world, 3)
    assert (dlq(world).affected_records, dlq(world).affected_records) == (3, 3)


def test_l71_topic_without_subscription(world: LaidWorld) -> None:
    """L-71: a dead-letter topic that nothing subscribes to loses its messages: FAIL."""
    world.sql("DELETE FROM pubsub.subscriptions WHERE topic = 'lost-dlq'")
    result = world.look(CHECK)["lost-dlq"]
    assert result.status is Status.FAIL
    assert "messages are lost" in result.message
    assert result.remedy.startswith("gcloud pubsub subscriptions create lost-dlq-sub")


def test_fp10_missing_subscription(world: LaidWorld) -> None:
    """FP-10: a declared subscription that does not exist is a FAIL, not an empty queue."""
    world.sql("DELETE FROM pubsub.subscriptions WHERE subscription = ?", [DLQ])
    result = dlq(world)
    assert result.status is Status.FAIL
    assert "does not exist" in result.message


def test_fp9_service_not_reachable(world: LaidWorld) -> None:
    """FP-9, FP-10: not being able to ask is ERROR naming the service, not zero."""
    world.sql("DROP TABLE pubsub.subscriptions")
    result = world.look(CHECK)["dlq_depth"]
    assert result.status is Status.ERROR
    assert "Pub/Sub" in result.message


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (
            "UPDATE pubsub.subscriptions SET max_delivery_attempts = 50 WHERE subscription = 'raw-sub'",
            "gives up after 50 attempts, not 5",
        ),
        (
            "UPDATE pubsub.subscriptions SET dead_letter_topic = NULL WHERE subscription = 'raw-sub'",
            "dead-letter topic of raw-sub is not set",
        ),
        (
            "DELETE FROM pubsub.subscriptions WHERE subscription = 'raw-sub'",
            "raw-sub, whose dead letters belong here, does not exist",
        ),
        (
            "UPDATE pubsub.subscriptions SET topic = 'lost-dlq' WHERE subscription = 'raw-complete-dlq-sub'",
            "listens to lost-dlq",
        ),
    ],
)
def test_wiring_unlike_the_source_of_truth(world: LaidWorld, change: str, wanted: str) -> None:
    """Wiring that would lose or delay messages is at least a WARN, named."""
    world.sql(change)
    result = dlq(world)
    assert result.status is Status.WARN
    assert wanted in result.message


def test_ordinary_subscriptions(world: LaidWorld) -> None:
    """L-5, L-33: the same class looks at subscriptions that fall behind."""
    waiting(world, 4, "raw-sub")
    results = world.look("subscription_backlog")
    assert list(results) == ["raw-sub"]
    assert results["raw-sub"].status is Status.WARN


@pytest.mark.parametrize(
    ("messages", "wanted"), [(100, Status.PASS), (101, Status.WARN), (1000, Status.WARN), (1001, Status.FAIL)]
)
def test_a_consumer_that_falls_behind(world: LaidWorld, messages: int, wanted: Status) -> None:
    """L-5: a hundred messages are on their way, a thousand are a consumer that stands still; the limits themselves are not beyond them."""
    limits = {"warn": "> 100", "fail": ["> 1000", "missing", "no_subscription"]}
    world.edit(
        "checks.yaml", {"checks": {"subscription_backlog": {"parameters": {"kind": "ordinary"}, "limits": limits}}}
    )
    waiting(world, messages, "raw-sub")
    assert world.look("subscription_backlog")["raw-sub"].status is wanted


def test_l83_a_message_that_nobody_can_work_off(world: LaidWorld) -> None:
    """L-83: few messages are no backlog, but one that comes back day after day is at least a WARN."""
    world.edit(
        "checks.yaml",
        {
            "checks": {
                "subscription_backlog": {
                    "parameters": {"kind": "ordinary", "oldest_hours": 48},
                    "limits": {"warn": "> 100"},
                }
            }
        },
    )
    waiting(world, 1, "raw-sub")
    assert world.look("subscription_backlog")["raw-sub"].status is Status.PASS
    world.sql("UPDATE pubsub.messages SET publish_time = publish_time - INTERVAL 3 DAY")
    result = world.look("subscription_backlog")["raw-sub"]
    assert result.status is Status.WARN
    assert "no message should wait for more than 48 h" in result.message


@pytest.mark.parametrize(("hours", "wanted"), [(25, Status.WARN), (26.5, Status.PASS)])
def test_l33_few_messages_that_never_get_through(world: LaidWorld, hours: float, wanted: Status) -> None:
    """L-33: a queue that is not deep is stuck all the same where its oldest message waits for too long."""
    parameters = {"kind": "ordinary", "oldest_hours": hours}
    limits = {"warn": "> 100", "fail": ["> 1000", "missing", "no_subscription"]}
    world.edit("checks.yaml", {"checks": {"subscription_backlog": {"parameters": parameters, "limits": limits}}})
    waiting(world, 4, "raw-sub")
    result = world.look("subscription_backlog")["raw-sub"]
    assert result.status is wanted
    assert ("no message should wait for more than 25 h" in result.message) is (wanted is Status.WARN)


def test_samples_on_request(world: LaidWorld) -> None:
    """With `samples` the evidence holds the oldest messages."""
    world.edit("checks.yaml", {"checks": {CHECK: {"parameters": {"samples": 2}}}})
    waiting(world, 3)
    assert dlq(world).evidence["samples"] == ['{"n": 0}', '{"n": 1}']


def test_nothing_declared(world: LaidWorld) -> None:
    """Nothing configured is SKIP with the reason, never PASS."""
    (world.schemas / "infrastructure/pubsub_topics.yaml").write_text("topics: []\n")
    assert {result.status for result in world.look(CHECK).values()} == {Status.SKIP}


def test_wiring_says_how_it_is_mended(world: LaidWorld) -> None:
    """L-33: a subscription that lost its dead-letter topic is WARN, with the command that gives it back; nobody pulls an empty queue."""
    world.sql("UPDATE pubsub.subscriptions SET dead_letter_topic = NULL WHERE subscription = 'raw-sub'")
    result = dlq(world)
    assert (result.status, result.expected_value, result.actual_value) == (
        Status.WARN,
        "wired as declared",
        "wired otherwise",
    )
    command = (
        "gcloud pubsub subscriptions update raw-sub --dead-letter-topic raw-complete-dlq --max-delivery-attempts 5"
    )
    assert result.remedy == f"{command} --project league-project"
