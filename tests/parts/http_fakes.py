"""SendGrid, Slack, a heartbeat service and GitHub's commits, as HTTP servers with scripted faults.

Each is an `http_server.HttpFake`: give behaviours (`OK`, `slow(3)`, `refuse(429, retry_after=1)`, `RESET`,
`LOST`, `MALFORMED`, `GARBAGE`) in the order in which the requests shall meet them; the last one repeats.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlencode

from .http_server import GARBAGE, LOST, MALFORMED, OK, RESET, Answer, Behaviour, HttpFake, Request, refuse, slow

__all__ = [
    "GARBAGE",
    "LOST",
    "MALFORMED",
    "NO_COMMITS",
    "OK",
    "RATE_LIMITED",
    "RESET",
    "Behaviour",
    "Commit",
    "GitHubFake",
    "HeartbeatFake",
    "HttpFake",
    "Request",
    "SendGridFake",
    "SlackFake",
    "refuse",
    "slow",
]

RATE_LIMITED = refuse(
    403,
    body={"message": "API rate limit exceeded for 127.0.0.1.", "documentation_url": "https://docs.github.com/rest"},
    headers={"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "4102444800"},
)
"""GitHub's answer to a caller that has used up its hour."""
NO_COMMITS = Behaviour(body=b"[]")
"""GitHub's answer for a path that no commit touched."""
BAD_KEY = "The provided authorization grant is invalid, expired, or revoked"


class SendGridFake(HttpFake):
    """SendGrid v3: ``POST /v3/mail/send``; `mails` holds what was accepted.

    ``GET /v3/scopes`` answers `scopes`; ``/v3/verified_senders`` the `senders` (address → verified) and ``/v3/whitelabel/domains`` the
    `domains` (domain → valid), or 403 where the key may not see them.
    """

    def __init__(self, *script: Behaviour, key: str = "SG.test") -> None:
        super().__init__(*script)
        self.key = key
        self.mails: list[Any] = []
        self.scopes: list[str] = ["mail.send"]
        self.senders: dict[str, bool] | None = {}
        self.domains: dict[str, bool] | None = {}

    def answer(self, request: Request) -> Answer:
        """202, or SendGrid's 400, 401, 403 and 404 to what it would refuse."""
        if request.method == "GET" and request.headers.get("authorization") == f"Bearer {self.key}":
            return self._account(request)
        if request.method == "POST" and request.path != "/v3/mail/send":
            return _sendgrid_error(404, "not found")
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return _sendgrid_error(401, BAD_KEY)
        try:
            mail = request.json()
        except ValueError:
            return _sendgrid_error(400, "Bad Request")
        for name in ("personalizations", "from", "content"):
            if not mail.get(name):
                return _sendgrid_error(400, f"The {name} is required", name)
        self.mails.append(mail)
        return Answer(status=202, headers={"X-Message-Id": f"fake-{len(self.mails)}"})

    def _account(self, request: Request) -> Answer:
        """What a key may, and who may be a sender; senders come in pages that begin after `lastSeenID`."""
        if request.path == "/v3/scopes":
            return Answer.of_json({"scopes": self.scopes})
        if request.path == "/v3/verified_senders" and self.senders is not None:
            start, size = int(request.parameter("lastSeenID", "0")), int(request.parameter("limit", "50"))
            listed = [
                {"id": number, "from_email": address, "verified": verified, "locked": False}
                for number, (address, verified) in enumerate(self.senders.items(), start=1)
            ]
            return Answer.of_json({"results": listed[start : start + size]})
        if request.path == "/v3/whitelabel/domains" and self.domains is not None:
            return Answer.of_json([{"domain": domain, "valid": valid} for domain, valid in self.domains.items()])
        known = request.path in ("/v3/verified_senders", "/v3/whitelabel/domains")
        return _sendgrid_error(403, "access forbidden") if known else _sendgrid_error(404, "not found")


class SlackFake(HttpFake):
    """A Slack incoming webhook at `webhook`; `messages` holds what was accepted."""

    def __init__(self, *script: Behaviour) -> None:
        super().__init__(*script)
        self.messages: list[Any] = []

    @property
    def webhook(self) -> str:
        """The address to post to."""
        return f"{self.url}/services/T0/B0/secret"

    def answer(self, request: Request) -> Answer:
        """``ok``, or Slack's own short refusals."""
        if (request.method, request.path) != ("POST", "/services/T0/B0/secret"):
            return Answer(status=404, body=b"no_team")
        try:
            message = json.loads(request.body)
        except ValueError:
            return Answer(status=400, body=b"invalid_payload")
        if not any(message.get(name) for name in ("text", "blocks", "attachments")):
            return Answer(status=400, body=b"no_text")
        self.messages.append(message)
        return Answer(body=b"ok", headers={"Content-Type": "text/html"})


