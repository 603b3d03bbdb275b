"""A dead letter sent again: published to the topic it came from, and only when that was accepted acknowledged.

Whatever is killed between the two leaves the message where it was: it may be sent twice, it is never lost.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from validator.dead_letters.harm import Arrival
from validator.dead_letters.message import MARKS
from validator.dead_letters.place import Wiring
from validator.dead_letters.waiting import Taken, Waiting
from validator.errors import ServiceError
from validator.letter_ports import Letter

COUNT = "validator_replays"
"""The attribute that says how often a message was sent again; a consumer may tell by it, and so may the reader of the next dead letter."""
FIRST = "validator_replay_of"
"""The attribute that names the dead letter it was."""
THERE = (Arrival.ARRIVED, Arrival.NOT_OWED)
"""What needs no second attempt."""

_RESERVED = "goog"
"""Pub/Sub refuses to publish attributes that begin so."""


class Fate(Enum):
    """What becomes of a message. KEPT and TWICE are not what was asked for."""

    REPLAYED = "replayed"
    DROPPED = "dropped"
    SKIPPED = "skipped"
    KEPT = "kept"
    TWICE = "replayed, still there"


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is to become of one message, and why; `topic` is where a REPLAYED one goes."""

    one: Waiting
    fate: Fate
    why: str
    topic: str = ""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What was asked for: messages whose data is there too (`everything`), or those taken away instead (`drop`); and where to, for all."""

    everything: bool = False
    drop: bool = False
    topic: str | None = None


def plan(one: Waiting, wish: Wish, wiring: Wiring) -> Step:
    """What is to become of a message. Raises ServiceError."""
    topic = wish.topic or one.topic
    if one.harm.arrival in THERE and not wish.everything:
        return Step(one=one, fate=Fate.DROPPED if wish.drop else Fate.SKIPPED, why=one.harm.note)
    if not topic:
        return Step(one=one, fate=Fate.KEPT, why="which topic it came from is not known (--to TOPIC names it)")
    if not wiring.listened_to(topic):
        return Step(one=one, fate=Fate.KEPT, why=f"nothing subscribes to {topic}: what is published there is lost")
    return Step(one=one, fate=Fate.REPLAYED, why=one.harm.note, topic=topic)


def carry_out(step: Step, taken: Taken, write_down: Callable[[Waiting], object]) -> Step:
    """Do it; the answer says what has become of the message. What is dropped is written down first."""
    if step.fate is Fate.REPLAYED:
        return _replayed(step, taken)
    return _dropped(step, taken, write_down) if step.fate is Fate.DROPPED else step


def _replayed(step: Step, taken: Taken) -> Step:
    try:
        accepted = taken.letters.publish(step.topic, marked(step.one.letter))
    except ServiceError as error:
        return replace(step, fate=Fate.KEPT, why=f"not published: {error}")
    sent = f"published to {step.topic} as {accepted}"
    try:
        taken.acknowledge(step.one.letter)
    except ServiceError as error:
        return replace(step, fate=Fate.TWICE, why=f"{sent}, but not taken out of {taken.subscription}: {error}")
    return replace(step, why=sent)


def _dropped(step: Step, taken: Taken, write_down: Callable[[Waiting], object]) -> Step:
    try:
        write_down(step.one)
        taken.acknowledge(step.one.letter)
    except ServiceError as error:
        return replace(step, fate=Fate.KEPT, why=f"not taken out: {error}")
    return step


def marked(letter: Letter) -> Letter:
    """The message as it is published again: without what Pub/Sub wrote on it, with the marks of a replay."""
    own = {key: value for key, value in letter.attributes.items() if not key.startswith((MARKS, _RESERVED))}
    before = own.get(COUNT, "0")
    times = int(before) + 1 if before.isascii() and before.isdigit() and len(before) <= 6 else 1
    return replace(letter, attributes={**own, COUNT: str(times), FIRST: letter.message_id})
