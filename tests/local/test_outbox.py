"""The outbox: a mail file and a page per run."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from validator.local.outbox import OutboxChannel
from validator.tell.channel import Message, NotSent

NOW = datetime(2026, 2, 4, 11, 5, tzinfo=UTC)
MESSAGE = Message(
    run_id="r1",
    critical=True,
    subject="CRITICAL morning\nBcc: everyone@example.com: été",
    text="one\ntwo — été\n" + "long " * 500,
    html="<p>one été</p>",
    message_id="<r1@example.com>",
    references="<morning.2026-02-03@example.com>",
)


def sent(folder: Path, message: Message = MESSAGE) -> EmailMessage:
    """Send it, and read the mail file back."""
    OutboxChannel(folder, ["a@example.com", "b@example.com"], lambda: NOW).send(message)
    mail = message_from_bytes((folder / "r1.eml").read_bytes(), policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_the_mail_can_be_read(tmp_path: Path) -> None:
    """Headers, text and page arrive as they were meant, and the page lies beside it."""
    mail = sent(tmp_path / "new")
    assert (mail["To"], mail["Message-ID"], mail["Date"]) == (
        "a@example.com, b@example.com",
        "<r1@example.com>",
        "Wed, 04 Feb 2026 11:05:00 +0000",
    )
    assert (mail["References"], mail["In-Reply-To"], mail["Auto-Submitted"]) == (
        MESSAGE.references,
        MESSAGE.references,
        "auto-generated",
    )
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == MESSAGE.text.splitlines()
    assert html.get_content().strip() == MESSAGE.html
    assert (tmp_path / "new" / "r1.html").read_text() == MESSAGE.html


def test_a_subject_adds_no_header(tmp_path: Path) -> None:
    """A line break in a subject is a space."""
    mail = sent(tmp_path)
    assert mail["Subject"] == "CRITICAL morning Bcc: everyone@example.com: été"
    assert mail["Bcc"] is None


def test_a_repeat_takes_its_place(tmp_path: Path) -> None:
    """The same run is the same two files."""
    sent(tmp_path)
    sent(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r1.eml", "r1.html"]


def test_what_can_not_be_written_is_not_sent(tmp_path: Path) -> None:
    """A file in the folder's place is a refusal that shows no path."""
    (tmp_path / "box").write_text("in the way")
    with pytest.raises(NotSent) as caught:
        sent(tmp_path / "box")
    assert str(tmp_path) not in str(caught.value)
