"""What only GitHub has: hidden repositories that look like missing ones, rate limits, pages."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.gcp_side import RepositoryFake
from tests.parts.http_fakes import RATE_LIMITED, Commit
from tests.parts.http_server import OK, RESET, Answer, HttpFake, Request, refuse
from validator.errors import ServiceError
from validator.gcp.github import GitHubCommits

SHA = "0123456789abcdef0123456789abcdef01234567"
AT = datetime(2026, 1, 5, 11, tzinfo=UTC)
NOT_FOUND = refuse(404, body={"message": "Not Found"})


@pytest.fixture
def github() -> Iterator[RepositoryFake]:
    """A repository with one commit, for who has the token."""
    with RepositoryFake(repository="owner/name", token="token") as fake:
        fake.commits = [Commit(sha=SHA, committed_at=AT, message="first", files=["src/a.py"])]
        yield fake


def commits(
    fake: HttpFake, token: str | None = "token", branch: str = "main", repository: str = "owner/name"
) -> GitHubCommits:
    """The adapter."""
    return GitHubCommits(repository, branch, token, lambda: 20.0, host=fake.url)


def test_who_asks_is_told_in_a_header(github: RepositoryFake) -> None:
    """The token travels as a header and never as part of the address."""
    commits(github).log("src")
    (request,) = github.requests
    assert request.headers["authorization"] == "Bearer token"
    assert (request.parameter("sha"), request.parameter("path"), request.parameter("per_page")) == (
        "main",
        "src",
        "100",
    )
    assert "token" not in request.path + str(request.query)


@pytest.mark.parametrize("token", [None, ""])
def test_without_a_token_nobody_is_named(token: str | None) -> None:
    """A public repository is asked anonymously."""
    with RepositoryFake(repository="owner/name") as fake:
        assert commits(fake, token).find(SHA) is None
        assert "authorization" not in fake.requests[0].headers


@pytest.mark.parametrize("question", ["find", "log", "files"])
def test_a_hidden_repository_is_no_empty_one(github: RepositoryFake, question: str) -> None:
    """GitHub says `not found` of a repository that may not be seen; that must never mean `no such commit`."""
    ask = getattr(commits(github, repository="owner/other"), question)
    with pytest.raises(ServiceError, match="owner/other is not accessible with this token"):
        ask(SHA)


def test_not_found_in_an_accessible_repository_is_none(github: RepositoryFake) -> None:
    """Once the repository has answered for itself, a commit that is not found does not exist; it is asked only once."""
    github.script = [NOT_FOUND, OK, NOT_FOUND, OK]
    adapter = commits(github)
    assert adapter.find("f" * 40) is None
    assert adapter.find("e" * 40) is None
    assert [request.path for request in github.requests].count("/repos/owner/name") == 1


def test_a_branch_that_is_missing_is_named(github: RepositoryFake) -> None:
    """The wrong branch is an error, not an empty history."""
    with pytest.raises(ServiceError, match="no branch trunk"):
        commits(github, branch="trunk").log("src")


def test_a_path_without_history_is_named(github: RepositoryFake) -> None:
    """GitHub answers an empty list for a path it does not know; nothing can be concluded from that."""
    with pytest.raises(ServiceError, match="'sources'") as caught:
        commits(github).log("sources")
    assert not caught.value.transient


def test_what_only_looks_like_a_sha_is_none(github: RepositoryFake) -> None:
    """GitHub finds a branch by its name too: what comes back must be the commit that was asked for."""
    github.branch = "beef"
    assert commits(github, branch="beef").find("beef") is None


@pytest.mark.parametrize(
    ("behaviour", "reason", "transient"),
    [
        (RATE_LIMITED, "its rate limit is used up until 2100-01-01 00:00 UTC", True),
        (refuse(429, retry_after=60), "its rate limit is used up", True),
        (
            refuse(403, retry_after=60, body={"message": "You have exceeded a secondary rate limit."}),
            "its rate limit is used up",
            True,
        ),
        (refuse(403, body={"message": "Resource not accessible by personal access token"}), "permission denied", False),
        (refuse(401, body={"message": "Bad credentials"}), "the token was refused", False),
        (refuse(502), "it had an internal error", True),
        (refuse(503), "it is unavailable at the moment", True),
        (refuse(409, body={"message": "Git Repository is empty."}), "it refused the request with status 409", False),
    ],
    ids=["hourly limit", "429", "secondary limit", "403", "401", "502", "503", "409"],
)
@pytest.mark.parametrize("question", ["find", "log", "files"])
def test_a_refusal_is_told_as_what_it_is(
    github: RepositoryFake, question: str, behaviour: object, reason: str, transient: bool
) -> None:
    """Limits pass with time, wrong tokens don't; neither is an answer about commits."""
    github.script = [behaviour]  # type: ignore[list-item]
    with pytest.raises(ServiceError) as caught:
        getattr(commits(github), question)(SHA)
    assert (caught.value.service, caught.value.reason, caught.value.transient) == ("GitHub", reason, transient)


