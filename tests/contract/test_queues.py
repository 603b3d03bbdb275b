"""What every reader of topics and subscriptions answers."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.sides import QueuesSide
from validator.errors import ServiceError
from validator.world import Backlog, Subscription

TWO_HOURS_AGO = datetime.now(UTC) - timedelta(hours=2)


@pytest.fixture
def queues(queues_side: QueuesSide) -> QueuesSide:
    """Two topics, a subscription of each."""
    for topic in ("phase2-complete", "phase2-complete-dlq"):
        queues_side.topic(topic)
    queues_side.subscription(Subscription(name="phase2-complete-dlq-sub", topic="phase2-complete-dlq"))
    queues_side.subscription(
        Subscription(
            name="phase3-sub",
            topic="phase2-complete",
            dead_letter_topic="phase2-complete-dlq",
            max_delivery_attempts=7,
            push_endpoint="https://phase3.example.com/process",
        )
    )
    return queues_side


def test_topics_are_short_names(queues: QueuesSide) -> None:
    """Every topic of the project, by the name people use."""
    assert sorted(queues.queues().topics()) == ["phase2-complete", "phase2-complete-dlq"]


def test_subscriptions_say_how_they_are_wired(queues: QueuesSide) -> None:
    """Topic, dead-letter topic, attempts and push endpoint; what is not set is None."""
    plain, wired = sorted(queues.queues().subscriptions(), key=lambda one: one.name)
    assert plain == Subscription(name="phase2-complete-dlq-sub", topic="phase2-complete-dlq")
    assert wired == Subscription(
        name="phase3-sub",
        topic="phase2-complete",
        dead_letter_topic="phase2-complete-dlq",
        max_delivery_attempts=7,
        push_endpoint="https://phase3.example.com/process",
    )


def test_a_project_without_topics_has_none(queues_side: QueuesSide) -> None:
    """Having nothing is an answer."""
    assert list(queues_side.queues().topics()) == []
    assert list(queues_side.queues().subscriptions()) == []


def test_a_backlog_has_a_depth_and_an_age(queues: QueuesSide) -> None:
    """The depth is the number of messages, the age that of the oldest (as exact as the service tells it)."""
    queues.waiting("phase2-complete-dlq-sub", ["one", "two", "three"], TWO_HOURS_AGO)
    backlog = queues.queues().backlogs(["phase2-complete-dlq-sub"])["phase2-complete-dlq-sub"]
    assert backlog.depth == 3
    assert backlog.oldest is not None
    assert abs(backlog.oldest - TWO_HOURS_AGO) < timedelta(minutes=5)
    assert backlog.oldest.tzinfo is UTC


def test_an_empty_backlog_is_zero(queues: QueuesSide) -> None:
    """A subscription with nothing in it has depth 0 and no oldest message."""
    queues.quiet("phase2-complete-dlq-sub")
    assert queues.queues().backlogs(["phase2-complete-dlq-sub"]) == {"phase2-complete-dlq-sub": Backlog(depth=0)}


def test_an_unknown_depth_is_left_out(queues: QueuesSide) -> None:
    """A subscription nothing is known of is absent, never 0."""
    queues.quiet("phase2-complete-dlq-sub")
    assert set(queues.queues().backlogs(["phase2-complete-dlq-sub", "nobody-sub"])) == {"phase2-complete-dlq-sub"}


def test_no_subscriptions_have_no_backlogs(queues: QueuesSide) -> None:
    """Asking for none answers none."""
    assert queues.queues().backlogs([]) == {}


def test_peeking_leaves_the_messages(queues: QueuesSide) -> None:
    """The oldest bodies come first, as text, and come again when asked again."""
    bodies = ['{"date": "2026-01-05"}', 'not JSON: it\'s \\ "this"', "été 🏀"]
    queues.waiting("phase2-complete-dlq-sub", bodies, TWO_HOURS_AGO)
    peek = queues.queues().peek
    assert list(peek("phase2-complete-dlq-sub", 10)) == bodies
    assert list(peek("phase2-complete-dlq-sub", 10)) == bodies


def test_peeking_stops_at_the_limit(queues: QueuesSide) -> None:
    """No more bodies than asked for."""
    queues.waiting("phase2-complete-dlq-sub", ["one", "two", "three"], TWO_HOURS_AGO)
    assert len(queues.queues().peek("phase2-complete-dlq-sub", 2)) == 2


def test_peeking_into_nothing_is_empty(queues: QueuesSide) -> None:
    """An empty subscription has no bodies."""
    assert list(queues.queues().peek("phase2-complete-dlq-sub", 10)) == []


def test_peeking_where_nothing_is_is_an_error(queues: QueuesSide) -> None:
    """A subscription that does not exist can't be looked into."""
    with pytest.raises(ServiceError):
        queues.queues().peek("nobody-sub", 10)


def test_queues_that_cannot_be_reached_are_an_error(queues_side: QueuesSide) -> None:
    """Not being able to ask is never an empty list."""
    queues = queues_side.unreachable()
    for ask in (queues.topics, queues.subscriptions, lambda: queues.backlogs(["a"]), lambda: queues.peek("a", 1)):
        with pytest.raises(ServiceError):
            ask()
