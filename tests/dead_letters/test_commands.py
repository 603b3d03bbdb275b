"""`dlq list`, `peek` and `replay`, typed over a local world."""

import builtins
import json

import pytest

from tests.dead_letters.laying import MARKS, SAYS, arrive, kept, lay, pushed, waiting
from tests.http.framework import serving
from tests.typed import Done, Type
from tests.worlds.laid import LaidWorld

WATCHED = "raw-dlq-sub"


def line_of(done: Done, name: str) -> str:
    """The line about a subscription."""
    return next(line for line in done.out.splitlines() if line.startswith(name))


def test_the_list(world: LaidWorld, typed: Type) -> None:
    """Each dead-letter subscription has its line: how much waits, for which phase; 1 where anything waits or is wrong."""
    lay(world, "1", "2")
    done = typed("list")
    assert done.code == 1
    assert "phase 3" in line_of(done, WATCHED)
    assert "2 messages, the oldest" in line_of(done, WATCHED)
    assert "0 messages" in line_of(done, "old-dlq-sub")


def test_all_and_only_some_is_no_wish(world: LaidWorld, typed: Type) -> None:
    """What one sends, the other takes out: nothing is done."""
    lay(world, "1")
    done = typed("replay", WATCHED, "--all", "--drop-arrived", "--yes")
    assert (done.code, "give one of the two" in done.err) == (2, True)
    assert waiting(world, WATCHED) == ["1"]


def test_a_look_at_some_says_that_there_may_be_more(world: LaidWorld, typed: Type) -> None:
    """At night nobody counts."""
    lay(world, "1", "2")
    assert "; there may be more: --limit" in typed("peek", WATCHED, "--limit", "2").out
    assert "there may be more" not in typed("peek", WATCHED, "--limit", "3").out


def test_a_quiet_list(world: LaidWorld, typed: Type) -> None:
    """0 where nothing waits and all is wired as declared."""
    assert typed("list").code == 0


def test_a_subscription_that_is_missing(world: LaidWorld, typed: Type) -> None:
    """One that does not exist is no empty one."""
    world.sql("DELETE FROM pubsub.subscriptions WHERE subscription = 'old-dlq-sub'")
    done = typed("list")
    assert (done.code, "does not exist" in line_of(done, "old-dlq-sub")) == (1, True)


def test_what_came_lately(world: LaidWorld, typed: Type) -> None:
    """What the trigger wrote down is counted beside the depth."""
    pubsub = serving("alert_dead_letter")
    for number, says in enumerate((SAYS, b"hello")):
        pubsub.post("/", json=pushed(says, str(number)))
    assert "2 messages stored in 7 days" in typed("list").out
    (one,) = [s for s in json.loads(typed("list", "--format", "json").out)["subscriptions"] if s["stored"]]
    assert (one["subscription"], one["stored"]["messages"], one["stored"]["malformed"]) == (WATCHED, 2, 1)


def test_without_the_table(world: LaidWorld, typed: Type) -> None:
    """The list does without what is stored, and says so."""
    world.sql("DROP TABLE ops.dead_letters")
    done = typed("list")
    assert (done.code, "what came lately is not known" in done.out) == (0, True)


def test_a_look(world: LaidWorld, typed: Type) -> None:
    """A look shows what a message says, whom it harms and where it would go, and leaves it there."""
    lay(world, "1", "2", "3")
    done = typed("peek", WATCHED, "--limit", "2")
    assert done.code == 0
    for words in ("phase 3, 2026-02-03: no rows", "to raw-complete", "abc-123", "after 5 attempts by raw-sub"):
        assert words in done.out
    assert ("2 messages shown" in done.out, "message   3" in done.out) == (True, False)
    assert waiting(world, WATCHED) == ["1", "2", "3"]


def test_a_look_as_data(world: LaidWorld, typed: Type) -> None:
    """The same as JSON."""
    lay(world, "1")
    (one,) = json.loads(typed("peek", WATCHED, "--format", "json").out)["messages"]
    assert (one["message_id"], one["source_topic"], one["phase"], one["data_arrived"]) == (
        "1",
        "raw-complete",
        3,
        False,
    )
    assert json.loads(one["data"]) == SAYS


@pytest.mark.parametrize("says", ["\x1b[2J\x1b]0;x\x07", "a\u202eb", "not JSON", ""])
def test_a_look_at_hostile_data(world: LaidWorld, typed: Type, says: str) -> None:
    """No byte of a message reaches the terminal as a command."""
    lay(world, "1", says=says, attributes={"\x1b[31m": "\x1b[2J"})
    done = typed("peek", WATCHED)
    assert done.code == 0
    assert not {"\x1b", "\x07", "\u202e"} & set(done.out)
    assert "problem" in done.out


@pytest.mark.parametrize("action", ["peek", "replay"])
def test_only_dead_letters(world: LaidWorld, typed: Type, action: str) -> None:
    """Messages that somebody still works on are left alone, and a wrong name is answered with the right ones."""
    lay(world, "1", subscription="raw-sub")
    done = typed(action, "raw-sub")
    assert (done.code, "still to be worked on" in done.err) == (2, True)
    assert WATCHED in typed(action, "nope").err
    assert waiting(world, "raw-sub") == ["1"]


def test_a_replay(world: LaidWorld, typed: Type) -> None:
    """What is sent again is where it was published first, with its data, and out of the subscription."""
    lay(world, "1", "2")
    done = typed("replay", WATCHED, "--yes")
    assert (done.code, done.out.splitlines()[-1]) == (0, "2 replayed")
    assert waiting(world, WATCHED) == []
    sent = world.sql(
        "SELECT data, attributes FROM pubsub.messages WHERE subscription = 'raw-sub' ORDER BY publish_time"
    )
    assert [json.loads(data) for data, _ in sent] == [SAYS, SAYS]
    assert [json.loads(attributes)["validator_replay_of"] for _, attributes in sent] == ["1", "2"]


