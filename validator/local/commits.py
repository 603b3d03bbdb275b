"""The history of the pipeline's source, from `git.commits`."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from validator.errors import ServiceError
from validator.local.database import LocalDatabase, ask
from validator.local.values import utc
from validator.world import Commit

SERVICE = "git"
MOST_COMMITS = 100
SHA = re.compile(r"[0-9a-f]{7,40}")
_ORDER = "ORDER BY committed_at DESC, rowid DESC"


class LocalCommits:
    """Implements Commits."""

    def __init__(self, database: LocalDatabase, remaining: Callable[[], float]) -> None:
        self._database = database
        self._remaining = remaining

    def find(self, sha: str) -> Commit | None:
        """See Commits. A short sha that fits several commits names none."""
        found = self._starting(sha)
        return _commit(found[0]) if len(found) == 1 else None

    def log(self, path: str) -> Sequence[Commit]:
        """See Commits."""
        bare = path.rstrip("/")
        rows = self._ask(
            "SELECT sha, committed_at, subject FROM git.commits "
            "WHERE EXISTS (SELECT 1 FROM unnest(paths) AS touched(path) WHERE path = $path OR starts_with(path, $folder)) "
            f"{_ORDER} LIMIT {MOST_COMMITS}",
            {"path": bare, "folder": f"{bare}/"},
        )
        if not rows:
            raise ServiceError(SERVICE, f"no commit touched {path}: the path does not exist there")
        return [_commit(row) for row in rows]

    def files(self, sha: str) -> Sequence[str]:
        """See Commits."""
        found = self._starting(sha)
        if len(found) != 1:
            raise ServiceError(SERVICE, f"there is no commit {sha[:12]}")
        return list(found[0]["paths"] or ())

    def _starting(self, sha: str) -> list[dict[str, Any]]:
        if not SHA.fullmatch(sha):
            return []
        sql = "SELECT sha, committed_at, subject, paths FROM git.commits WHERE starts_with(lower(sha), $sha) LIMIT 2"
        return self._ask(sql, {"sha": sha})

    def _ask(self, sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
        return ask(self._database, self._remaining, SERVICE, sql, values)


def _commit(row: dict[str, Any]) -> Commit:
    at = utc(row["committed_at"])
    if at is None:
        raise ServiceError(SERVICE, f"the commit {row['sha'][:12]} has no date")
    return Commit(sha=row["sha"], committed_at=at, subject=row["subject"] or "")
