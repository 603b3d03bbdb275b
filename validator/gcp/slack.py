"""Slack: sends a message to an incoming webhook. Whoever has the webhook's address can post, so it is never shown."""

import json
import re
import time
from http import HTTPStatus

import requests

from validator.gcp.attempts import Remaining
from validator.gcp.failures import FAILURES, service_error
from validator.gcp.retry_after import later, seconds_to_wait
from validator.reasons import MALFORMED, NO_ADDRESS, NO_TIME
from validator.tell.channel import Message, NotSent
from validator.tell.routes import SLACK

SERVICE = "Slack"
_WORD = re.compile(r"[a-z][a-z_]{2,40}")
_NO_SUCH_WEBHOOK = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class SlackChannel:
    """Implements Channel by an incoming webhook."""

    def __init__(self, webhook: str, remaining: Remaining, name: str = SLACK) -> None:
        """`remaining` are the seconds left, `name` is the channel's in the ledger."""
        self.name = name
        self._webhook = webhook
        self._remaining = remaining

    def send(self, message: Message) -> None:
        """See Channel. A message that is put off (429) is tried once more where the time that is asked for is left."""
        payload = json.dumps(message.slack).encode()
        response = self._post(payload)
        pause = seconds_to_wait(_retry_after(response))
        if pause is not None and pause < self._remaining():
            time.sleep(pause)
            response = self._post(payload)
        _judge(response)

    def _post(self, payload: bytes) -> requests.Response:
        """Slack's answer. Raises NotSent when it could not be asked; the client's own error, which holds the address, is dropped."""
        seconds = self._remaining()
        if seconds <= 0:
            raise NotSent(f"{SERVICE}: {NO_TIME}", transient=True)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        try:
            return requests.post(self._webhook, data=payload, headers=headers, timeout=seconds, allow_redirects=False)
        except FAILURES as error:
            reason = service_error(SERVICE, error).reason
        raise NotSent(f"{SERVICE}: {reason}", transient=reason != NO_ADDRESS)


def _judge(response: requests.Response) -> None:
    """Raise NotSent unless Slack accepted the message, which it says by `ok`."""
    status, word = response.status_code, response.text.strip()
    if status == HTTPStatus.OK and word == "ok":
        return
    if status == HTTPStatus.OK:
        raise NotSent(f"{SERVICE}: {MALFORMED}", transient=True)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise NotSent(f"{SERVICE}: too many requests{later(_retry_after(response))}", transient=True)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise NotSent(f"{SERVICE}: it failed with status {status}", transient=True)
    what = "the webhook was refused" if status in _NO_SUCH_WEBHOOK else "it refused the message"
    raise NotSent(f"{SERVICE}: {what} (status {status}{f' {word}' if _WORD.fullmatch(word) else ''})")


def _retry_after(response: requests.Response) -> str | None:
    """The header, where the message was put off by 429."""
    return response.headers.get("Retry-After") if response.status_code == HTTPStatus.TOO_MANY_REQUESTS else None