@pytest.mark.parametrize(("answer", "left"), [("y", 0), ("YES", 0), ("n", 2), ("", 2)])
def test_it_asks(world: LaidWorld, typed: Type, monkeypatch: pytest.MonkeyPatch, answer: str, left: int) -> None:
    """Nothing is changed before somebody says yes, having seen what would be."""
    lay(world, "1", "2")
    asked: list[str] = []

    def answering(prompt: str) -> str:
        asked.append(prompt)
        return answer

    monkeypatch.setattr(builtins, "input", answering)
    done = typed("replay", WATCHED)
    assert (done.code, len(waiting(world, WATCHED))) == (0, left)
    assert done.out.count("would publish") == 2
    assert "publish 2 messages" in asked[0]


def test_nobody_can_be_asked(world: LaidWorld, typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal and without --yes nothing is changed."""

    def nobody(prompt: str) -> str:
        raise EOFError

    lay(world, "1")
    monkeypatch.setattr(builtins, "input", nobody)
    assert typed("replay", WATCHED).code == 2
    assert waiting(world, WATCHED) == ["1"]


def test_what_has_arrived_is_skipped(world: LaidWorld, typed: Type) -> None:
    """Work that was done by a later run is not asked for again."""
    lay(world, "1")
    lay(world, "2", says={**SAYS, "game_date": "2026-02-02"})
    arrive(world)
    done = typed("replay", WATCHED, "--yes")
    assert (done.code, "1 replayed, 1 skipped" in done.out) == (0, True)
    assert waiting(world, WATCHED) == ["1"]
    assert typed("replay", WATCHED, "--yes", "--all").code == 0
    assert (waiting(world, WATCHED), len(waiting(world, "raw-sub"))) == ([], 2)


def test_what_has_arrived_is_cleared_away(world: LaidWorld, typed: Type) -> None:
    """It is written down and taken out; what lacks its data is sent."""
    lay(world, "1")
    lay(world, "2", says={**SAYS, "game_date": "2026-02-02"})
    arrive(world)
    done = typed("replay", WATCHED, "--yes", "--drop-arrived")
    assert "1 replayed, 1 dropped" in done.out
    assert (waiting(world, WATCHED), kept(world, "message_id, data_arrived")) == ([], [("1", True)])


def test_one_message(world: LaidWorld, typed: Type) -> None:
    """By its id one message is sent, the others stay; an id that is not there is an error."""
    lay(world, "1", "2", "3")
    assert typed("replay", WATCHED, "--message-id", "2", "--yes").code == 0
    assert waiting(world, WATCHED) == ["1", "3"]
    assert typed("replay", WATCHED, "--message-id", "2", "--yes").code == 2


def test_as_many_as_asked(world: LaidWorld, typed: Type) -> None:
    """The oldest first."""
    lay(world, "1", "2", "3")
    assert typed("replay", WATCHED, "--limit", "2", "--yes").code == 0
    assert waiting(world, WATCHED) == ["3"]


def test_where_it_came_from_is_not_known(world: LaidWorld, typed: Type) -> None:
    """What doesn't say where it came from stays, until somebody says where to."""
    lay(world, "1", says={**SAYS, "processor_name": "summary"}, subscription="old-dlq-sub", attributes={})
    done = typed("replay", "old-dlq-sub", "--yes")
    assert (done.code, "--to TOPIC" in done.out) == (2, True)
    assert waiting(world, "old-dlq-sub") == ["1"]
    assert typed("replay", "old-dlq-sub", "--to", "raw-complete", "--yes").code == 0
    assert len(waiting(world, "raw-sub")) == 1


@pytest.mark.parametrize("topic", ["old-dlq", "nope"])
def test_where_nothing_may_be_published(world: LaidWorld, typed: Type, topic: str) -> None:
    """Neither to a dead-letter topic, nor to one that nobody declared."""
    lay(world, "1")
    assert typed("replay", WATCHED, "--to", topic, "--yes").code == 2
    assert waiting(world, WATCHED) == ["1"]


def test_a_topic_that_nobody_hears(world: LaidWorld, typed: Type) -> None:
    """What nobody subscribes to would be lost there: the message stays."""
    lay(world, "1")
    world.sql("DELETE FROM pubsub.subscriptions WHERE topic = 'raw-complete'")
    done = typed("replay", WATCHED, "--yes")
    assert (done.code, "nothing subscribes to raw-complete" in done.out) == (2, True)
    assert waiting(world, WATCHED) == ["1"]


def test_a_dead_letter_of_a_dead_letter(world: LaidWorld, typed: Type) -> None:
    """What our own trigger gave up is published nowhere."""
    lay(world, "1", attributes={**MARKS, "CloudPubSubDeadLetterSourceSubscription": "raw-dlq-alert"})
    assert typed("replay", WATCHED, "--yes").code == 2
    assert waiting(world, WATCHED) == ["1"]


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "x", "²"])
def test_a_wrong_limit(world: LaidWorld, typed: Type, limit: str) -> None:
    """A usage error is 2."""
    assert typed("replay", WATCHED, "--limit", limit).code == 2


def test_nothing_waits(world: LaidWorld, typed: Type) -> None:
    """An empty subscription is said to be empty."""
    assert "0 messages shown" in typed("peek", WATCHED).out
    done = typed("replay", WATCHED, "--yes")
    assert (done.code, done.out.strip()) == (0, "no message came")
