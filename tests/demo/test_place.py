"""Where the demo world goes: never over something that demo did not make, never half a file."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.demo.made import SHOP, SHOP_DAY
from validator.demo.world import build
from validator.errors import ConfigurationError
from validator.ssot.load import load
from validator.ssot.source import Ssot


@pytest.fixture(scope="module")
def ssot() -> Ssot:
    """A small source of truth."""
    return load(SHOP)


def day_of(path: Path) -> date:
    """The day that the world in a file is laid around."""
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute("SELECT day FROM validator_local.demo").fetchone()
    assert row is not None
    found: date = row[0]
    return found


def test_folders_are_made(ssot: Ssot, tmp_path: Path) -> None:
    """The first build makes the folder it is told to use, and leaves nothing else in it."""
    build(tmp_path / "new" / "world.duckdb", ssot, day=SHOP_DAY)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["world.duckdb"]


def test_an_older_world_is_replaced(ssot: Ssot, tmp_path: Path) -> None:
    """Building twice works, for another day too."""
    path = tmp_path / "world.duckdb"
    build(path, ssot, day=SHOP_DAY)
    build(path, ssot, day=date(2026, 4, 1))
    assert day_of(path) == date(2026, 4, 1)


def test_another_databases_file_is_left_alone(ssot: Ssot, tmp_path: Path) -> None:
    """A DuckDB file without demo's mark is refused, and keeps what it holds."""
    path = tmp_path / "mine.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE precious AS SELECT 42 AS answer")
    with pytest.raises(ConfigurationError, match="was not made by demo"):
        build(path, ssot, day=SHOP_DAY)
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT answer FROM precious").fetchall() == [(42,)]
    assert [file.name for file in tmp_path.iterdir()] == ["mine.duckdb"]


def test_a_mark_of_somebody_else_does_not_count(ssot: Ssot, tmp_path: Path) -> None:
    """The table alone is no proof: it must name demo."""
    path = tmp_path / "theirs.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE SCHEMA validator_local; CREATE TABLE validator_local.demo AS SELECT 'hand' AS made_by"
        )
    with pytest.raises(ConfigurationError, match="was not made by demo"):
        build(path, ssot, day=SHOP_DAY)


@pytest.mark.parametrize("content", [b"", b"some notes\n"])
def test_a_file_that_is_no_database_is_left_alone(ssot: Ssot, tmp_path: Path, content: bytes) -> None:
    """Whatever the file is, it stays as it is."""
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="was not made by demo"):
        build(path, ssot, day=SHOP_DAY)
    assert path.read_bytes() == content


def test_a_folder_is_no_place_for_a_world(ssot: Ssot, tmp_path: Path) -> None:
    """A folder of that name is refused."""
    with pytest.raises(ConfigurationError, match="was not made by demo"):
        build(tmp_path, ssot, day=SHOP_DAY)


def test_an_old_log_beside_the_file_is_not_replayed(ssot: Ssot, tmp_path: Path) -> None:
    """What a killed process left in the write-ahead log of the old world does not reach the new one."""
    path = tmp_path / "world.duckdb"
    log = tmp_path / "world.duckdb.wal"
    build(path, ssot, day=SHOP_DAY)
    before = path.read_bytes()
    connection = duckdb.connect(str(path))
    connection.execute("SET checkpoint_threshold = '1TB'; CREATE TABLE shop_ops.left_over AS SELECT 1 AS one")
    left = log.read_bytes()
    connection.close()
    path.write_bytes(before)
    log.write_bytes(left)
    build(path, ssot, day=date(2026, 4, 1))
    assert day_of(path) == date(2026, 4, 1)
    assert not log.exists()


def test_a_dataset_named_like_a_service_is_refused(ssot: Ssot, tmp_path: Path) -> None:
    """Datasets that would hide other services' tables are named, and no file is made."""
    taken = replace(ssot, datasets=(*ssot.datasets, replace(ssot.datasets[0], name="pubsub")))
    with pytest.raises(ConfigurationError, match="'pubsub'"):
        build(tmp_path / "world.duckdb", taken, day=SHOP_DAY)
    assert list(tmp_path.iterdir()) == []


def test_a_build_that_fails_leaves_the_old_world(ssot: Ssot, tmp_path: Path) -> None:
    """A column of an unknown type stops the build; the file is the one from before, and no draft stays."""
    path = tmp_path / "world.duckdb"
    build(path, ssot, day=SHOP_DAY)
    dataset = ssot.datasets[0]
    odd = replace(dataset.tables[0], columns={**dataset.tables[0].columns, "shape": "GEOGRAPHY"})
    broken = replace(ssot, datasets=(replace(dataset, tables=(odd, *dataset.tables[1:])), *ssot.datasets[1:]))
    with pytest.raises(ConfigurationError, match="GEOGRAPHY"):
        build(path, broken, day=date(2026, 4, 1))
    assert day_of(path) == SHOP_DAY
    assert [file.name for file in tmp_path.iterdir()] == ["world.duckdb"]
