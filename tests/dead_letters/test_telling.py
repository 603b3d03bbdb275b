"""What people hear of dead letters: one problem a subscription, until its depth says that it is over."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.dead_letters.laying import SAYS, arrive, lay, pushed
from tests.http.worlds import mails
from tests.worlds.laid import LaidWorld
from validator.cli import main
from validator.clock import real_now
from validator.dead_letters.alert import alert
from validator.dead_letters.message import of_delivery
from validator.identity import Request
from validator.results import Run

Come = Callable[..., Run]
NOW = real_now()


@pytest.fixture
def come(world: LaidWorld) -> Come:
    """Lets a dead letter come, so many minutes from now."""

    def deliver(message_id: str, minutes: float, says: Any = SAYS, by: str = "raw-dlq-alert", **more: Any) -> Run:
        letter = of_delivery(pushed(says, message_id, by, **more), b"")
        return alert(letter, world.service(), NOW + timedelta(minutes=minutes)).run

    return deliver


def look(world: LaidWorld, minutes: float, *checks: str) -> Run:
    """A scheduled run that looks at depths."""
    clock = NOW + timedelta(minutes=minutes)
    return world.service().run(
        Request(schedule="post_overnight", now=clock, selection=checks or ("dlq_depth",), trigger_source="cli")
    )


def subjects(world: LaidWorld) -> Sequence[str]:
    """The subjects of all mails, in the order in which they went out."""
    sent = world.sql(
        "SELECT message FROM ops.validation_alerts WHERE channel = 'outbox' AND status = 'sent' ORDER BY alert_timestamp"
    )
    return list(dict.fromkeys(subject for (subject,) in sent))


def test_a_burst_is_one_mail(world: LaidWorld, come: Come) -> None:
    """Of many messages of one subscription the first is told, whatever the others are about."""
    for number in range(20):
        come(f"{number}", number / 10, {**SAYS, "game_date": f"2026-01-{number + 10}"})
    assert len(mails(world)) == 1


def test_a_burst_with_and_without_data_is_one_mail(world: LaidWorld, come: Come) -> None:
    """Also where the data of some is there and of others not."""
    arrive(world)
    come("0", 0, {**SAYS, "game_date": "2026-01-20"})
    for number in range(1, 12):
        come(f"{number}", number / 10, SAYS if number % 2 else {**SAYS, "game_date": "2026-01-20"})
    assert len(mails(world)) == 1


def test_the_same_problem_of_the_scheduled_check(world: LaidWorld, come: Come) -> None:
    """What was told at once is no news to the scheduled look; once the subscription is empty, that is told, once."""
    lay(world, "1")
    come("1", 0)
    look(world, 10)
    assert len(mails(world)) == 1
    world.sql("DELETE FROM pubsub.messages")
    look(world, 20)
    look(world, 30)
    assert len(mails(world)) == 2
    assert "1 fixed" in subjects(world)[-1]


def test_one_subscription_says_nothing_of_another(world: LaidWorld, come: Come) -> None:
    """A dead letter of one subscription does not close what stands of another: it did not look there."""
    lay(world, "1")
    lay(world, "2", subscription="old-dlq-sub")
    come("1", 0)
    come("2", 1, {"game_date": "2026-02-03"}, "old-dlq-alert", attributes={})
    assert len(mails(world)) == 2
    assert not any("fixed" in subject for subject in subjects(world)), subjects(world)
    come("3", 2)
    assert len(mails(world)) == 2


def test_why_it_was_told(world: LaidWorld, come: Come, capsys: pytest.CaptureFixture[str]) -> None:
    """`explain` knows a run of a dead letter: the first was told, the next was not, because nothing changed."""
    first, second = come("1", 0), come("2", 1)
    for run in (first, second):
        assert main(["explain", run.run_id, "dlq_depth"]) == 0
    out = capsys.readouterr().out
    assert "raw-dlq-sub" in out
    assert ("NEW" in out, "STILL" in out) == (True, True)


def test_after_it_was_over_it_is_news_again(world: LaidWorld, come: Come) -> None:
    """A new message after the subscription was empty is told at once."""
    come("1", 0)
    look(world, 10)
    come("2", 20)
    assert len(mails(world)) == 3
