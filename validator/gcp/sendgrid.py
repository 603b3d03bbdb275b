"""SendGrid: sends a message by mail."""

import time
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import (
    Category,
    ClickTracking,
    Content,
    CustomArg,
    Email,
    Header,
    Mail,
    Personalization,
    Subject,
    To,
    TrackingSettings,
)

from validator.gcp.attempts import Remaining
from validator.gcp.failures import FAILURES, service_error
from validator.gcp.retry_after import later, seconds_to_wait
from validator.reasons import NO_ADDRESS, NO_TIME
from validator.tell.channel import Message, NotSent

SERVICE = "SendGrid"
MOST_CATEGORIES = 10


class SendGridChannel:
    """Implements Channel by SendGrid's v3 API. Critical messages go to the critical recipients as well."""

    name = "email"

    def __init__(
        self,
        key: str,
        host: str,
        sender: str,
        recipients: Sequence[str],
        critical_recipients: Sequence[str],
        remaining: Remaining,
    ) -> None:
        """`host` is the base address of the API; `remaining` are the seconds left."""
        self._key = key
        self._host = host.rstrip("/")
        self._sender = sender
        self._recipients = tuple(recipients)
        self._critical_recipients = tuple(critical_recipients)
        self._remaining = remaining

    def send(self, message: Message) -> None:
        """See Channel. A mail that is put off (429) is tried once more where the time that is asked for is left."""
        mail = self._mail(message).get()
        refusal = self._post(mail)
        pause = None if refusal is None else seconds_to_wait(_retry_after(refusal))
        if pause is not None and pause < self._remaining():
            time.sleep(pause)
            refusal = self._post(mail)
        if refusal is not None:
            raise _not_sent(refusal)

    def _post(self, mail: Any) -> HTTPError | None:
        """Hand the mail over; SendGrid's refusal if it refused. Raises NotSent when it could not be asked."""
        seconds = self._remaining()
        if seconds <= 0:
            raise NotSent(f"{SERVICE}: {NO_TIME}", transient=True)
        api = SendGridAPIClient(self._key, host=self._host)
        api.client.timeout = seconds
        try:
            answer = api.client.mail.send.post(request_body=mail)
        except HTTPError as refusal:
            return refusal
        except FAILURES as error:
            reason = service_error(SERVICE, error).reason
            raise NotSent(f"{SERVICE}: {reason}", transient=reason != NO_ADDRESS) from error
        if int(answer.status_code) != HTTPStatus.ACCEPTED:
            raise NotSent(f"{SERVICE}: it did not accept the mail (status {int(answer.status_code)})")
        return None

    def _mail(self, message: Message) -> Any:
        mail = Mail()
        mail.from_email = Email(self._sender)
        mail.subject = Subject(" ".join(message.subject.splitlines()))
        mail.add_content(Content("text/plain", message.text))
        mail.add_content(Content("text/html", message.html))
        mail.add_personalization(self._personalization(message))
        for category in _distinct(message.categories)[:MOST_CATEGORIES]:
            mail.add_category(Category(category))
        mail.tracking_settings = TrackingSettings(click_tracking=ClickTracking(False, False))
        return mail

    def _personalization(self, message: Message) -> Any:
        envelope = Personalization()
        critical = self._critical_recipients if message.critical else ()
        for address in _distinct((*self._recipients, *critical, *message.recipients)):
            envelope.add_to(To(address))
        for name, value in _headers(message).items():
            envelope.add_header(Header(name, value))
        envelope.add_custom_arg(CustomArg("run_id", message.run_id))
        return envelope


def _headers(message: Message) -> dict[str, str]:
    headers = {"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"}
    if message.references:
        headers |= {"References": message.references, "In-Reply-To": message.references.split()[-1]}
    return headers


def _distinct(texts: Iterable[str]) -> list[str]:
    """The texts in order, each once whatever its case: SendGrid refuses an address that is there twice."""
    return list({text.lower(): text for text in reversed(list(texts))}.values())[::-1]


def _retry_after(refusal: HTTPError) -> str | None:
    """The header, where the mail was put off by 429."""
    if refusal.status_code != HTTPStatus.TOO_MANY_REQUESTS or not refusal.headers:
        return None
    header = refusal.headers.get("Retry-After")
    return None if header is None else str(header)


def _not_sent(refusal: HTTPError) -> NotSent:
    status = int(refusal.status_code)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return NotSent(f"{SERVICE}: the API key was refused (status {status})")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return NotSent(f"{SERVICE}: too many requests{later(_retry_after(refusal))}", transient=True)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NotSent(f"{SERVICE}: it failed with status {status}", transient=True)
    return NotSent(f"{SERVICE}: it refused the mail (status {status})")
