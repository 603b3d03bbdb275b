"""The HTTP fakes are read by the official clients, and misbehave as told, in order."""

import http.client
import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from python_http_client import exceptions as sendgrid_errors
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Mail

from .children import refusing_host
from .http_fakes import (
    GARBAGE,
    LOST,
    MALFORMED,
    NO_COMMITS,
    OK,
    RATE_LIMITED,
    RESET,
    Commit,
    GitHubFake,
    HeartbeatFake,
    SendGridFake,
    SlackFake,
    refuse,
    slow,
)

NEWEST = datetime(2026, 1, 5, 11, tzinfo=UTC)


def send(fake: SendGridFake, key: str = "SG.test", timeout: float = 2) -> Any:
    """Send a mail with the official client."""
    client = SendGridAPIClient(key, host=fake.url)
    client.client.timeout = timeout
    return client.send(
        Mail(from_email="a@example.com", to_emails=["b@example.com"], subject="s", plain_text_content="x")
    )


def fetch(url: str, body: Any = None, **headers: str) -> Any:
    """The JSON or text that an address answers."""
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data=data, headers=headers), timeout=2) as answer:
        text = answer.read().decode()
    return json.loads(text) if text[:1] in "[{" else text


def refused(url: str, body: Any = None, **headers: str) -> urllib.error.HTTPError:
    """The refusal that an address answers with."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        fetch(url, body, **headers)
    return caught.value


def test_sendgrid_accepts_and_keeps_a_mail() -> None:
    """202 with a message id, and the mail is there to look at."""
    with SendGridFake() as fake:
        answer = send(fake)
    assert (answer.status_code, answer.headers["X-Message-Id"]) == (202, "fake-1")
    assert fake.mails[0]["personalizations"][0]["to"] == [{"email": "b@example.com"}]
    assert fake.requests[0].headers["authorization"] == "Bearer SG.test"


def test_sendgrid_refuses_a_wrong_key_and_an_incomplete_mail() -> None:
    """401 to another key, 400 naming the field that is missing; neither is kept."""
    with SendGridFake() as fake:
        with pytest.raises(sendgrid_errors.UnauthorizedError):
            send(fake, key="SG.other")
        missing = refused(f"{fake.url}/v3/mail/send", {"from": {}}, Authorization="Bearer SG.test")
    assert json.loads(missing.read())["errors"][0]["field"] == "personalizations"
    assert fake.mails == []


def test_behaviours_are_taken_in_order_and_the_last_repeats() -> None:
    """429 with Retry-After, then 500, then the mail is taken, as often as it comes."""
    with SendGridFake(refuse(429, retry_after=7), refuse(500), OK) as fake:
        with pytest.raises(sendgrid_errors.TooManyRequestsError) as limited:
            send(fake)
        with pytest.raises(sendgrid_errors.InternalServerError):
            send(fake)
        assert [send(fake).status_code, send(fake).status_code] == [202, 202]
    assert limited.value.headers["Retry-After"] == "7"
    assert (len(fake.requests), len(fake.mails)) == (4, 2)


@pytest.mark.parametrize(
    ("behaviour", "error", "kept"),
    [
        (RESET, ConnectionResetError, 0),
        (LOST, ConnectionResetError, 1),
        (GARBAGE, http.client.HTTPException, 0),
        (slow(30), TimeoutError, 1),
    ],
)
def test_sendgrid_breaks_before_or_after_taking_the_mail(behaviour: Any, error: type[Exception], kept: int) -> None:
    """A caller cannot tell a mail that was taken from one that was not; the fake can."""
    with SendGridFake(behaviour) as fake:
        with pytest.raises((error, urllib.error.URLError)) as caught:
            send(fake, timeout=0.3)
        assert isinstance(getattr(caught.value, "reason", caught.value), error)
    assert len(fake.mails) == kept


def test_slack_takes_a_message_and_refuses_an_empty_one() -> None:
    """``ok`` to a text; 400 to what Slack would not show."""
    with SlackFake() as fake:
        assert fetch(fake.webhook, {"text": "hello"}) == "ok"
        assert refused(fake.webhook, {"text": ""}).read() == b"no_text"
        assert refused(f"{fake.url}/services/x", {"text": "a"}).code == 404
    assert fake.messages == [{"text": "hello"}]


def test_heartbeat_keeps_the_order_of_pings() -> None:
    """Start and end are told apart by their paths."""
    with HeartbeatFake(OK, refuse(500), OK) as fake:
        fetch(f"{fake.url}/u/start")
        assert refused(f"{fake.url}/u").code == 500
        fetch(f"{fake.url}/u")
    assert fake.pings == ["/u/start", "/u", "/u"]


def repository(*script: Any, **options: Any) -> GitHubFake:
    """Five commits, an hour apart, of which the second and the fourth newest touch ``a/``."""
    fake = GitHubFake(*script, **options)
    fake.commits = [
        Commit(
            sha=f"{number}" * 40,
            committed_at=NEWEST - timedelta(hours=number),
            message=f"commit {number}",
            files=["a/x.py" if number % 2 else "ab/y.py"],
        )
        for number in range(5)
    ]
    return fake


def shas(answer: Any) -> str:
    """The first characters of the commits' ids."""
    return "".join(commit["sha"][0] for commit in answer)


