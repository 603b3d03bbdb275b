"""Firestore: the claim on a scheduled run, a document that only one can create."""

import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from validator.clock import real_now
from validator.errors import ServiceError
from validator.gcp.attempts import Remaining
from validator.gcp.failures import asking
from validator.gcp.firestore import SERVICE, Connection, addition, creation, instant, removal, replacement, text

TRIES = 10
"""How often a claim may change under our hands before we say so."""
LONGEST_PAUSE = 0.1


class FirestoreLeases:
    """Implements Leases. Every change names the version it replaces, so of several that try, one wins. Safe for threads."""

    def __init__(
        self,
        project: str,
        remaining: Remaining,
        emulator: str | None = None,
        collection: str = "validation_leases",
        now: Callable[[], datetime] = real_now,
    ) -> None:
        """`remaining` are the seconds left; `emulator` is the `host:port` of one; `now` is the clock that claims live on."""
        self._connection = Connection(project, remaining, emulator)
        self._collection = collection
        self._now = now

    def claim(self, name: str, holder: str, seconds: float) -> float:
        """See Leases."""
        for _ in range(TRIES):
            found = self._find(name)
            if found is not None and (wait := self._others(found, holder)) > 0:
                return wait
            if self._write(name, found, holder, seconds):
                return 0.0
            _pause()
        raise _contended(name)

    def renew(self, name: str, holder: str, seconds: float) -> bool:
        """See Leases. A claim that lapsed but that nobody took is still ours."""
        for _ in range(TRIES):
            found = self._find(name)
            if found is None or _holder(found) != holder:
                return False
            if self._write(name, found, holder, seconds):
                return True
            _pause()
        raise _contended(name)

    def release(self, name: str, holder: str) -> None:
        """See Leases."""
        for _ in range(TRIES):
            found = self._find(name)
            if found is None or _holder(found) != holder or self._connection.write(removal(found)):
                return
            _pause()
        raise _contended(name)

    def note(self, name: str, text: str) -> None:
        """See Leases. Notes are kept in a collection of their own, which a release does not touch."""
        for _ in range(TRIES):
            if self._connection.write(addition(self._notes(name), "texts", text)):
                return
            _pause()
        raise _contended(name)

    def notes(self, name: str) -> Sequence[str]:
        """See Leases."""
        found = self._connection.find(self._notes(name))
        with asking(SERVICE):
            return [] if found is None else [value.string_value for value in found.fields["texts"].array_value.values]

    def close(self) -> None:
        """Close the channel."""
        self._connection.close()

    def _find(self, name: str) -> Any:
        return self._connection.find(self._connection.name(self._collection, name))

    def _notes(self, name: str) -> str:
        return self._connection.name(f"{self._collection}_notes", name)

    def _others(self, found: Any, holder: str) -> float:
        """The seconds until a claim that is somebody else's lapses; 0 or less when it has, or when it is ours."""
        with asking(SERVICE):
            until: datetime = found.fields["until"].timestamp_value
            return 0.0 if _holder(found) == holder else (until - self._now()).total_seconds()

    def _write(self, name: str, found: Any, holder: str, seconds: float) -> bool:
        fields = {"holder": text(holder), "until": instant(self._now() + timedelta(seconds=seconds))}
        if found is None:
            return self._connection.write(creation(self._connection.name(self._collection, name), fields))
        return self._connection.write(replacement(found, fields))


def _holder(found: Any) -> str:
    with asking(SERVICE):
        return str(found.fields["holder"].string_value)


def _pause() -> None:
    time.sleep(random.uniform(0, LONGEST_PAUSE))  # noqa: S311 - spreads rivals, keeps no secret


def _contended(name: str) -> ServiceError:
    return ServiceError(SERVICE, f"the claim {name} is being changed by others", transient=True)
