"""Asking an outside service: within the time that is left, and again only after an error that is named here."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

from google.api_core import exceptions as api

from validator.errors import ServiceError
from validator.gcp.failures import FAILURES, is_reset, service_error
from validator.reasons import NO_TIME

T = TypeVar("T")
Remaining = Callable[[], float]

PAUSES = (0.1, 0.4)
"""Seconds before the second and the third try; there is no fourth."""


def seconds_left(service: str, remaining: Remaining) -> float:
    """The seconds that are left, more than 0; a ServiceError when there are none."""
    seconds = remaining()
    if seconds <= 0:
        raise ServiceError(service, NO_TIME, transient=True)
    return seconds


def ask(service: str, remaining: Remaining, call: Callable[[float], T]) -> T:
    """What `call(time-out in seconds)` answers; tried up to three times. Only for calls that may be repeated.

    Again after: unavailable, too many requests, a broken connection; once after an internal error.
    """
    for tried, pause in enumerate((*PAUSES, None)):
        try:
            return call(seconds_left(service, remaining))
        except FAILURES as error:
            if pause is None or pause >= remaining() or not _worth_repeating(error, tried):
                raise service_error(service, error) from error
            time.sleep(pause)
    raise AssertionError("the last try returns or raises")


def every_page(service: str, remaining: Remaining, fetch: Callable[[str, float], Any]) -> Iterator[Any]:
    """The pages of a listing; `fetch(page token, time-out)` gives a client's pager."""
    token = ""
    while True:
        page, token = ask(service, remaining, partial(_first_page, fetch, token))
        yield page
        if not token:
            return


def _first_page(fetch: Callable[[str, float], Any], token: str, seconds: float) -> tuple[Any, str]:
    """The one page that is fetched, and the token of the next; empty after the last."""
    pager = fetch(token, seconds)
    page = next(iter(pager.pages), ())
    return page, str(pager.next_page_token or "")


def _worth_repeating(error: Exception, tried: int) -> bool:
    if isinstance(error, api.InternalServerError):
        return tried == 0
    return isinstance(error, api.ServiceUnavailable | api.TooManyRequests) or is_reset(error)
