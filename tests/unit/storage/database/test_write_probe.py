"""Whether the database can keep something is proven by a write."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine

from storage.database import write_probe
from storage.database.engine import create_database_engine
from storage.database.write_probe import MIN_FREE_BYTES, prove_writable
from storage.errors import (
    DatabaseDamagedError,
    DatabaseGoneError,
    DatabaseLockedError,
    DatabaseReadOnlyError,
    DiskFullError,
)
from storage.migrations import upgrade

_USED: Final = (10 * MIN_FREE_BYTES, 9 * MIN_FREE_BYTES)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "data" / "paligs.db"


@pytest.fixture
def database(file: Path) -> Iterator[Engine]:
    """A database that is in use."""
    engine = create_database_engine(f"sqlite:///{file}")
    upgrade.upgrade(engine)
    yield engine
    engine.dispose()


def test_a_sound_database_can_be_written_and_is_not_changed(database: Engine) -> None:
    for _ in range(3):
        prove_writable(database)
    assert upgrade.find_problems(database) == []


def test_a_database_in_memory_can_be_written() -> None:
    engine = create_database_engine("sqlite://")
    prove_writable(engine)
    engine.dispose()


def test_a_locked_database_is_named(database: Engine, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_probe, "PROBE_BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseLockedError, match="another program"):
            prove_writable(database)
    prove_writable(database)


def test_a_full_disk_is_named(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(*_USED, MIN_FREE_BYTES - 1))
    with pytest.raises(DiskFullError, match="full"):
        prove_writable(database)


def test_a_damaged_file_is_named(database: Engine, file: Path) -> None:
    with closing(database.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    with file.open("r+b") as damaged:
        damaged.write(b"\xff" * 8192)
    with pytest.raises(DatabaseDamagedError, match="damaged"):
        prove_writable(database)


def test_a_deleted_folder_is_named(database: Engine, file: Path) -> None:
    shutil.rmtree(file.parent)
    with pytest.raises(DatabaseGoneError, match="deleted"):
        prove_writable(database)


def test_a_file_that_cannot_be_written_is_named(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda address, **kw: connect(address.replace("rw", "ro"), **kw))
    with pytest.raises(DatabaseReadOnlyError, match="writable"):
        prove_writable(database)
