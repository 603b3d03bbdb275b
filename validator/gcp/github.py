"""GitHub: reads the history of the pipeline's source."""

import re
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar
from urllib.parse import quote

import requests
from google.api_core import exceptions as api

from validator.clock import parse_instant
from validator.errors import ServiceError
from validator.gcp.attempts import Remaining, ask
from validator.gcp.failures import asking
from validator.reasons import DENIED, MALFORMED, REFUSED
from validator.world import Commit

T = TypeVar("T")

SERVICE = "GitHub"
MOST = 100
"""Commits of a log."""
MOST_PAGES = 10
"""Pages of a commit's files; GitHub has no more."""
_SHA = re.compile(r"[0-9a-fA-F]{4,64}")


class GitHubCommits:
    """Implements Commits. Every question is asked once and its answer kept. Safe for threads."""

    def __init__(
        self,
        repository: str,
        branch: str,
        token: str | None,
        remaining: Remaining,
        host: str = "https://api.github.com",
    ) -> None:
        """`repository` is OWNER/NAME; without a `token` GitHub answers 60 questions an hour; `remaining` are the seconds left."""
        self._repository = repository
        self._branch = branch
        self._token = token
        self._remaining = remaining
        self._host = host.rstrip("/")
        self._session = requests.Session()
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._answers: dict[str, Any] = {}

    def find(self, sha: str) -> Commit | None:
        """See Commits. What is no sha (a branch's name, say) is no commit."""
        found = self._commit(sha)
        return None if found is None else _commit(found)

    def log(self, path: str) -> Sequence[Commit]:
        """See Commits."""
        return self._once(f"log {path}", lambda: self._log(path))

    def files(self, sha: str) -> Sequence[str]:
        """See Commits. Raises ServiceError for a commit that does not exist."""
        return self._once(f"files {sha}", lambda: self._files(sha))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _commit(self, sha: str) -> Any:
        """What GitHub says of a commit, or None when the repository has none of that sha."""
        return self._once(f"commit {sha}", lambda: self._ask_commit(sha))

    def _ask_commit(self, sha: str) -> Any:
        if not _SHA.fullmatch(sha):
            return None
        response = self._get(f"/commits/{sha}", {})
        if response.status_code == HTTPStatus.NOT_FOUND:
            self._once("repository", self._must_be_accessible)
            return None
        if response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
            return None
        body = self._body(response)
        with asking(SERVICE):
            if not body["sha"].startswith(sha.lower()):
                return None
            return {**body, "files": [*body["files"], *self._more_files(sha, response)]}

    def _more_files(self, sha: str, response: requests.Response) -> list[Any]:
        """The files of a commit's further pages: GitHub shows 300 a page."""
        files: list[Any] = []
        for page in range(2, MOST_PAGES + 1):
            if "next" not in response.links:
                break
            response = self._get(f"/commits/{sha}", {"page": str(page)})
            body = self._body(response)
            with asking(SERVICE):
                files.extend(body["files"])
        return files

    def _log(self, path: str) -> Sequence[Commit]:
        parameters = {"sha": self._branch, "path": path.rstrip("/"), "per_page": str(MOST)}
        response = self._get("/commits", parameters)
        if response.status_code == HTTPStatus.NOT_FOUND:
            self._once("repository", self._must_be_accessible)
            raise ServiceError(SERVICE, f"{self._repository} has no branch {self._branch}")
        body = self._body(response)
        with asking(SERVICE):
            commits = [_commit(item) for item in body]
        if not commits:
            raise ServiceError(
                SERVICE, f"{self._repository} has no history for {path!r}: no such path on {self._branch}"
            )
        return commits

    def _files(self, sha: str) -> Sequence[str]:
        body = self._commit(sha)
        if body is None:
            raise ServiceError(SERVICE, f"{self._repository} has no commit {sha}")
        with asking(SERVICE):
            return [str(item["filename"]) for item in body["files"]]

    def _must_be_accessible(self) -> None:
        """GitHub says `not found` also of what may not be seen: only a repository that answers can lack something."""
        response = self._get("", {})
        if response.status_code == HTTPStatus.NOT_FOUND:
            with_token = "with this token" if self._token else "without a token"
            raise ServiceError(SERVICE, f"the repository {self._repository} is not accessible {with_token}")
        self._body(response)

    def _get(self, path: str, parameters: dict[str, str]) -> requests.Response:
        """GitHub's answer, of any status below 500."""
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        url = f"{self._host}/repos/{quote(self._repository)}{path}"

        def call(seconds: float) -> requests.Response:
            response = self._session.get(url, params=parameters, headers=headers, timeout=seconds)
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise api.from_http_response(response)
            return response

        return ask(SERVICE, self._remaining, call)

    def _body(self, response: requests.Response) -> Any:
        """The answer's JSON; a ServiceError for any status but 200."""
        if response.status_code != HTTPStatus.OK:
            _refuse(response)
        with asking(SERVICE):
            return response.json()

    def _once(self, question: str, ask_it: Callable[[], T]) -> T:
        """The answer to a question, asked the first time. An error is not kept."""
        with self._lock:
            lock = self._locks.setdefault(question, threading.Lock())
        with lock:
            if question not in self._answers:
                self._answers[question] = ask_it()
            answer: T = self._answers[question]
            return answer


def _commit(body: Any) -> Commit:
    with asking(SERVICE):
        committed_at = parse_instant(body["commit"]["committer"]["date"])
        if committed_at is None:
            raise ServiceError(SERVICE, MALFORMED)
        subject = str(body["commit"]["message"]).partition("\n")[0]
        return Commit(sha=str(body["sha"]), committed_at=committed_at, subject=subject)


def _refuse(response: requests.Response) -> NoReturn:
    """Raise what a status other than 200 means."""
    status = response.status_code
    if _is_rate_limit(response):
        raise ServiceError(SERVICE, f"its rate limit is used up{_until(response)}", transient=True)
    if status == HTTPStatus.UNAUTHORIZED:
        raise ServiceError(SERVICE, "the token was refused")
    if status == HTTPStatus.FORBIDDEN:
        raise ServiceError(SERVICE, DENIED)
    raise ServiceError(SERVICE, f"{REFUSED} with status {status}")


def _is_rate_limit(response: requests.Response) -> bool:
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    used_up = response.headers.get("X-RateLimit-Remaining") == "0" or "Retry-After" in response.headers
    return response.status_code == HTTPStatus.FORBIDDEN and (used_up or "rate limit" in response.text.lower())


def _until(response: requests.Response) -> str:
    reset = response.headers.get("X-RateLimit-Reset", "")
    if not reset.isdigit():
        return ""
    try:
        return f" until {datetime.fromtimestamp(int(reset), UTC):%Y-%m-%d %H:%M} UTC"
    except (OverflowError, ValueError, OSError):
        return ""
