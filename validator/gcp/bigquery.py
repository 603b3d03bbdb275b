"""One connection to BigQuery: the client, and jobs that are started, joined and waited for within the time that is left."""

import threading
import time
from collections.abc import Mapping
from typing import Any

import google.auth
import requests.adapters
from google.api_core import exceptions as api
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import AuthorizedSession
from google.cloud import bigquery

from validator.errors import ServiceError
from validator.gcp.attempts import Remaining, ask, seconds_left
from validator.gcp.failures import asking
from validator.gcp.labels import as_labels
from validator.reasons import NOT_FOUND, SLOW

SERVICE = "BigQuery"
MOST_CONNECTIONS = 64
JOIN_SECONDS = 10.0
"""How long a job that is said to exist may stay unfindable."""
_PATIENCE = {"retry": None, "job_retry": None}


class _BoundedSession:
    """The HTTP session of the client, with no request allowed to take longer than what is left.

    The client waits at least two minutes for a query's rows, whatever time-out it is given; so the bound is set here.
    """

    def __init__(self, session: Any, remaining: Remaining) -> None:
        self._session = session
        self._remaining = remaining

    def request(self, method: str, url: str, *, timeout: float | None = None, **more: Any) -> Any:
        """Send a request, as `requests.Session.request` does."""
        left = seconds_left(SERVICE, self._remaining)
        return self._session.request(method=method, url=url, timeout=min(timeout or left, left), **more)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


class Connection:
    """A client of one project and location, made when it is first used. Safe for threads."""

    def __init__(
        self, project: str, location: str, remaining: Remaining, maximum_bytes_billed: int, emulator: str | None
    ) -> None:
        self.project = project
        self.location = location
        self.remaining = remaining
        self._maximum_bytes_billed = maximum_bytes_billed
        self._emulator = emulator
        self._lock = threading.Lock()
        self._session: _BoundedSession | None = None
        self._client: Any = None

    @property
    def client(self) -> Any:
        """The official client. Raises ServiceError when there are no credentials."""
        with self._lock:
            if self._client is None:
                with asking(SERVICE):
                    self._client = self._connect()
            return self._client

    def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        with self._lock:
            session, self._session, self._client = self._session, None, None
        if session:
            session.close()

    def config(self, labels: Mapping[str, str], parameters: list[Any]) -> Any:
        """The settings every job has: a bound on its bill, labels, a time-out, GoogleSQL, bound parameters."""
        return bigquery.QueryJobConfig(
            maximum_bytes_billed=self._maximum_bytes_billed,
            labels=as_labels(labels),
            job_timeout_ms=max(1, int(seconds_left(SERVICE, self.remaining) * 1000)),
            query_parameters=parameters,
            use_legacy_sql=False,
        )

    def start(self, job_id: str, sql: str, config: Any, location: str = "") -> Any:
        """Start the job of that id; where there is one already, that one. `location` where its data is elsewhere."""
        location = location or self.location

        def insert(seconds: float) -> Any:
            return self.client.query(
                sql, job_config=config, job_id=job_id, location=location, timeout=seconds, **_PATIENCE
            )

        try:
            return ask(SERVICE, self.remaining, insert)
        except ServiceError as error:
            if isinstance(error.__cause__, api.Conflict):
                return self._join(job_id, location)
            raise

    def finish(self, job: Any) -> tuple[list[Any], list[Any]]:
        """Wait for the job; its rows and their schema. A job that failed has `error_result` and no rows; it does not raise."""

        def wait(seconds: float) -> tuple[list[Any], list[Any]]:
            try:
                rows = job.result(timeout=seconds, **_PATIENCE)
                return list(rows), list(rows.schema or ())
            except api.GoogleAPICallError:
                if job.error_result is None:
                    raise
                return [], []

        return ask(SERVICE, self.remaining, wait)

    def _join(self, job_id: str, location: str) -> Any:
        """The job of that id, which exists: BigQuery may say for a moment that it doesn't."""
        give_up = time.monotonic() + min(JOIN_SECONDS, self.remaining())
        while True:
            try:
                return ask(SERVICE, self.remaining, lambda seconds: self._find(job_id, location, seconds))
            except ServiceError as error:
                if not isinstance(error.__cause__, api.NotFound):
                    raise
                if time.monotonic() > give_up:
                    raise ServiceError(
                        SERVICE, f"the job {job_id} exists but was {NOT_FOUND}", transient=True
                    ) from error
            time.sleep(0.2)

    def _find(self, job_id: str, location: str, seconds: float) -> Any:
        return self.client.get_job(job_id, location=location, retry=None, timeout=seconds)

    def _connect(self) -> Any:
        credentials, options = AnonymousCredentials(), None
        if self._emulator is None:
            credentials, _ = google.auth.default(scopes=bigquery.Client.SCOPE)
        else:
            options = {"api_endpoint": self._emulator if "://" in self._emulator else f"http://{self._emulator}"}
        session = AuthorizedSession(credentials)
        session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=MOST_CONNECTIONS))
        self._session = _BoundedSession(session, self.remaining)
        return bigquery.Client(
            project=self.project,
            location=self.location,
            credentials=credentials,
            client_options=options,
            _http=self._session,
        )


def failure(job: Any) -> ServiceError:
    """Why a finished job failed."""
    result = job.error_result
    reason, message = str(result.get("reason", "")), str(result.get("message", ""))
    if reason in {"stopped", "timeout"}:
        return ServiceError(SERVICE, SLOW, transient=True)
    line = message.strip().splitlines()[0] if message.strip() else reason or "the job failed"
    transient = (
        reason in {"backendError", "internalError", "jobBackendError", "jobInternalError"} or "concurrent" in line
    )
    return ServiceError(SERVICE, line[:240], transient=transient)
