"""What errors of the clients mean, and which are worth another try."""

import http.client
from collections.abc import Iterator

import pytest
import requests
from google.api_core import exceptions as api
from google.auth import exceptions as auth

from validator import reasons
from validator.errors import ServiceError
from validator.gcp.attempts import ask, every_page
from validator.gcp.failures import asking, service_error

WITH_ADDRESS = "POST https://bigquery.googleapis.com/bigquery/v2/projects/p/jobs?key=secret: Access Denied: Project p"
OVER_QUOTA = api.Forbidden("Quota exceeded", errors=[{"reason": "quotaExceeded"}])
GARBLED = requests.ConnectionError("Connection aborted.", http.client.BadStatusLine("\x00"))


@pytest.mark.parametrize(
    ("error", "reason", "transient"),
    [
        (auth.DefaultCredentialsError("x"), reasons.NO_CREDENTIALS, False),
        (auth.RefreshError("invalid_grant"), reasons.REFUSED_CREDENTIALS, False),
        (auth.TransportError("x"), reasons.UNREACHABLE, True),
        (api.Unauthorized("x"), reasons.REFUSED_CREDENTIALS, False),
        (api.ResourceExhausted("x"), reasons.QUOTA, True),
        (OVER_QUOTA, reasons.QUOTA, True),
        (api.DeadlineExceeded("x"), reasons.SLOW, True),
        (requests.ReadTimeout("x"), reasons.SLOW, True),
        (requests.ConnectTimeout("x"), reasons.SLOW, True),
        (requests.ConnectionError("Read timed out."), reasons.SLOW, True),
        (TimeoutError(), reasons.SLOW, True),
        (
            api.ServiceUnavailable("failed to connect to all addresses; last error: ipv4:10.0.0.1:443"),
            reasons.UNREACHABLE,
            True,
        ),
        (api.ServiceUnavailable("Getting metadata from plugin failed with error: x"), reasons.STALE_CREDENTIALS, True),
        (api.ServiceUnavailable("The service is unavailable."), reasons.UNAVAILABLE, True),
        (api.InternalServerError("x"), reasons.INTERNAL, True),
        (api.InternalServerError("Exception deserializing response!"), reasons.MALFORMED, False),
        (requests.ConnectionError("Connection aborted.", ConnectionResetError()), reasons.UNREACHABLE, True),
        (requests.exceptions.SSLError("x"), reasons.UNREACHABLE, True),
        (requests.exceptions.InvalidURL("https://hooks/secret"), reasons.NO_ADDRESS, False),
        (requests.exceptions.JSONDecodeError("x", "{", 1), reasons.MALFORMED, False),
        (GARBLED, reasons.MALFORMED, False),
        (KeyError("jobReference"), reasons.MALFORMED, False),
        (FileNotFoundError("/secret/key.json"), reasons.UNREACHABLE, True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_an_error_has_a_short_reason(error: Exception, reason: str, transient: bool) -> None:
    """What a client raises becomes a phrase of our own, and whether waiting may help."""
    meant = service_error("Service", error)
    assert (meant.service, meant.reason, meant.transient) == ("Service", reason, transient)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (api.Forbidden(WITH_ADDRESS), "permission denied: Access Denied: Project p"),
        (
            api.NotFound("Table p:d.t was not found; reason: notFound, location: x"),
            "not found: Table p:d.t was not found",
        ),
        (
            api.BadRequest("Unrecognized name: x\n\nLocation: US\nJob ID: 1"),
            "it refused the request: Unrecognized name: x",
        ),
        (api.BadRequest(""), "it refused the request"),
    ],
)
def test_a_refusal_shows_the_services_first_line(error: Exception, reason: str) -> None:
    """The words of the service help; addresses, job ids and SQL that clients add do not."""
    assert service_error("BigQuery", error).reason == reason


def test_a_long_refusal_is_cut() -> None:
    """A reason stays a phrase."""
    assert len(service_error("BigQuery", api.BadRequest("x" * 5000)).reason) < 300


def test_what_is_no_failure_of_a_service_passes() -> None:
    """Errors that no client raises, and those that are explained already, are left alone."""
    for error in (ServiceError("Other", "why"), ZeroDivisionError()):
        with pytest.raises(type(error)) as caught, asking("BigQuery"):
            raise error
        assert caught.value is error


class Flaky:
    """A call that raises some errors before it answers."""

    def __init__(self, *errors: Exception) -> None:
        self._errors: Iterator[Exception] = iter(errors)
        self.timeouts: list[float] = []

    def __call__(self, seconds: float) -> str:
        """Answer, or raise the next error."""
        self.timeouts.append(seconds)
        for error in self._errors:
            raise error
        return "answer"


def ample() -> float:
    """Time enough."""
    return 10.0


@pytest.mark.parametrize(
    "errors",
    [
        [api.ServiceUnavailable("x")] * 2,
        [api.TooManyRequests("x")] * 2,
        [ConnectionResetError()] * 2,
        [requests.ConnectionError("Connection aborted.", http.client.RemoteDisconnected(""))],
        [api.InternalServerError("x")],
    ],
    ids=["unavailable", "too many", "reset", "hung up", "internal"],
)
def test_trouble_that_passes_is_sat_out(errors: list[Exception]) -> None:
    """Named transient errors are tried again, an internal error once."""
    call = Flaky(*errors)
    assert ask("BigQuery", ample, call) == "answer"
    assert call.timeouts == [10.0] * (len(errors) + 1)


@pytest.mark.parametrize(
    ("errors", "tries"),
    [
        ([api.ServiceUnavailable("x")] * 9, 3),
        ([api.InternalServerError("x")] * 9, 2),
        ([api.DeadlineExceeded("x")] * 9, 1),
        ([api.Forbidden("x")] * 9, 1),
        ([api.BadRequest("x")] * 9, 1),
        ([ValueError("x")] * 9, 1),
    ],
    ids=["unavailable", "internal", "slow", "denied", "refused", "malformed"],
)
def test_tries_are_capped(errors: list[Exception], tries: int) -> None:
    """Never more than three tries; one where another can't help."""
    call = Flaky(*errors)
    with pytest.raises(ServiceError):
        ask("BigQuery", ample, call)
    assert len(call.timeouts) == tries


def test_no_try_is_begun_that_time_does_not_allow() -> None:
    """With less time left than the pause before it, there is no second try."""
    call = Flaky(api.ServiceUnavailable("x"))
    with pytest.raises(ServiceError):
        ask("BigQuery", lambda: 0.05, call)
    assert call.timeouts == [0.05]


class Pager:
    """One page of a listing, as the Google clients give it."""

    def __init__(self, page: list[int], next_page_token: str) -> None:
        self.pages = iter([page])
        self.next_page_token = next_page_token


def test_a_listing_is_read_to_its_last_page() -> None:
    """Each page is asked for by the token before it, with what is left of the time."""
    pages = {"": Pager([1, 2], "two"), "two": Pager([3], "three"), "three": Pager([], "")}
    budget = iter([10.0, 8.0, 6.0])
    asked: list[tuple[str, float]] = []

    def fetch(token: str, seconds: float) -> Pager:
        asked.append((token, seconds))
        return pages[token]

    assert list(every_page("BigQuery", lambda: next(budget), fetch)) == [[1, 2], [3], []]
    assert asked == [("", 10.0), ("two", 8.0), ("three", 6.0)]
