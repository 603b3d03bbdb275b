"""What SendGrid is sent, and what its answers mean."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from tests.parts.children import refusing_host
from tests.parts.http_fakes import SendGridFake
from tests.parts.http_server import GARBAGE, LOST, OK, RESET, Behaviour, refuse, slow
from validator.gcp.retry_after import seconds_to_wait
from validator.gcp.sendgrid import SendGridChannel
from validator.tell.channel import Message, NotSent

KEY = "SG.very-secret"
MESSAGE = Message(
    run_id="0b5c",
    critical=False,
    subject="FAIL post_overnight 2026-01-05: 1 new",
    text="1 new",
    html="<p>1 new</p>",
    message_id="<0b5c@example.com>",
    references="<root@example.com> <incident@example.com>",
    categories=("validation", "post_overnight"),
)


@pytest.fixture
def sendgrid() -> Iterator[SendGridFake]:
    """A SendGrid that knows the key."""
    with SendGridFake(key=KEY) as fake:
        yield fake


def channel(host: str, key: str = KEY, seconds: float = 10.0, **recipients: tuple[str, ...]) -> SendGridChannel:
    """The adapter, with so many seconds left."""
    to = {"recipients": ("data@example.com",), "critical_recipients": ("lead@example.com",)} | recipients
    return SendGridChannel(key, host, "bot@example.com", **to, remaining=lambda: seconds)


def addresses(mail: Any) -> list[str]:
    """Whom a mail goes to."""
    (envelope,) = mail["personalizations"]
    return [to["email"] for to in envelope["to"]]


def test_a_mail_has_two_parts_that_say_the_same(sendgrid: SendGridFake) -> None:
    """Text first, HTML second, from the sender, with the subject."""
    channel(sendgrid.url).send(MESSAGE)
    (mail,) = sendgrid.mails
    assert mail["from"] == {"email": "bot@example.com"}
    assert mail["subject"] == MESSAGE.subject
    assert mail["content"] == [{"type": "text/plain", "value": "1 new"}, {"type": "text/html", "value": "<p>1 new</p>"}]


def test_a_mail_joins_its_thread_and_says_that_a_machine_wrote_it(sendgrid: SendGridFake) -> None:
    """Its own id, the ids before it, the one it answers, and Auto-Submitted, so that no one's absence note replies."""
    channel(sendgrid.url).send(MESSAGE)
    assert sendgrid.mails[0]["personalizations"][0]["headers"] == {
        "Message-ID": "<0b5c@example.com>",
        "References": "<root@example.com> <incident@example.com>",
        "In-Reply-To": "<incident@example.com>",
        "Auto-Submitted": "auto-generated",
    }


def test_the_first_mail_of_a_thread_answers_nothing(sendgrid: SendGridFake) -> None:
    """Without references there are no empty headers."""
    channel(sendgrid.url).send(replace(MESSAGE, references=""))
    assert set(sendgrid.mails[0]["personalizations"][0]["headers"]) == {"Message-ID", "Auto-Submitted"}


def test_a_mail_can_be_found_again(sendgrid: SendGridFake) -> None:
    """The run and the categories are attached; links are left as they are."""
    channel(sendgrid.url).send(MESSAGE)
    (mail,) = sendgrid.mails
    assert mail["personalizations"][0]["custom_args"] == {"run_id": "0b5c"}
    assert sorted(mail["categories"]) == ["post_overnight", "validation"]
    assert mail["tracking_settings"]["click_tracking"] == {"enable": False, "enable_text": False}


def test_no_more_than_ten_different_categories(sendgrid: SendGridFake) -> None:
    """SendGrid refuses a mail with eleven, or with one twice."""
    channel(sendgrid.url).send(replace(MESSAGE, categories=("a", "a", *map(str, range(20)))))
    assert sorted(sendgrid.mails[0]["categories"]) == [*map(str, range(9)), "a"]


@pytest.mark.parametrize(
    ("critical", "to", "critical_to", "expected"),
    [
        (False, ("a@x.org", "b@x.org"), ("c@x.org",), ["a@x.org", "b@x.org"]),
        (True, ("a@x.org", "b@x.org"), ("c@x.org",), ["a@x.org", "b@x.org", "c@x.org"]),
        (True, ("a@x.org", "b@x.org"), ("B@x.org", "c@x.org"), ["a@x.org", "b@x.org", "c@x.org"]),
        (True, ("a@x.org",), (), ["a@x.org"]),
    ],
)
def test_critical_goes_to_more_people_and_to_nobody_twice(
    sendgrid: SendGridFake, critical: bool, to: tuple[str, ...], critical_to: tuple[str, ...], expected: list[str]
) -> None:
    """Critical recipients are added to the others; an address counts once, whatever its case."""
    channel(sendgrid.url, recipients=to, critical_recipients=critical_to).send(replace(MESSAGE, critical=critical))
    assert addresses(sendgrid.mails[0]) == expected


