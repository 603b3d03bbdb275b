"""The message of a run, and its way through a mail and back."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tests.tell import samples
from tests.tell.structure import Structure
from validator.status import Status
from validator.tell.channel import Message
from validator.tell.message import SIZE, Links, compose_message

LINKS = Links(domain="runner.example.com", pages={"Open the run": f"https://runner.example.com/runs/{samples.RUN_ID}"})


def message(name: str, links: Links = LINKS) -> Message:
    """The message of a sample."""
    sample = samples.SAMPLES[name]()
    return compose_message(sample, samples.view(sample), links, notice=samples.notice(sample))


def mailed(told: Message) -> EmailMessage:
    """The message as a mail that was written to bytes and read again."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["Subject"] = told.subject
    mail["Message-ID"] = told.message_id
    mail["References"] = told.references
    mail.set_content(told.text)
    mail.add_alternative(told.html, subtype="html")
    read = message_from_bytes(mail.as_bytes(), policy=policy.SMTP)
    assert isinstance(read, EmailMessage)
    return read


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_a_mail_program_reads_what_was_written(name: str) -> None:
    """Subject, ids and both parts survive a round trip, also with hostile text; no header is added by data."""
    told = message(name)
    mail = mailed(told)
    assert tuple(mail[name].strip() for name in ("Subject", "Message-ID", "References")) == (
        told.subject,
        told.message_id,
        told.references,
    )
    assert mail["Bcc"] is None
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().split() == told.text.split()
    assert html.get_content().split() == told.html.split()


def test_the_same_run_gives_the_same_message() -> None:
    """A repeat carries the same Message-ID and content."""
    assert message("mixed") == message("mixed")
    assert message("mixed").message_id == f"<{samples.RUN_ID}@runner.example.com>"


def test_messages_without_a_finding_are_one_thread_by_schedule_and_date() -> None:
    """They refer to the same synthetic id."""
    assert message("all_fine").references == "<post_overnight.2026-02-03@runner.example.com>"
    assert message("all_fine").references == message("nothing_due").references


def test_ids_are_safe_header_values_whatever_the_names() -> None:
    """A hostile schedule or domain adds neither a header nor a second id."""
    told = message("hostile", Links(domain="evil>\r\nBcc: x@example.com"))
    assert all(re.fullmatch(r"<[A-Za-z0-9.-]+@evil-Bcc-x-example.com>", one) for one in told.references.split(" "))
    assert told.categories[0] == "post-Bcc-x-example-com-b-overnight-b"
    assert told.message_id == f"<{samples.RUN_ID}@evil-Bcc-x-example.com>"


def test_only_a_critical_run_is_critical() -> None:
    """Who gets woken is decided by the run's status."""
    assert {name: message(name).critical for name in ("mixed", "only_an_error", "dry", "all_fine")} == {
        "mixed": True,
        "only_an_error": False,
        "dry": False,
        "all_fine": False,
    }


def test_pages_are_links_in_every_form() -> None:
    """The way to the run is in text, HTML and Slack."""
    told, url = message("mixed"), LINKS.pages["Open the run"]
    assert f"Open the run: {url}" in told.text
    assert [dict(attributes)["href"] for tag, attributes in Structure(told.html).elements if tag == "a"] == [url]
    assert f"<{url}|Open the run>" in str(told.slack)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//example.com", "https://a b", 'https://a"onclick="x', "https://a\n"]
)
def test_a_page_must_be_a_web_address(url: str) -> None:
    """Nothing else becomes a link."""
    with pytest.raises(ValueError, match="not http or https"):
        message("mixed", Links(domain="x", pages={"run": url}))


@pytest.mark.parametrize("name", ["two_hundred", "hostile"])
def test_a_message_is_never_too_big_for_a_mail_program(name: str) -> None:
    """Both parts stay below what Gmail shows in full."""
    told = message(name)
    assert max(len(told.html.encode()), len(told.text.encode())) <= SIZE


def test_findings_too_big_for_one_mail_are_left_out_and_counted() -> None:
    """Fifty findings full of text become fewer, in both parts alike, and the rest is a number."""
    long = "&" * 500
    sample = samples.run(
        *(samples.result("a", f"s{n:02}", Status.FAIL, long, expected=long, remedy=long) for n in range(60))
    )
    told = compose_message(sample, samples.view(sample), LINKS, notice=samples.notice(sample))
    assert len(told.html.encode()) <= SIZE
    shown = sum(f"P2 a · s{n:02}" in told.text for n in range(60))
    assert 0 < shown < 50
    assert f"… and {60 - shown} more in run" in told.text
    assert f"… and {60 - shown} more in run" in Structure(told.html).text
