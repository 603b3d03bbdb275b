"""The history of the pipeline's source, from a local checkout, by the git command."""

import os
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from validator.errors import ServiceError
from validator.local.commits import MOST_COMMITS, SERVICE, SHA
from validator.world import Commit

LONGEST_SECONDS = 20
_FORMAT = "--format=%H%x00%ct%x00%s"
_SAFE = ("--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false")
_FIELDS = 3


class CheckoutCommits:
    """Implements Commits. Reads the branch as it stands in the checkout; fetching it is the reader's business."""

    def __init__(self, folder: Path, branch: str) -> None:
        self._folder = folder
        self._branch = branch

    def find(self, sha: str) -> Commit | None:
        """See Commits. A short sha that fits several commits names none."""
        full = self._full(sha)
        return _commits(self._git("log", "-1", _FORMAT, full))[0] if full else None

    def log(self, path: str) -> Sequence[Commit]:
        """See Commits."""
        branch = self._tip()
        found = _commits(self._git("log", f"-{MOST_COMMITS}", _FORMAT, branch, "--", path.rstrip("/")))
        if not found:
            raise ServiceError(SERVICE, f"no commit touched {path}: the path does not exist there")
        return found

    def files(self, sha: str) -> Sequence[str]:
        """See Commits. A merge touched what it changed of its first parent."""
        full = self._full(sha)
        if full is None:
            raise ServiceError(SERVICE, f"there is no commit {sha[:12]}")
        listed = self._git("show", "--format=", "--name-only", "--no-renames", "-z", "-m", "--first-parent", full)
        return [path for path in listed.split("\0") if path.strip("\n")]

    def _full(self, sha: str) -> str | None:
        """The full sha, None where the checkout has no such commit. Raises ServiceError where there is no checkout."""
        if not SHA.fullmatch(sha):
            return None
        self._git("rev-parse", "--git-dir")
        return self._resolved(f"{sha}^{{commit}}")

    def _tip(self) -> str:
        for kind in ("heads", "remotes/origin"):
            if found := self._resolved(f"refs/{kind}/{self._branch}"):
                return found
        raise ServiceError(SERVICE, f"the checkout has no branch {self._branch}")

    def _resolved(self, name: str) -> str | None:
        try:
            return self._git("rev-parse", "--verify", "--quiet", "--end-of-options", name).strip()
        except _RefusedError:
            return None

    def _git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self._folder), *_SAFE, *arguments]
        environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
        try:
            done = subprocess.run(command, capture_output=True, env=environment, timeout=LONGEST_SECONDS, check=False)
        except FileNotFoundError as error:
            raise ServiceError(SERVICE, "the git command is not installed") from error
        except subprocess.TimeoutExpired as error:
            raise ServiceError(SERVICE, f"no answer within {LONGEST_SECONDS} s", transient=True) from error
        if done.returncode:
            raise _RefusedError(SERVICE, "VALIDATOR_CHECKOUT is not a checkout that git can read")
        return done.stdout.decode("utf-8", "replace")


class _RefusedError(ServiceError):
    """git answered with an error."""


def _commits(text: str) -> list[Commit]:
    found = []
    for line in text.split("\n"):
        parts = line.split("\0", _FIELDS - 1)
        if len(parts) == _FIELDS:
            found.append(
                Commit(sha=parts[0], committed_at=datetime.fromtimestamp(int(parts[1]), UTC), subject=parts[2])
            )
    return found
