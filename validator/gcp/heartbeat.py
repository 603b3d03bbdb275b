"""The heartbeat's endpoint: a URL, with `/start` and `/fail` below it, as the common dead man's switches have it. Its address is a secret."""

import socket
import ssl
from http import HTTPStatus
from urllib.parse import urlsplit

import requests

from validator.errors import ServiceError
from validator.gcp.attempts import Remaining
from validator.gcp.failures import FAILURES, service_error
from validator.heartbeat import Mark
from validator.reasons import NO_ADDRESS, NO_TIME

SERVICE = "heartbeat"
LONGEST_SECONDS = 3.0
"""No run waits longer for it."""
PATHS = {"start": "/start", "ok": "", "fail": "/fail"}


class HttpHeartbeat:
    """Implements Heartbeat by one POST a beat, and Reachable by no request at all: any request could count as a beat."""

    def __init__(self, url: str, remaining: Remaining) -> None:
        """`remaining` are the seconds left."""
        self._url = url.rstrip("/")
        self._remaining = remaining

    def reach(self) -> None:
        """See Reachable. Opens a connection to its host, encrypted where the address is, and closes it."""
        seconds = min(LONGEST_SECONDS, self._remaining())
        if seconds <= 0:
            raise ServiceError(SERVICE, NO_TIME)
        address = urlsplit(self._url)
        if not address.hostname:
            raise ServiceError(SERVICE, NO_ADDRESS)
        secure = address.scheme == "https"
        try:
            with socket.create_connection((address.hostname, address.port or (443 if secure else 80)), seconds) as link:
                if secure:
                    ssl.create_default_context().wrap_socket(link, server_hostname=address.hostname).close()
        except (OSError, ValueError) as error:
            raise ServiceError(SERVICE, service_error(SERVICE, error).reason) from None

    def beat(self, mark: Mark) -> None:
        """See Heartbeat. The client's own error, which holds the address, is dropped."""
        seconds = min(LONGEST_SECONDS, self._remaining())
        if seconds <= 0:
            raise ServiceError(SERVICE, NO_TIME)
        try:
            response = requests.post(f"{self._url}{PATHS[mark]}", timeout=seconds, allow_redirects=False)
        except FAILURES as error:
            reason = service_error(SERVICE, error).reason
        else:
            reason = (
                ""
                if response.status_code < HTTPStatus.MULTIPLE_CHOICES
                else f"it answered with status {response.status_code}"
            )
        if reason:
            raise ServiceError(SERVICE, reason)