def test_github_lists_commits_newest_first_in_its_own_shape() -> None:
    """A listed commit has its date and message, and no files."""
    with repository() as fake:
        found = fetch(f"{fake.url}/repos/owner/name/commits?sha=main&per_page=1")
    assert found[0]["commit"]["committer"]["date"] == "2026-01-05T11:00:00Z"
    assert (found[0]["commit"]["message"], "files" in found[0]) == ("commit 0", False)


def test_github_selects_by_path_start_page_and_time() -> None:
    """Folders are whole names; a start is a commit; pages say whether there is another."""
    with repository() as fake:
        commits = f"{fake.url}/repos/owner/name/commits"
        assert shas(fetch(f"{commits}?path=a")) == "13"
        assert shas(fetch(f"{commits}?sha=2222222")) == "234"
        assert shas(fetch(f"{commits}?per_page=2&page=3")) == "4"
        assert shas(fetch(f"{commits}?since=2026-01-05T10:00:00Z")) == "01"
        assert fetch(f"{commits}?path=nowhere") == []
        with urllib.request.urlopen(f"{commits}?per_page=2", timeout=2) as first:
            assert 'page=2>; rel="next"' in first.headers["Link"]


def test_github_shows_one_commit_with_its_files() -> None:
    """A commit is found by its id or the start of one."""
    with repository() as fake:
        assert fetch(f"{fake.url}/repos/owner/name/commits/1111111")["files"][0]["filename"] == "a/x.py"
        assert refused(f"{fake.url}/repos/owner/name/commits/abcdef0").code == 422


def test_github_refuses_what_it_does_not_know() -> None:
    """404 to another repository or start, 401 to a wrong token."""
    with repository(token="t") as fake:
        assert refused(f"{fake.url}/repos/owner/name/commits", Authorization="Bearer x").code == 401
        assert refused(f"{fake.url}/repos/owner/other/commits", Authorization="Bearer t").code == 404
        assert refused(f"{fake.url}/repos/owner/name/commits?sha=gone", Authorization="Bearer t").code == 404


def test_github_misbehaves_as_told() -> None:
    """Rate limit, an empty list, half a JSON body and a refusal, one after the other."""
    with repository(RATE_LIMITED, NO_COMMITS, MALFORMED, refuse(404, body={"message": "Not Found"})) as fake:
        commits = f"{fake.url}/repos/owner/name/commits"
        assert refused(commits).headers["X-RateLimit-Remaining"] == "0"
        assert fetch(commits) == []
        with pytest.raises(ValueError, match="Expecting value"):
            fetch(commits)
        assert refused(commits).code == 404


def test_a_refusing_host_refuses() -> None:
    """Nothing listens there."""
    with refusing_host() as host, pytest.raises(urllib.error.URLError) as caught:
        fetch(f"http://{host}/")
    assert isinstance(caught.value.reason, ConnectionRefusedError)