def test_a_broken_connection_is_sat_out(github: RepositoryFake) -> None:
    """Reading is asked again after a reset."""
    github.script = [RESET, OK]
    assert commits(github).files(SHA) == ["src/a.py"]


def test_every_question_is_asked_once(github: RepositoryFake) -> None:
    """Ten threads that ask the same three questions cost two requests: a commit has its files with it."""
    adapter = commits(github)
    with ThreadPoolExecutor(10) as pool:
        for question in (lambda _: adapter.log("src"), lambda _: adapter.find(SHA), lambda _: adapter.files(SHA)):
            answers = list(pool.map(question, range(10)))
            assert answers == [answers[0]] * 10
    assert sorted(request.path for request in github.requests) == [
        "/repos/owner/name/commits",
        f"/repos/owner/name/commits/{SHA}",
    ]


def test_an_error_is_not_kept(github: RepositoryFake) -> None:
    """After trouble has passed the same adapter gets the answer."""
    github.script = [refuse(401), OK]
    adapter = commits(github)
    with pytest.raises(ServiceError):
        adapter.files(SHA)
    assert adapter.files(SHA) == ["src/a.py"]


class PagedFake(HttpFake):
    """A commit whose files fill three pages."""

    def answer(self, request: Request) -> Answer:
        """One file a page, with a link to the next one."""
        page = int(request.parameter("page", "1"))
        more = {"Link": f'<{self.url}{request.path}?page={page + 1}>; rel="next"'} if page < 3 else None
        commit = {"committer": {"date": "2026-01-05T11:00:00Z"}, "message": "big"}
        return Answer.of_json({"sha": SHA, "commit": commit, "files": [{"filename": f"f{page}"}]}, headers=more)


def test_a_big_commit_is_read_to_its_last_page() -> None:
    """GitHub shows 300 files at once; the others are on the pages it links to."""
    with PagedFake() as fake:
        assert commits(fake).files(SHA) == ["f1", "f2", "f3"]


def test_dates_of_another_zone_are_utc(github: RepositoryFake) -> None:
    """An instant is kept, whatever zone it is written in."""
    github.script = [refuse(200, body=_written("2026-01-05T06:00:00-05:00"))]
    found = commits(github).find(SHA)
    assert found is not None
    assert (found.committed_at, found.committed_at.utcoffset()) == (AT, timedelta(0))


@pytest.mark.parametrize(
    "body",
    [[], {}, "x", {"sha": None, "files": []}, {"sha": SHA}, {"sha": SHA, "files": [], "commit": {"committer": None}}],
    ids=["list", "empty", "text", "no sha", "no files", "nobody"],
)
def test_json_of_another_shape_is_not_understood(github: RepositoryFake, body: object) -> None:
    """Well-formed nonsense is an error too, and not `no such commit`."""
    github.script = [refuse(200, body=body)]
    with pytest.raises(ServiceError, match="could not be understood"):
        commits(github).find(SHA)


def _written(date: str) -> object:
    return {"sha": SHA, "commit": {"committer": {"date": date}, "message": "m"}, "files": []}
