"""The outbox: a folder in which each message is a mail file and a page, named by the run."""

from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from validator.clock import real_now
from validator.tell.channel import Message, NotSent

SENDER = "validation-runner@localhost"


class OutboxChannel:
    """Implements Channel. A repeat takes the place of what it repeats."""

    name = "outbox"

    def __init__(self, folder: Path, recipients: Sequence[str], now: Callable[[], datetime] = real_now) -> None:
        """`now` dates the mail."""
        self._folder = folder
        self._recipients = tuple(recipients)
        self._now = now

    def send(self, message: Message) -> None:
        """See Channel."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._put(f"{message.run_id}.html", message.html.encode("utf-8", "replace"))
            self._put(f"{message.run_id}.eml", self._mail(message).as_bytes(policy=SMTP))
        except OSError as error:
            raise NotSent(f"the outbox cannot be written to: {error.strerror}") from error

    def _put(self, name: str, content: bytes) -> None:
        """Write a file whole, or not at all."""
        draft = self._folder / f".{name}.draft"
        draft.write_bytes(content)
        draft.replace(self._folder / name)

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = " ".join(message.subject.split())
        mail["From"] = SENDER
        mail["To"] = ", ".join(dict.fromkeys((*self._recipients, *message.recipients)))
        mail["Date"] = format_datetime(self._now())
        mail["Message-ID"] = message.message_id
        if message.references:
            mail["References"] = message.references
            mail["In-Reply-To"] = message.references.split()[-1]
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        mail.add_alternative(message.html, subtype="html")
        return mail
