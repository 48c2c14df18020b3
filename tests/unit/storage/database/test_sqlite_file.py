"""The file of the database: nobody else's to read, and missed when it is gone."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from storage.database.engine import create_database_engine, read_transaction, write_transaction
from storage.errors import DatabaseGoneError
from storage.migrations import upgrade


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    """A database in a folder of its own, already open."""
    engine = create_database_engine(f"sqlite:///{tmp_path}/data/paligs.db")
    upgrade.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def _liberal_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def _modes(folder: Path) -> dict[str, str]:
    return {file.name: oct(file.stat().st_mode)[-3:] for file in folder.iterdir()}


def test_files_are_readable_by_their_owner_alone_though_the_umask_allows_more(database: Engine, tmp_path: Path) -> None:
    assert _modes(tmp_path / "data") == {"paligs.db": "600", "paligs.db-wal": "600", "paligs.db-shm": "600"}


def test_a_file_that_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "paligs.db").touch(mode=0o644)
    engine = create_database_engine(f"sqlite:///{tmp_path}/paligs.db")
    upgrade.upgrade(engine)
    assert set(_modes(tmp_path).values()) == {"600"}
    engine.dispose()


@pytest.mark.parametrize("loss", ["folder deleted", "file deleted", "file replaced"])
def test_a_file_that_is_deleted_or_replaced_takes_no_more_writes(database: Engine, tmp_path: Path, loss: str) -> None:
    file = tmp_path / "data" / "paligs.db"
    if loss == "folder deleted":
        shutil.rmtree(file.parent)
    else:
        file.unlink()
    if loss == "file replaced":
        file.touch()
    with pytest.raises(DatabaseGoneError, match="deleted or replaced"), write_transaction(database):
        pass
    assert file.exists() is (loss == "file replaced"), "no new file is made in its place"


def test_no_new_connection_opens_another_file_in_the_place_of_the_first(database: Engine, tmp_path: Path) -> None:
    (tmp_path / "data" / "paligs.db").unlink()
    with read_transaction(database) as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(DatabaseGoneError), read_transaction(database):
            pass
