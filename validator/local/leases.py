"""Claims, in a table of the world's file, which is opened for each call: a claim outlives the run that made it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from validator.clock import real_now
from validator.errors import ServiceError
from validator.local.database import SERVICE, WAIT_SECONDS, LocalDatabase, reason
from validator.local.names import OWN_SCHEMA

_CLAIMS = f"{OWN_SCHEMA}.leases"
_NOTES = f"{OWN_SCHEMA}.lease_notes"
_TABLES = (
    f"CREATE SCHEMA IF NOT EXISTS {OWN_SCHEMA}",
    f"CREATE TABLE IF NOT EXISTS {_CLAIMS}(name VARCHAR, holder VARCHAR, until TIMESTAMPTZ)",
    f"CREATE TABLE IF NOT EXISTS {_NOTES}(name VARCHAR, position BIGINT, note VARCHAR)",
)

T = TypeVar("T")


class LocalLeases:
    """Implements Leases. Writing is one at a time, so that looking and changing are one step. Safe for threads."""

    def __init__(
        self,
        path: Path,
        project_id: str,
        now: Callable[[], datetime] = real_now,
        *,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        """`now` is the clock that claims live on; `wait_seconds` is how long a locked file is waited for."""
        self._path = path
        self._project_id = project_id
        self._now = now
        self._wait_seconds = wait_seconds

    def claim(self, name: str, holder: str, seconds: float) -> float:
        """See Leases."""

        def work(cursor: Any) -> float:
            found = cursor.execute(f"SELECT holder, until FROM {_CLAIMS} WHERE name = ?", [name]).fetchone()
            left = (found[1] - self._now()).total_seconds() if found and found[0] != holder else 0.0
            if left > 0:
                return left
            cursor.execute(f"DELETE FROM {_CLAIMS} WHERE name = ?", [name])
            cursor.execute(f"INSERT INTO {_CLAIMS} VALUES (?, ?, ?)", [name, holder, self._until(seconds)])
            return 0.0

        return self._write(work)

    def renew(self, name: str, holder: str, seconds: float) -> bool:
        """See Leases. A claim that lapsed but that nobody took is still ours."""
        sql = f"UPDATE {_CLAIMS} SET until = ? WHERE name = ? AND holder = ? RETURNING name"
        values = [self._until(seconds), name, holder]
        return self._write(lambda cursor: cursor.execute(sql, values).fetchone() is not None)

    def release(self, name: str, holder: str) -> None:
        """See Leases."""
        sql = f"DELETE FROM {_CLAIMS} WHERE name = ? AND holder = ?"
        self._write(lambda cursor: cursor.execute(sql, [name, holder]))

    def note(self, name: str, text: str) -> None:
        """See Leases."""
        sql = (
            f"INSERT INTO {_NOTES} SELECT $name, (SELECT COUNT(*) FROM {_NOTES}), $note "
            f"WHERE NOT EXISTS (SELECT 1 FROM {_NOTES} WHERE name = $name AND note = $note)"
        )
        self._write(lambda cursor: cursor.execute(sql, {"name": name, "note": text}))

    def notes(self, name: str) -> Sequence[str]:
        """See Leases."""
        sql = f"SELECT note FROM {_NOTES} WHERE name = ? ORDER BY position"
        rows: list[tuple[str]] = self._write(lambda cursor: cursor.execute(sql, [name]).fetchall())
        return [note for (note,) in rows]

    def _until(self, seconds: float) -> datetime:
        return self._now() + timedelta(seconds=seconds)

    def _write(self, work: Callable[[Any], T]) -> T:
        def prepared(cursor: Any) -> T:
            for statement in _TABLES:
                cursor.execute(statement)
            return work(cursor)

        try:
            with LocalDatabase.open(self._path, self._project_id, wait_seconds=self._wait_seconds) as database:
                return database.write(prepared)
        except duckdb.Error as error:
            raise ServiceError(SERVICE, reason(error)) from error
