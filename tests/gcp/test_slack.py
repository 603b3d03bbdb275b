"""What Slack is sent, and what its answers mean."""

import time
import traceback
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.parts.children import refusing_host
from tests.parts.http_fakes import SlackFake
from tests.parts.http_server import GARBAGE, MALFORMED, OK, RESET, Answer, Behaviour, refuse, slow
from validator.gcp.slack import SlackChannel
from validator.tell.channel import Message, NotSent

BLOCKS = {"text": "1 new · été", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*1 new*"}}]}
MESSAGE = Message(
    run_id="0b5c", critical=False, subject="s", text="t", html="h", message_id="<a@x.org>", references="", slack=BLOCKS
)


def said(status: int, body: bytes) -> Behaviour:
    """Slack's own short answers."""
    return Behaviour(instead=Answer(status=status, body=body))


@pytest.fixture
def slack() -> Iterator[SlackFake]:
    """A Slack that takes everything."""
    with SlackFake() as fake:
        yield fake


def channel(webhook: str, seconds: float = 10.0) -> SlackChannel:
    """The adapter, with so many seconds left."""
    return SlackChannel(webhook, lambda: seconds)


def test_the_payload_arrives_as_it_is(slack: SlackFake) -> None:
    """The message's Slack form is posted as JSON."""
    channel(slack.webhook).send(MESSAGE)
    assert slack.messages == [BLOCKS]
    assert slack.requests[0].headers["content-type"].startswith("application/json")


@pytest.mark.parametrize(
    ("behaviour", "reason", "transient"),
    [
        (said(400, b"invalid_payload"), "it refused the message (status 400 invalid_payload)", False),
        (said(403, b"invalid_token"), "the webhook was refused (status 403 invalid_token)", False),
        (said(404, b"no_service"), "the webhook was refused (status 404 no_service)", False),
        (said(410, b"channel_is_archived"), "the webhook was refused (status 410 channel_is_archived)", False),
        (said(404, b"<html>https://hooks.example/secret</html>"), "the webhook was refused (status 404)", False),
        (said(302, b"ok"), "it refused the message (status 302)", False),
        (refuse(429), "too many requests", True),
        (refuse(429, retry_after=3600), "too many requests, Retry-After 3600 s", True),
        (said(500, b"rollup_error"), "it failed with status 500", True),
        (MALFORMED, "its answer could not be understood", True),
        (GARBAGE, "its answer could not be understood", True),
        (RESET, "it could not be reached", True),
    ],
    ids=[
        "400",
        "403",
        "404",
        "410",
        "a page",
        "elsewhere",
        "429",
        "429 much later",
        "500",
        "half a body",
        "garbage",
        "reset",
    ],
)
def test_a_message_that_was_not_accepted_says_why(
    slack: SlackFake, behaviour: Behaviour, reason: str, transient: bool
) -> None:
    """Only `ok` is acceptance; what will not change is told from what may pass; one try."""
    slack.script = [behaviour]
    with pytest.raises(NotSent) as caught:
        channel(slack.webhook).send(MESSAGE)
    assert (str(caught.value), caught.value.transient) == (f"Slack: {reason}", transient)
    assert len(slack.requests) == 1


def test_the_webhook_is_never_shown(slack: SlackFake) -> None:
    """Neither the words nor the stack of a failure hold the address: who has it can post."""
    slack.script = [RESET]
    with refusing_host() as host:
        for webhook in (slack.webhook, f"http://{host}/services/T0/B0/secret", "hooks/services/T0/B0/secret"):
            with pytest.raises(NotSent) as caught:
                channel(webhook).send(MESSAGE)
            assert "secret" not in "".join(traceback.format_exception(caught.value))


def test_an_address_that_is_none_will_not_do_later_either() -> None:
    """A webhook that is no URL is a mistake, not trouble that passes."""
    with pytest.raises(NotSent, match="its address is not a URL") as caught:
        channel("hooks/services").send(MESSAGE)
    assert not caught.value.transient


def test_a_message_that_is_put_off_is_sent_once_more(slack: SlackFake) -> None:
    """After 429 the message is sent again when there is time for what Slack asks."""
    slack.script = [refuse(429, retry_after=1), OK]
    channel(slack.webhook).send(MESSAGE)
    assert slack.messages == [BLOCKS]


def test_an_empty_message_is_refused_by_slack(slack: SlackFake) -> None:
    """Nothing to say is a mistake that is told."""
    with pytest.raises(NotSent, match="status 400 no_text"):
        channel(slack.webhook).send(replace(MESSAGE, slack={}))


def test_slow_is_given_up_in_time(slack: SlackFake) -> None:
    """Slack is not waited for beyond what is left."""
    slack.script = [slow(30)]
    began = time.monotonic()
    with pytest.raises(NotSent, match="no answer in time") as caught:
        channel(slack.webhook, seconds=0.3).send(MESSAGE)
    assert time.monotonic() - began < 2
    assert caught.value.transient


def test_no_time_left_sends_nothing(slack: SlackFake) -> None:
    """When the run's time is over nothing is begun."""
    with pytest.raises(NotSent, match="no time was left"):
        channel(slack.webhook, seconds=0.0).send(MESSAGE)
    assert slack.requests == []
