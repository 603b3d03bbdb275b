"""A message that is sent again: published before it is taken out, whatever goes wrong between, and never to nowhere."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.dead_letters.laying import MARKS, lay, waiting
from tests.worlds.laid import LaidWorld
from validator.clock import real_now
from validator.dead_letters.replay import COUNT, FIRST, Fate, Step, Wish, carry_out, marked, plan
from validator.dead_letters.waiting import Reader, Taken, Waiting, taken
from validator.errors import ServiceError
from validator.letter_ports import Letter, Letters


class Killed(BaseException):
    """The process is gone."""


class Breaking:
    """Letters that break at one step: `ServiceError`, or the end of the process, after which nothing more is done."""

    def __init__(self, letters: Letters, step: str, error: BaseException) -> None:
        self._letters, self._step, self._error = letters, step, error
        self.steps: list[str] = []

    def _at(self, step: str) -> None:
        self.steps.append(step)
        if step == self._step or (isinstance(self._error, Killed) and self._step in self.steps):
            raise self._error

    def take(self, subscription: str, limit: int) -> Sequence[Letter]:
        """See Letters."""
        self._at("take")
        return self._letters.take(subscription, limit)

    def give_back(self, subscription: str, letters: Sequence[Letter]) -> None:
        """See Letters."""
        self._at("give back")
        self._letters.give_back(subscription, letters)

    def publish(self, topic: str, letter: Letter) -> str:
        """See Letters."""
        self._at("publish")
        return self._letters.publish(topic, letter)

    def acknowledge(self, subscription: str, letters: Sequence[Letter]) -> None:
        """See Letters."""
        self._at("acknowledge")
        self._letters.acknowledge(subscription, letters)


def replayed(world: LaidWorld, step: str, error: BaseException, wish: Wish | None = None) -> tuple[Step, list[str]]:
    """Send the first message again while something breaks at a step."""
    service = world.service()
    with service.session() as session, service.letters() as letters:
        breaking = Breaking(letters, step, error)
        reader = Reader(service.ssot, session.ports, real_now())
        with taken(breaking, "raw-dlq-sub", 1) as ours:
            one = reader.read(ours.found[0], "raw-dlq-sub")
            done = carry_out(plan(one, wish or Wish(), reader.wiring), ours, lambda waits: None)
        return done, breaking.steps


def test_published_before_it_is_taken_out(world: LaidWorld) -> None:
    """The order of the steps is what keeps a message."""
    lay(world, "1")
    done, steps = replayed(world, "none", Killed())
    assert (done.fate, steps) == (Fate.REPLAYED, ["take", "publish", "acknowledge"])
    assert (waiting(world, "raw-dlq-sub"), len(waiting(world, "raw-sub"))) == ([], 1)


def test_a_topic_that_refuses(world: LaidWorld) -> None:
    """What is not published stays where it is, for the next attempt and for others."""
    lay(world, "1")
    done, steps = replayed(world, "publish", ServiceError("Pub/Sub", "refused"))
    assert (done.fate, steps) == (Fate.KEPT, ["take", "publish", "give back"])
    assert (waiting(world, "raw-dlq-sub"), waiting(world, "raw-sub")) == (["1"], [])


def test_not_taken_out(world: LaidWorld) -> None:
    """What is published and can't be taken out is there twice, and that is said."""
    lay(world, "1")
    done, _ = replayed(world, "acknowledge", ServiceError("Pub/Sub", "refused"))
    assert (done.fate, "not taken out" in done.why) == (Fate.TWICE, True)
    assert (waiting(world, "raw-dlq-sub"), len(waiting(world, "raw-sub"))) == (["1"], 1)


