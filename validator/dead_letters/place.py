"""Where a dead letter belongs: its dead-letter topic, the subscription in which people find it, and which phase waits for it.

The source of truth is asked first; only for what it doesn't name, such as the subscription of our own trigger, the live wiring.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from validator.dead_letters.message import DeadLetter
from validator.ssot.models.infrastructure import SubscriptionSpec, TopicSpec
from validator.ssot.source import Ssot, subscriptions_of
from validator.status import Severity
from validator.world import Subscription

UNKNOWN = "unknown-subscription"

_RESOURCE = re.compile(r"[A-Za-z][A-Za-z0-9_.~+%-]{2,254}")

Live = Callable[[], Mapping[str, Subscription]]
"""The live subscriptions by name, asked when they are needed."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a dead letter belongs. `subscription` is the declared one that is watched; where there is none (not `watched`), what else
    names the problem. `source_topic` is where the message was published first, empty where not known. `again`: it was given up while it was
    a dead letter already, which only our own trigger does.
    """

    subscription: str
    watched: bool = False
    topic: str = ""
    source_topic: str = ""
    phase: int | None = None
    severity: Severity | None = None
    again: bool = False


class Wiring:
    """Topics and subscriptions as declared, and as they are where nothing is declared."""

    def __init__(self, ssot: Ssot, live: Live) -> None:
        self._live = live
        self.topics: Mapping[str, TopicSpec] = {topic.name: topic for topic in ssot.topics}
        self.subscriptions: Mapping[str, tuple[TopicSpec, SubscriptionSpec]] = {
            spec.name: (topic, spec) for topic in ssot.topics for spec in subscriptions_of(topic)
        }

    def place(self, letter: DeadLetter) -> Place:
        """Where it belongs. Raises ServiceError when only the live wiring knows and can't be asked."""
        topic = self._dead_letter_topic(letter)
        watched = next(iter(subscriptions_of(self.topics[topic])), None) if topic in self.topics else None
        gave_up = self.subscriptions.get(letter.source)
        source_topic = self._topic_of(letter.source) or self._feeder(topic)
        return Place(
            subscription=watched.name if watched else self._named(topic or letter.came_by or letter.source),
            watched=watched is not None,
            topic=topic,
            source_topic=source_topic,
            phase=_first(watched.phase if watched else None, gave_up[1].phase if gave_up else None),
            severity=watched.severity if watched else None,
            again=bool(letter.source) and (letter.source == letter.came_by or self._is_dead(source_topic)),
        )

    def holds_dead_letters(self, subscription: str) -> bool:
        """Whether a subscription is one of dead letters. Raises ServiceError, as `place` does."""
        return self._is_dead(self._topic_of(subscription))

    def listened_to(self, topic: str) -> bool:
        """Whether any live subscription would get what is published to a topic. Raises ServiceError."""
        return any(sub.topic == topic for sub in self._live().values())

    def dead_letter_subscriptions(self) -> list[str]:
        """The declared ones."""
        return [name for name, (topic, _) in self.subscriptions.items() if topic.dead_letter]

    def _dead_letter_topic(self, letter: DeadLetter) -> str:
        if self._is_dead(letter.topic):
            return letter.topic
        came_by, gave_up = self.subscriptions.get(letter.came_by), self.subscriptions.get(letter.source)
        if came_by and came_by[0].dead_letter:
            return came_by[0].name
        if gave_up and gave_up[1].dead_letter_topic:
            return gave_up[1].dead_letter_topic
        if not (letter.came_by or letter.source):
            return ""
        live = self._live()
        heard, given_up = live.get(letter.came_by), live.get(letter.source)
        topics = (heard.topic if heard else "", (given_up.dead_letter_topic or "") if given_up else "")
        return next((topic for topic in topics if self._is_dead(topic)), "")

    def _topic_of(self, subscription: str) -> str:
        if subscription in self.subscriptions:
            return self.subscriptions[subscription][0].name
        live = self._live().get(subscription) if subscription else None
        return live.topic if live else ""

    def _feeder(self, dead_letter_topic: str) -> str:
        """The topic whose subscriptions give their messages up to this one, where there is just one."""
        if not dead_letter_topic:
            return ""
        pairs = self.subscriptions.values()
        feeders = {topic.name for topic, spec in pairs if spec.dead_letter_topic == dead_letter_topic}
        return feeders.pop() if len(feeders) == 1 else ""

    def _is_dead(self, topic: str) -> bool:
        return topic in self.topics and self.topics[topic].dead_letter

    def _named(self, name: str) -> str:
        """A name as a subject: whatever no Pub/Sub resource is called is one and the same problem."""
        return name if _RESOURCE.fullmatch(name) else UNKNOWN


def _first(*phases: int | None) -> int | None:
    return next((phase for phase in phases if phase is not None), None)
