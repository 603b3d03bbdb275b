"""Where a dead letter belongs: what is declared is asked first, the live wiring for what is not."""

from collections.abc import Mapping

import pytest

from tests.dead_letters.laying import LIVE, MARKS, pushed
from tests.worlds.laid import LaidWorld
from validator.dead_letters.message import SOURCE, DeadLetter, of_delivery
from validator.dead_letters.place import UNKNOWN, Place, Wiring
from validator.status import Severity
from validator.world import Subscription


class Asked:
    """The live wiring, and how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Mapping[str, Subscription]:
        """The live subscriptions."""
        self.times += 1
        return {name: Subscription(name=name, topic=topic, dead_letter_topic=dead) for name, topic, dead in LIVE}


@pytest.fixture(scope="module")
def declared(template: LaidWorld) -> LaidWorld:
    """The source of truth."""
    return template


def letter(by: str = "raw-dlq-alert", source: str = "raw-sub", topic: str = "") -> DeadLetter:
    """A dead letter that came by one subscription and was given up by another."""
    return of_delivery(pushed(by=by, attributes={**MARKS, SOURCE: source}), b"", topic)


def place(world: LaidWorld, one: DeadLetter, live: Asked | None = None) -> Place:
    """Where it belongs."""
    return Wiring(world.service().ssot, live or Asked()).place(one)


def test_what_is_declared_is_enough(declared: LaidWorld) -> None:
    """The subscription that gave it up names its dead-letter topic, and that the subscription people look into; nothing live is asked."""
    live = Asked()
    found = place(declared, letter(), live)
    assert found == Place(
        subscription="raw-dlq-sub",
        watched=True,
        topic="raw-dlq",
        source_topic="raw-complete",
        phase=3,
        severity=Severity.P1_CRITICAL,
    )
    assert live.times == 0


def test_the_topic_that_an_event_names(declared: LaidWorld) -> None:
    """An event's topic goes before what the message says of its source."""
    assert place(declared, letter(topic="old-dlq")).subscription == "old-dlq-sub"


def test_a_subscription_that_is_declared(declared: LaidWorld) -> None:
    """A message that was taken from a declared subscription belongs there."""
    assert place(declared, letter(by="old-dlq-sub", source="")).topic == "old-dlq"


def test_a_trigger_that_is_not_declared(declared: LaidWorld) -> None:
    """Of our trigger's own subscription only the live wiring knows the topic."""
    assert place(declared, letter(by="old-dlq-alert", source="")).subscription == "old-dlq-sub"


def test_a_source_that_is_not_declared(declared: LaidWorld) -> None:
    """Of a source that is not declared, too: its topic is where a replay goes."""
    live = {"new-sub": Subscription(name="new-sub", topic="raw-complete", dead_letter_topic="old-dlq")}
    found = Wiring(declared.service().ssot, lambda: live).place(letter(by="gone", source="new-sub"))
    assert (found.topic, found.source_topic) == ("old-dlq", "raw-complete")


def test_the_only_topic_that_gives_up_to_it(declared: LaidWorld) -> None:
    """Without a word of its source a message came from the only topic that gives messages up to this one."""
    assert place(declared, letter(by="raw-dlq-sub", source="")).source_topic == "raw-complete"
    assert place(declared, letter(by="old-dlq-sub", source="")).source_topic == ""


def test_a_topic_without_a_declared_subscription(declared: LaidWorld) -> None:
    """Its name is the problem's, as it is for the check that watches depths."""
    found = place(declared, letter(by="deaf-dlq-alert", source=""))
    assert (found.subscription, found.watched, found.topic) == ("deaf-dlq", False, "deaf-dlq")


@pytest.mark.parametrize("by", ["", "x\0y", "a b", "<script>", "../..", "é" * 20])
def test_names_that_are_none(declared: LaidWorld, by: str) -> None:
    """Whatever is no resource's name is one and the same problem."""
    assert place(declared, letter(by=by, source="")) == Place(subscription=UNKNOWN)


@pytest.mark.parametrize(
    ("by", "source", "again"),
    [
        ("raw-dlq-alert", "raw-sub", False),
        ("raw-dlq-alert", "raw-dlq-alert", True),
        ("raw-dlq-alert", "old-dlq-alert", True),
        ("raw-dlq-alert", "raw-dlq-sub", True),
        ("raw-dlq-alert", "", False),
        ("unheard-of", "unheard-of", True),
        ("raw-dlq-alert", "unheard-of", False),
    ],
)
def test_what_was_a_dead_letter_before(declared: LaidWorld, by: str, source: str, again: bool) -> None:
    """Only subscriptions of dead-letter topics, and whatever gave up what it delivers itself, give up a dead letter."""
    assert place(declared, letter(by=by, source=source)).again is again
