"""What only Cloud Logging has: more entries than are counted, searches that do not end, and entries of several kinds."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.parts.google_rest import LoggingFake
from tests.parts.http_server import Answer, HttpFake, Request
from validator.errors import ServiceError
from validator.gcp.logs import MOST, CloudLogs

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """One without credentials."""
    with requests.Session() as made:
        yield made


@pytest.mark.parametrize(("errors", "cut"), [(MOST, False), (MOST + 1, True)])
def test_counting_ends(session: requests.Session, errors: int, cut: bool) -> None:
    """L-20: of a storm no more is read than says that it is one."""
    with LoggingFake("a-project") as fake:
        for number in range(errors):
            fake.add("api", "ERROR", "again", NOON - timedelta(seconds=number))
        found = CloudLogs("a-project", lambda: 20.0, fake.url, session).of_service(
            "api", NOON - timedelta(days=1), NOON
        )
    assert (found.errors, found.cut) == (MOST, cut)


class Endless(HttpFake):
    """A search that never finds and never ends."""

    def answer(self, request: Request) -> Answer:
        return Answer.of_json({"nextPageToken": "more"})


def test_a_search_that_does_not_end_is_an_error(session: requests.Session) -> None:
    """What was not searched to the end is never no error."""
    with Endless() as fake, pytest.raises(ServiceError, match="did not finish"):
        CloudLogs("a-project", lambda: 20.0, fake.url, session).of_service("api", NOON, NOON)


class One(HttpFake):
    """A search that finds one entry."""

    entry: dict[str, Any]

    def answer(self, request: Request) -> Answer:
        return Answer.of_json({"entries": [{"timestamp": "2026-02-03T12:00:00Z", **self.entry}]})


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"textPayload": "plain\nmore"}, "plain"),
        ({"jsonPayload": {"message": "structured"}}, "structured"),
        ({"protoPayload": {"status": {"message": "audited"}}}, "audited"),
        ({"httpRequest": {"status": 500}}, ""),
        ({"textPayload": "x" * 400}, "x" * 299 + "…"),
    ],
)
def test_what_an_entry_says(session: requests.Session, payload: dict[str, Any], text: str) -> None:
    """Entries hold their words in one of several places, or have none."""
    with One() as fake:
        fake.entry = payload
        found = CloudLogs("a-project", lambda: 20.0, fake.url, session).of_service("api", NOON, NOON)
    assert found.newest == text
