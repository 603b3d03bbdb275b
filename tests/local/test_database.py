"""The world's file: opened, shared, waited for, released."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.contract.local_side import PROJECT, locked, new_world
from validator.errors import ConfigurationError, ServiceError
from validator.local import database as module
from validator.local.database import LocalDatabase, ask, reason

SLOW = "SELECT COUNT(*) FROM range(100000000000) AS r(i) WHERE hash(i) = 1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A world with one table of one row."""
    return new_world(tmp_path / 'it\'s "mine".duckdb', "CREATE SCHEMA raw; CREATE TABLE raw.t AS SELECT 1 AS n")


def opened(path: Path, wait_seconds: float = 5) -> LocalDatabase:
    """The world, open."""
    return LocalDatabase.open(path, PROJECT, wait_seconds=wait_seconds)


def count(path: Path) -> int:
    """Rows of the table, seen from a connection that no world knows of."""
    with duckdb.connect(str(path)) as connection:
        row = connection.execute("SELECT COUNT(*) FROM raw.t").fetchone()
    assert row is not None
    return int(row[0])


def insert(cursor: Any) -> str:
    """Some work."""
    cursor.execute("INSERT INTO raw.t VALUES (2)")
    return "done"


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    """It names the command that makes one, and makes none."""
    with pytest.raises(ConfigurationError, match="python -m validator demo"):
        opened(tmp_path / "none.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_world_is_left_alone(tmp_path: Path) -> None:
    """A file that is no DuckDB file is an error at once, and stays as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("some notes\n" * 1000)
    with pytest.raises(ConfigurationError, match="not a DuckDB file"):
        opened(path)
    assert path.read_text() == "some notes\n" * 1000


def test_a_file_that_may_not_be_written_is_said_to_be_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a world: what is wrong is who asks. Root may do anything, so what the machine says is put in its mouth."""

    def refuse(*_: object) -> None:
        raise duckdb.IOException(f'Cannot open file "{path}": Permission denied')

    monkeypatch.setattr(module, "_attach", refuse)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ConfigurationError, match="can't be read and written by this user"):
        opened(path)


@pytest.mark.parametrize(
    "said", ['Failed to commit: Cannot open file "/a/b.wal": Permission denied', "IO Error: x /a/b"]
)
def test_an_error_names_no_place_on_this_machine(said: str) -> None:
    """It may reach a caller over HTTP; the log has it."""
    assert reason(duckdb.IOException(said)) == "its file can't be written"
    assert reason(duckdb.Error(said)) in ("its file can't be written", "x /a/b")


def test_a_folder_is_no_world(tmp_path: Path) -> None:
    """Nor is a folder."""
    with pytest.raises(ConfigurationError):
        opened(tmp_path)


def test_the_file_is_free_after_closing(path: Path) -> None:
    """Another connection may change the world between two runs."""
    with opened(path) as database:
        database.write(insert)
    assert count(path) == 2


def test_a_locked_file_is_waited_for(path: Path) -> None:
    """As long as it takes, up to the limit."""
    with locked(path):
        began = time.monotonic()
        with pytest.raises(ServiceError, match="locked by another process") as caught:
            opened(path, wait_seconds=0.2)
        assert time.monotonic() - began >= 0.2
        assert caught.value.transient
    with opened(path):
        pass


def test_many_threads_open_and_close_it(path: Path) -> None:
    """Whoever comes while another is closing gets it all the same."""

    def once(number: int) -> int:
        with opened(path) as database:
            database.write(lambda cursor: cursor.execute("INSERT INTO raw.t VALUES (?)", [number]))
            return len(ask(database, lambda: 5, "x", "SELECT n FROM raw.t"))

    with ThreadPoolExecutor(20) as pool:
        assert all(seen >= 2 for seen in pool.map(once, range(60)))
    assert count(path) == 61


def test_work_that_fails_leaves_nothing(path: Path) -> None:
    """What it raised comes out, and the next work is not disturbed."""

    def broken(cursor: Any) -> None:
        insert(cursor)
        raise KeyError("x")

    with opened(path) as database:
        with pytest.raises(KeyError):
            database.write(broken)
        assert database.write(insert) == "done"
    assert count(path) == 2


def test_a_query_is_ended_when_time_is_up(path: Path) -> None:
    """It ends within the time, naming the service."""
    with opened(path) as database:
        began = time.monotonic()
        with pytest.raises(ServiceError, match="Firestore could not be asked: no time was left"):
            ask(database, lambda: 0.2, "Firestore", SLOW)
        assert time.monotonic() - began < 5


def test_one_late_query_does_not_end_another(path: Path) -> None:
    """The watch over one cursor leaves the others alone."""

    def too_slow() -> None:
        with pytest.raises(ServiceError):
            ask(database, lambda: 0.1, "x", SLOW)

    with opened(path) as database:
        slow = threading.Thread(target=too_slow)
        slow.start()
        rows = ask(database, lambda: 30, "x", "SELECT COUNT(*) AS n FROM range(300000000) AS r(i) WHERE i % 2 = 0")
        slow.join()
    assert rows == [{"n": 150000000}]


def test_an_error_does_not_quote_the_query(path: Path) -> None:
    """What is shown is DuckDB's first line."""
    with opened(path) as database, pytest.raises(ServiceError) as caught:
        ask(database, lambda: 5, "x", "SELECT secret_column\nFROM raw.t")
    assert "LINE" not in str(caught.value)
    assert "FROM raw.t" not in str(caught.value)


def test_instants_are_utc_whatever_the_machine_thinks(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's zone does not shift a day."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        with opened(path) as database:
            sql = "SELECT CAST(TIMESTAMPTZ '2026-01-06 00:30:00+00' AS DATE) AS day"
            assert str(ask(database, lambda: 5, "x", sql)[0]["day"]) == "2026-01-06"
    finally:
        monkeypatch.undo()
        time.tzset()