class HeartbeatFake(HttpFake):
    """Takes any ping; `pings` are the paths, in order."""

    @property
    def pings(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [request.path for request in self.requests]

    def answer(self, request: Request) -> Answer:
        """``OK``, to anything."""
        return Answer(body=b"OK")


@dataclass(frozen=True, kw_only=True)
class Commit:
    """A commit of the faked repository."""

    sha: str
    committed_at: datetime
    message: str
    files: Sequence[str]


class GitHubFake(HttpFake):
    """GitHub's ``/repos/…/commits`` (sha, path, since, until, per_page, page) and ``/commits/{sha}``.

    `commits` are one branch's, newest first; a `token`, if given, must be sent as ``Authorization: Bearer``.
    """

    def __init__(
        self, *script: Behaviour, repository: str = "owner/name", branch: str = "main", token: str = ""
    ) -> None:
        super().__init__(*script)
        self.repository = repository
        self.branch = branch
        self.token = token
        self.commits: list[Commit] = []

    def answer(self, request: Request) -> Answer:
        """The commits or the commit; GitHub's own refusals to a wrong token and to what is not there."""
        if self.token and request.headers.get("authorization") not in (f"Bearer {self.token}", f"token {self.token}"):
            return _github_error(401, "Bad credentials")
        found = re.fullmatch(f"/repos/{re.escape(self.repository)}/commits(?:/(.+))?", unquote(request.path))
        if request.method != "GET" or found is None:
            return _github_error(404, "Not Found")
        return self._list(request) if found[1] is None else self._one(found[1])

    def _one(self, reference: str) -> Answer:
        history = self._from(reference)
        if not history:
            return _github_error(422, f"No commit found for SHA: {reference}")
        return Answer.of_json(_commit(self.url, self.repository, history[0], whole=True))

    def _list(self, request: Request) -> Answer:
        history = self._from(request.parameter("sha", self.branch))
        if not history:
            return _github_error(404, "Not Found") if self.commits else _github_error(409, "Git Repository is empty.")
        kept = [
            commit for commit in history if _touches(commit, request.parameter("path")) and _within(commit, request)
        ]
        size = min(int(request.parameter("per_page", "30")), 100)
        page = int(request.parameter("page", "1"))
        shown = kept[(page - 1) * size : page * size]
        more = {"Link": self._link(request, page + 1)} if page * size < len(kept) else {}
        return Answer.of_json(
            [_commit(self.url, self.repository, commit, whole=False) for commit in shown], headers=more
        )

    def _link(self, request: Request, page: int) -> str:
        query = urlencode({**{name: values[0] for name, values in request.query.items()}, "page": page})
        return f'<{self.url}{request.path}?{query}>; rel="next"'

    def _from(self, reference: str) -> list[Commit]:
        """The history that ends with `reference`: the branch, or a sha or the start of one."""
        if reference in (self.branch, "HEAD"):
            return self.commits
        starts = [
            index
            for index, commit in enumerate(self.commits)
            if len(reference) >= 4 and commit.sha.startswith(reference)
        ]
        return self.commits[starts[0] :] if starts else []


def _touches(commit: Commit, path: str) -> bool:
    inside = path.rstrip("/")
    return not inside or any(name == inside or name.startswith(f"{inside}/") for name in commit.files)


def _within(commit: Commit, request: Request) -> bool:
    since, until = request.parameter("since"), request.parameter("until")
    return (not since or commit.committed_at >= datetime.fromisoformat(since)) and (
        not until or commit.committed_at <= datetime.fromisoformat(until)
    )


def _commit(url: str, repository: str, commit: Commit, *, whole: bool) -> Mapping[str, Any]:
    at = commit.committed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    person = {"name": "A Developer", "email": "dev@example.com", "date": at}
    address = f"{url}/repos/{repository}/commits/{commit.sha}"
    shape: dict[str, Any] = {
        "sha": commit.sha,
        "commit": {"author": person, "committer": person, "message": commit.message, "url": address},
        "url": address,
        "html_url": f"https://github.com/{repository}/commit/{commit.sha}",
        "author": None,
        "committer": None,
        "parents": [],
    }
    files = [
        {"filename": name, "status": "modified", "additions": 1, "deletions": 0, "changes": 1} for name in commit.files
    ]
    return {**shape, "files": files} if whole else shape


def _sendgrid_error(status: int, message: str, name: str | None = None) -> Answer:
    return Answer.of_json({"errors": [{"message": message, "field": name, "help": None}]}, status)


def _github_error(status: int, message: str) -> Answer:
    return Answer.of_json(
        {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}, status
    )