def test_whom_a_message_concerns_gets_it_too(sendgrid: SendGridFake) -> None:
    """The owners of what it tells, beside those who get every message."""
    channel(sendgrid.url, recipients=("a@x.org",)).send(replace(MESSAGE, recipients=("owner@x.org", "A@x.org")))
    assert sorted(addresses(sendgrid.mails[0])) == ["a@x.org", "owner@x.org"]


def test_a_subject_is_one_line(sendgrid: SendGridFake) -> None:
    """What a table is called can't add a header."""
    channel(sendgrid.url).send(replace(MESSAGE, subject="FAIL\r\nBcc: eve@example.com"))
    assert sendgrid.mails[0]["subject"] == "FAIL Bcc: eve@example.com"


@pytest.mark.parametrize(
    ("behaviour", "reason", "transient"),
    [
        (refuse(200, body={}), "it did not accept the mail (status 200)", False),
        (refuse(204), "it did not accept the mail (status 204)", False),
        (refuse(401), "the API key was refused (status 401)", False),
        (refuse(403), "the API key was refused (status 403)", False),
        (refuse(400), "it refused the mail (status 400)", False),
        (refuse(413), "it refused the mail (status 413)", False),
        (refuse(429), "too many requests", True),
        (refuse(429, retry_after=3600), "too many requests, Retry-After 3600 s", True),
        (refuse(500), "it failed with status 500", True),
        (refuse(503), "it failed with status 503", True),
        (RESET, "it could not be reached", True),
        (LOST, "it could not be reached", True),
        (GARBAGE, "its answer could not be understood", True),
    ],
    ids=["200", "204", "401", "403", "400", "413", "429", "429 much later", "500", "503", "reset", "lost", "garbage"],
)
def test_a_mail_that_was_not_accepted_says_why(
    sendgrid: SendGridFake, behaviour: Behaviour, reason: str, transient: bool
) -> None:
    """What will not change is told from what may pass; one try, and no secret in the words."""
    sendgrid.script = [behaviour]
    with pytest.raises(NotSent) as caught:
        channel(sendgrid.url).send(MESSAGE)
    assert (str(caught.value), caught.value.transient) == (f"SendGrid: {reason}", transient)
    assert len(sendgrid.requests) == 1


def test_a_wrong_key_is_refused_and_not_shown(sendgrid: SendGridFake) -> None:
    """The words of the refusal hold neither this key nor a part of it."""
    with pytest.raises(NotSent, match="the API key was refused") as caught:
        channel(sendgrid.url, key="SG.wrong-secret").send(MESSAGE)
    assert "secret" not in str(caught.value)


def test_a_mail_that_is_put_off_is_sent_once_more(sendgrid: SendGridFake) -> None:
    """After 429 the mail waits for as long as SendGrid asks, when there is time for it."""
    sendgrid.script = [refuse(429, retry_after=1), OK]
    began = time.monotonic()
    channel(sendgrid.url).send(MESSAGE)
    assert time.monotonic() - began >= 1
    assert len(sendgrid.mails) == 1


def test_a_mail_that_is_put_off_twice_is_not_sent(sendgrid: SendGridFake) -> None:
    """There is one second try, not a third."""
    sendgrid.script = [refuse(429, retry_after=0)]
    with pytest.raises(NotSent, match="too many requests"):
        channel(sendgrid.url).send(MESSAGE)
    assert len(sendgrid.requests) == 2


def test_slow_is_given_up_in_time(sendgrid: SendGridFake) -> None:
    """SendGrid is not waited for beyond what is left."""
    sendgrid.script = [slow(30)]
    began = time.monotonic()
    with pytest.raises(NotSent, match="no answer in time") as caught:
        channel(sendgrid.url, seconds=0.3).send(MESSAGE)
    assert time.monotonic() - began < 2
    assert caught.value.transient


def test_nobody_there_may_pass(sendgrid: SendGridFake) -> None:
    """A refused connection is trouble that may pass."""
    with refusing_host() as host, pytest.raises(NotSent, match="could not be reached") as caught:
        channel(f"http://{host}").send(MESSAGE)
    assert caught.value.transient


def test_no_time_left_sends_nothing(sendgrid: SendGridFake) -> None:
    """When the run's time is over nothing is begun."""
    with pytest.raises(NotSent, match="no time was left"):
        channel(sendgrid.url, seconds=0.0).send(MESSAGE)
    assert sendgrid.requests == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        ("0", 0.0),
        (" 7 ", 7.0),
        ("", None),
        (None, None),
        ("soon", None),
        ("-1", None),
        ("Mon, 05 Jan 2026 11:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    """A date that is over means now; what can't be read asks for nothing."""
    assert seconds_to_wait(header) == seconds


def test_retry_after_a_date_to_come() -> None:
    """A date asks for the time until then."""
    header = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert seconds_to_wait(header) == pytest.approx(90, abs=5)