@pytest.mark.parametrize(("step", "sent"), [("take", 0), ("publish", 0), ("acknowledge", 1)])
def test_killed_anywhere(world: LaidWorld, step: str, sent: int) -> None:
    """A kill before any step leaves the message in the subscription: it may be sent twice, it is never lost."""
    lay(world, "1")
    with pytest.raises(Killed):
        replayed(world, step, Killed())
    assert (waiting(world, "raw-dlq-sub"), len(waiting(world, "raw-sub"))) == (["1"], sent)
    replayed(world, "none", Killed())
    assert (waiting(world, "raw-dlq-sub"), len(waiting(world, "raw-sub"))) == ([], sent + 1)


def test_dropping_without_a_row(world: LaidWorld) -> None:
    """What could not be written down is not dropped."""

    def broken(waits: Waiting) -> None:
        raise ServiceError("BigQuery", "down")

    lay(world, "1")
    world.rows("analytics.summary")
    service = world.service()
    with service.session() as session, service.letters() as letters:
        reader = Reader(service.ssot, session.ports, real_now())
        with taken(letters, "raw-dlq-sub", 1) as ours:
            step = plan(reader.read(ours.found[0], "raw-dlq-sub"), Wish(drop=True), reader.wiring)
            done = carry_out(step, ours, broken)
    assert (step.fate, done.fate) == (Fate.DROPPED, Fate.KEPT)
    assert waiting(world, "raw-dlq-sub") == ["1"]


def test_the_marks() -> None:
    """A message goes out without Pub/Sub's own attributes, which can't be published, and counts its replays."""
    letter = Letter(
        message_id="7", data=b"x", attributes={**MARKS, "googclient_x": "1", "mine": "yes"}, ordering_key="k"
    )
    once = marked(letter)
    assert once == replace(letter, attributes={"mine": "yes", COUNT: "1", FIRST: "7"})
    again = marked(replace(once, message_id="8", attributes={**once.attributes, **MARKS}))
    assert again.attributes == {"mine": "yes", COUNT: "2", FIRST: "8"}


@pytest.mark.parametrize("odd", ["", "x", "-1", "²", "9" * 50])
def test_a_count_that_is_none(odd: str) -> None:
    """What is no number of replays counts as none."""
    assert marked(Letter(message_id="7", attributes={COUNT: odd})).attributes[COUNT] == "1"


class Hand:
    """Letters that come a few at a time."""

    def __init__(self, *hands: Sequence[str]) -> None:
        self.hands = list(hands)
        self.back: list[str] = []
        self.gone: list[str] = []

    def take(self, subscription: str, limit: int) -> Sequence[Letter]:
        """The next hand."""
        return [Letter(message_id=name) for name in (self.hands.pop(0) if self.hands else [])][:limit]

    def give_back(self, subscription: str, letters: Sequence[Letter]) -> None:
        """Kept in mind."""
        self.back += [letter.message_id for letter in letters]

    def publish(self, topic: str, letter: Letter) -> str:
        """Not asked for here."""
        raise AssertionError

    def acknowledge(self, subscription: str, letters: Sequence[Letter]) -> None:
        """Kept in mind."""
        self.gone += [letter.message_id for letter in letters]


def names(ours: Taken) -> list[str]:
    """The ids that were asked for."""
    return [letter.message_id for letter in ours.found]


def test_taken_until_enough() -> None:
    """Pub/Sub gives a few at a time: it is asked until there are enough, or nothing new comes; the rest goes back."""
    hand = Hand("ab", "b", "cd")
    with taken(hand, "s", 3) as ours:
        assert names(ours) == ["a", "b"]
    assert hand.back == ["a", "b"]
    with taken(hand := Hand("ab", "cd"), "s", 3) as ours:
        assert names(ours) == ["a", "b", "c"]
        ours.acknowledge(ours.found[1])
    assert (hand.gone, hand.back) == (["b"], ["a", "c"])


def test_one_that_is_looked_for() -> None:
    """A message is looked for among the others, which all go back."""
    hand = Hand("ab", "cd", "ef")
    with taken(hand, "s", 1, "c") as ours:
        assert names(ours) == ["c"]
    assert hand.back == ["a", "b", "c", "d"]
