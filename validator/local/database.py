"""The world's file: opened per run, released with it, shared by the threads of one process, exclusive between processes."""

import contextlib
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import duckdb

from validator.errors import ConfigurationError, ServiceError
from validator.local.names import quoted, refuse_project, text_literal

log = logging.getLogger("validator.local")

SERVICE = "local world"
WAIT_SECONDS = 10.0
_PAUSE_SECONDS = 0.05
_WRITING = threading.RLock()
"""Held by the one thread of this process that writes. No other process has the file open meanwhile, so there is nothing to conflict with."""

T = TypeVar("T")


class LocalDatabase:
    """An open world, attached under the project's id. Safe for threads: each takes its own cursor."""

    def __init__(self, connection: Any, project_id: str) -> None:
        self._connection = connection
        self.project_id = project_id

    @classmethod
    def open(cls, path: Path, project_id: str, *, wait_seconds: float = WAIT_SECONDS) -> Self:
        """Open the file; one that another process has open is waited for.

        Raises ConfigurationError when there is no such file or it is no world, ServiceError when it stayed locked.
        """
        refuse_project(project_id)
        if not path.is_file():
            raise ConfigurationError([f"there is no local world at {path}: `python -m validator demo` makes one"])
        until = time.monotonic() + wait_seconds
        while True:
            try:
                return cls(_attach(path.resolve(), project_id), project_id)
            except duckdb.Error as error:
                if not _is_busy(error):
                    raise ConfigurationError([_unusable(path)]) from error
                if time.monotonic() >= until:
                    raise ServiceError(SERVICE, "locked by another process", transient=True) from error
            time.sleep(_PAUSE_SECONDS)

    @contextlib.contextmanager
    def cursor(self) -> Iterator[Any]:
        """A cursor of one's own: instants are read and shown in UTC, names without a project are this world's."""
        with contextlib.closing(self._connection.cursor()) as cursor:
            cursor.execute(f"USE {quoted(self.project_id)}")
            yield cursor

    def write(self, work: Callable[[Any], T]) -> T:
        """Do the work with a cursor, all of it or nothing. Raises what the work and DuckDB raise; then nothing of it happened."""
        with _WRITING, self.cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION")
            try:
                done = work(cursor)
                cursor.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(duckdb.Error):
                    cursor.execute("ROLLBACK")
                raise
            return done

    def close(self) -> None:
        """Release the file, unless another thread of this process still has it open."""
        with contextlib.suppress(duckdb.Error):
            self._connection.interrupt()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _attach(path: Path, project_id: str) -> Any:
    """A connection that has the file attached. Connections of one process to one file share an instance, known by its name."""
    connection = duckdb.connect(f":memory:{path}")
    try:
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        connection.execute(f"ATTACH IF NOT EXISTS {text_literal(str(path))} AS {quoted(project_id)}")
    except BaseException:
        connection.close()
        raise
    return connection


def _unusable(path: Path) -> str:
    """Why a file that is there can't be attached."""
    if not os.access(path, os.R_OK | os.W_OK):
        return f"{path} can't be read and written by this user"
    return f"{path} is not a DuckDB file: `python -m validator demo` makes one elsewhere"


def _is_busy(error: duckdb.Error) -> bool:
    """Whether the file is open in another process, or still being released in this one."""
    text = str(error).lower()
    return "lock" in text or "file handle conflict" in text or "already attached" in text


def ask(
    database: LocalDatabase,
    remaining: Callable[[], float],
    service: str,
    sql: str,
    values: Sequence[Any] | dict[str, Any] = (),
) -> list[dict[str, Any]]:
    """The rows of one SELECT by column, within the time that is left. Raises ServiceError naming the service."""
    seconds = remaining()
    if seconds <= 0:
        raise out_of_time(service)
    with database.cursor() as cursor:
        watch = threading.Timer(min(seconds, threading.TIMEOUT_MAX), cursor.interrupt)
        watch.daemon = True
        watch.start()
        try:
            answer = cursor.execute(sql, values)
            names = [column[0] for column in answer.description]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
        except duckdb.InterruptException as error:
            raise out_of_time(service) from error
        except duckdb.Error as error:
            raise ServiceError(service, reason(error)) from error
        finally:
            watch.cancel()


def out_of_time(service: str) -> ServiceError:
    """There was no time left to ask, or to answer."""
    return ServiceError(service, "no time was left", transient=True)


def reason(error: duckdb.Error) -> str:
    """What DuckDB says, without the query it quotes, and without any place on this machine."""
    if isinstance(error, duckdb.IOException) or "Cannot open file" in str(error):
        log.warning("%s", error)
        return "its file can't be written"
    first = str(error).split("\n", 1)[0].split("LINE ", 1)[0].strip()
    return re.sub(r"^[A-Z][A-Za-z ]* Error: ", "", first).rstrip("!. ")
