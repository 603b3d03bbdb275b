"""An API of Google Cloud that is asked by plain REST, with the credentials of the place it runs in."""

import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

import google.auth
import requests
from google.api_core import exceptions as api
from google.auth.transport.requests import AuthorizedSession

from validator.gcp.answered_at import ahead_of
from validator.gcp.attempts import Remaining, ask, seconds_left
from validator.gcp.failures import asking

SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class RestApi:
    """One API at `host`. Safe for threads."""

    def __init__(self, service: str, host: str, remaining: Remaining, session: requests.Session | None = None) -> None:
        """`service` names it in errors; `session` replaces the authorised one; `remaining` are the seconds left."""
        self.service = service
        self._host = host.rstrip("/")
        self._remaining = remaining
        self._given = session
        self._lock = threading.Lock()
        self._session: requests.Session | None = session
        self.ahead: timedelta | None = None
        """How far this machine's clock is ahead of the newest answer's; None before an answer came that names its time."""

    def ask(self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Any = None) -> Any:
        """The JSON of an answer. Only for questions that may be repeated. Raises ServiceError for every status but 200."""
        seconds_left(self.service, self._remaining)
        session = self._connected()
        call = partial(self._call, session, method, f"{self._host}{path}", query, body)
        response = ask(self.service, self._remaining, call)
        with asking(self.service):
            return response.json()

    def pages(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> Iterator[Any]:
        """The pages of a listing; where there is a body, the token of the next page goes into it."""
        token = ""
        while True:
            more = {"pageToken": token} if token else {}
            page = (
                self.ask(method, path, query={**(query or {}), **more})
                if body is None
                else self.ask(method, path, query=query, body={**body, **more})
            )
            yield page
            with asking(self.service):
                token = str(page.get("nextPageToken") or "")
            if not token:
                return

    def close(self) -> None:
        """Close the connections, if they are our own."""
        with self._lock:
            session, self._session = self._session, self._given
        if session and session is not self._given:
            session.close()

    def _call(
        self,
        session: requests.Session,
        method: str,
        url: str,
        query: Mapping[str, str] | None,
        body: Any,
        seconds: float,
    ) -> requests.Response:
        response = session.request(method, url, params=query, json=body, timeout=seconds)
        ahead = ahead_of(response.headers.get("Date"))
        self.ahead = self.ahead if ahead is None else ahead
        if response.status_code != HTTPStatus.OK:
            raise api.from_http_response(response)
        return response

    def _connected(self) -> requests.Session:
        with self._lock:
            if self._session is None:
                with asking(self.service):
                    credentials, _ = google.auth.default(scopes=[SCOPE])
                    self._session = AuthorizedSession(credentials)
            return self._session
