"""What a failed call means: every error of a Google client, of gRPC and of `requests` becomes a ServiceError.

Reasons are short phrases without addresses or keys; only where a service says what is wrong with a request is its own first line added.
"""

import http.client
import re
from collections.abc import Iterator
from contextlib import contextmanager

import grpc
import requests
from google.api_core import exceptions as api
from google.auth import exceptions as auth

from validator.errors import ServiceError
from validator.reasons import (
    DENIED,
    INTERNAL,
    MALFORMED,
    NO_ADDRESS,
    NO_CREDENTIALS,
    NOT_FOUND,
    QUOTA,
    REFUSED,
    REFUSED_CREDENTIALS,
    SLOW,
    STALE_CREDENTIALS,
    UNAVAILABLE,
    UNREACHABLE,
)

WORDS = 240
"""How much of a service's own words is shown."""

FAILURES = (
    api.GoogleAPIError,
    auth.GoogleAuthError,
    requests.RequestException,
    grpc.RpcError,
    http.client.HTTPException,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)
"""What the clients raise; the last four where they trip over an answer of the wrong shape."""

_OVER_QUOTA = frozenset({"quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded"})
_NO_URL = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema)

_MEANINGS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, bool], ...] = (
    (auth.DefaultCredentialsError, NO_CREDENTIALS, False),
    (auth.TransportError, UNREACHABLE, True),
    (auth.GoogleAuthError, REFUSED_CREDENTIALS, False),
    (api.TooManyRequests, QUOTA, True),
    (api.Unauthorized, REFUSED_CREDENTIALS, False),
    (api.Forbidden, DENIED, False),
    (api.NotFound, NOT_FOUND, False),
    ((api.GatewayTimeout, requests.Timeout, TimeoutError), SLOW, True),
    (api.ServiceUnavailable, UNAVAILABLE, True),
    (api.Aborted, "it gave up because of concurrent requests", True),
    (api.ServerError, INTERNAL, True),
    (api.GoogleAPICallError, REFUSED, False),
    (_NO_URL, NO_ADDRESS, False),
    (requests.exceptions.JSONDecodeError, MALFORMED, False),
    ((requests.ConnectionError, grpc.RpcError, OSError, http.client.RemoteDisconnected), UNREACHABLE, True),
)
_OWN_WORDS = frozenset({DENIED, NOT_FOUND, REFUSED})


@contextmanager
def asking(service: str) -> Iterator[None]:
    """Turn what the clients raise inside the block into a ServiceError of that service."""
    try:
        yield
    except FAILURES as error:
        raise service_error(service, error) from error


def service_error(service: str, error: Exception) -> ServiceError:
    """The ServiceError that a client's error means."""
    reason, transient = _meaning(error)
    own = _words(error) if reason in _OWN_WORDS else ""
    return ServiceError(service, f"{reason}: {own}" if own else reason, transient=transient)


def is_reset(error: BaseException) -> bool:
    """Whether the connection broke under the request: refused, closed without an answer, or reset."""
    return any(isinstance(part, ConnectionError | http.client.RemoteDisconnected) for part in _parts(error))


def _meaning(error: Exception) -> tuple[str, bool]:
    if _reason_code(error) in _OVER_QUOTA:
        return QUOTA, True
    if _is_garbled(error):
        return MALFORMED, False
    if isinstance(error, api.ServiceUnavailable) and "metadata from plugin" in str(error.message):
        return STALE_CREDENTIALS, True
    if isinstance(error, api.ServiceUnavailable) and "connect" in str(error.message).lower():
        return UNREACHABLE, True
    if isinstance(error, requests.ConnectionError) and "timed out" in str(error):
        return SLOW, True
    for kinds, reason, transient in _MEANINGS:
        if isinstance(error, kinds):
            return reason, transient
    return MALFORMED, False


def _is_garbled(error: Exception) -> bool:
    """An answer that is no HTTP, or bytes that are not the message that was asked for."""
    if isinstance(error, api.GoogleAPICallError):
        return "deserializ" in str(error.message)
    return any(
        isinstance(part, http.client.HTTPException) and not isinstance(part, http.client.RemoteDisconnected)
        for part in _parts(error)
    )


def _reason_code(error: Exception) -> str:
    """BigQuery's word for what went wrong, where there is one."""
    details = getattr(error, "errors", None)
    first = details[0] if isinstance(details, list | tuple) and details else None
    return str(first.get("reason", "")) if isinstance(first, dict) else ""


def _words(error: Exception) -> str:
    """The service's own first line, without the address that a client puts before it and what it adds after it."""
    text = str(getattr(error, "message", ""))
    text = re.sub(r"^(GET|POST|PUT|PATCH|DELETE) \S+: ", "", text)
    line = re.split(r"[\r\n]|; reason: ", text.strip(), maxsplit=1)[0].strip()
    return line if len(line) <= WORDS else f"{line[:WORDS]}…"


def _parts(error: BaseException) -> Iterator[BaseException]:
    """The error and those it wraps, as cause or as argument."""
    yield error
    for inner in (error.__cause__, *error.args, getattr(error, "reason", None)):
        if isinstance(inner, BaseException):
            yield from _parts(inner)
