"""Messages that were given up: taken without being lost, published to all who listen, gone once acknowledged."""

import pytest

from tests.contract.sides import QueuesSide
from validator.clock import real_now
from validator.errors import ServiceError
from validator.letter_ports import Letter
from validator.world import Subscription


@pytest.fixture
def side(queues_side: QueuesSide) -> QueuesSide:
    """A topic with two subscriptions."""
    queues_side.topic("orders")
    for name in ("shipping", "billing"):
        queues_side.subscription(Subscription(name=name, topic="orders"))
    return queues_side


def test_what_is_published_comes_to_everyone(side: QueuesSide) -> None:
    """Every subscription of the topic gets data and attributes as they were, under the id that was told."""
    letters = side.letters()
    sent = Letter(message_id="", data="grüß".encode(), attributes={"a": "ä", "b": ""})
    accepted = letters.publish("orders", sent)
    for name in ("shipping", "billing"):
        (got,) = letters.take(name, 5)
        assert (got.message_id, got.data, got.attributes) == (accepted, sent.data, sent.attributes)
        assert got.published is not None
        assert abs((real_now() - got.published).total_seconds()) < 300


def test_what_is_taken_is_not_lost(side: QueuesSide) -> None:
    """What was given back can be taken again, by anybody."""
    letters = side.letters()
    letters.publish("orders", Letter(message_id="", data=b"1"))
    first = letters.take("shipping", 5)
    letters.give_back("shipping", first)
    (again,) = side.letters().take("shipping", 5)
    assert again.message_id == first[0].message_id


def test_what_is_acknowledged_is_gone(side: QueuesSide) -> None:
    """For that subscription alone; and giving it back afterwards changes nothing."""
    letters = side.letters()
    letters.publish("orders", Letter(message_id="", data=b"1"))
    first = letters.take("shipping", 5)
    letters.acknowledge("shipping", first)
    letters.give_back("shipping", first)
    assert list(letters.take("shipping", 5)) == []
    assert len(letters.take("billing", 5)) == 1


def test_no_more_than_asked(side: QueuesSide) -> None:
    """A limit is one, and the others stay."""
    letters = side.letters()
    for number in range(3):
        letters.publish("orders", Letter(message_id="", data=str(number).encode()))
    taken = letters.take("shipping", 2)
    assert 1 <= len(taken) <= 2
    letters.acknowledge("shipping", taken)
    rest = [letter for _ in range(3) for letter in letters.take("shipping", 5)]
    assert {letter.data for letter in (*taken, *rest)} == {b"0", b"1", b"2"}


def test_an_empty_subscription(side: QueuesSide) -> None:
    """Nothing waits: nothing comes, and that is no error."""
    assert list(side.letters().take("shipping", 5)) == []


def test_what_is_not_there(side: QueuesSide) -> None:
    """A topic or subscription that does not exist is an error: nothing was published, nothing is empty."""
    with pytest.raises(ServiceError, match="Pub/Sub"):
        side.letters().publish("nope", Letter(message_id="", data=b"1"))
    with pytest.raises(ServiceError, match="Pub/Sub"):
        side.letters().take("nope", 1)


def test_a_service_that_can_not_be_reached(side: QueuesSide) -> None:
    """Each step says so."""
    letters, letter = side.unreachable_letters(), Letter(message_id="1", data=b"1", receipt="1")
    for step in (
        lambda: letters.take("shipping", 1),
        lambda: letters.publish("orders", letter),
        lambda: letters.acknowledge("shipping", [letter]),
    ):
        with pytest.raises(ServiceError, match="Pub/Sub"):
            step()
