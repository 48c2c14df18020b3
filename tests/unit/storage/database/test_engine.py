"""Database URLs, and what SQLite needs to be told."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Timer

import pytest
from sqlalchemy import Connection, Engine, text

from storage import personal_data
from storage.database.engine import (
    create_database_engine,
    read_transaction,
    write_transaction,
    write_transaction_at_once,
)
from storage.database.write_ahead_log import checkpoint
from storage.errors import DatabaseLockedError, DatabaseReadOnlyError, DatabaseUrlError, StorageError, UnavailableError
from storage.migrations import upgrade
from tests.contract.talks import said, take_in


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = create_database_engine(url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    "url", ["postgres://u:p@host/name", "postgresql://u:p@host/name", " postgresql+psycopg://u:p@host/name\n"]
)
def test_the_urls_that_hosting_companies_give_are_understood(url: str) -> None:
    with opened(url) as engine:
        assert engine.url.drivername == "postgresql+psycopg"
        assert (engine.url.host, engine.url.database, engine.url.password) == ("host", "name", "p")


def test_what_the_url_says_goes_before_our_own_choice() -> None:
    with opened("postgres://host/name?application_name=till&sslmode=require") as engine:
        assert engine.url.query == {"application_name": "till", "sslmode": "require", "connect_timeout": "10"}


@pytest.mark.parametrize(
    "url",
    ["", "data/paligs.db", "mysql://anna:geheim@host/name", "postgresql+asyncpg://anna:geheim@host/name", "x:geheim@y",
     "postgres://anna:geheim@host:port/name"],
)  # fmt: skip
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseUrlError, match="write sqlite:///data/paligs") as caught:
        create_database_engine(url)

    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_folder_of_the_file_is_made_for_the_owner_alone(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/deep/down/paligs.db") as engine, write_transaction(engine):
        pass

    assert (tmp_path / "deep" / "down" / "paligs.db").exists()
    assert oct((tmp_path / "deep" / "down").stat().st_mode)[-3:] == "700"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(DatabaseUrlError, match="file/folder"):
        create_database_engine(f"sqlite:///{tmp_path}/file/folder/paligs.db")


def test_a_file_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}") as engine, pytest.raises(UnavailableError), read_transaction(engine):
        pass


def test_a_file_that_is_no_database_cannot_be_mended_by_trying_again(tmp_path: Path) -> None:
    (tmp_path / "paligs.db").write_text("This is a letter, not a database. " * 100)

    with opened(f"sqlite:///{tmp_path}/paligs.db") as engine:
        with pytest.raises(StorageError) as caught, read_transaction(engine):
            pass
        assert caught.value.permanent


def test_a_file_that_may_only_be_read_says_so_and_is_no_fault_of_the_message(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "paligs.db")) as other:
        other.execute("CREATE TABLE something (id INTEGER)")

    with opened(f"sqlite:///file:{tmp_path}/paligs.db?mode=ro&uri=true") as engine:
        with pytest.raises(DatabaseReadOnlyError, match="writable for the user") as caught, read_transaction(engine):
            pass
        assert not caught.value.permanent


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 1), ("foreign_keys", 1), ("secure_delete", 1), ("busy_timeout", 10_000)],
)
def test_sqlite_is_set_up_for_a_program_that_runs_long(tmp_path: Path, pragma: str, value: object) -> None:
    with opened(f"sqlite:///{tmp_path}/paligs.db") as engine, write_transaction(engine) as connection:
        assert connection.scalar(text(f"PRAGMA {pragma}")) == value


def test_who_does_not_wait_is_refused_where_somebody_writes_and_leaves_no_trace(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/paligs.db") as engine:
        with pytest.raises(DatabaseLockedError), write_transaction_at_once(engine):
            pytest.fail("nobody has opened it yet")
        with write_transaction(engine), pytest.raises(DatabaseLockedError), write_transaction_at_once(engine):
            pytest.fail("somebody writes")
        with closing(sqlite3.connect(tmp_path / "paligs.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(DatabaseLockedError), write_transaction_at_once(engine):
                pytest.fail("another program writes")
        for _ in range(2):
            with write_transaction(engine) as connection:
                assert _pragmas(connection) == [1, 0, 10_000, 1000]
            with write_transaction_at_once(engine) as connection:
                assert _pragmas(connection) == [1, 0, 0, 0]
        with read_transaction(engine) as connection:
            assert _pragmas(connection)[2] == 10_000


def _pragmas(connection: Connection) -> list[object]:
    names = ("foreign_keys", "query_only", "busy_timeout", "wal_autocheckpoint")
    return [connection.scalar(text(f"PRAGMA {name}")) for name in names]


def test_a_database_in_memory_cannot_be_written_without_waiting() -> None:
    with opened("sqlite://") as engine:
        with write_transaction(engine):
            pass
        with pytest.raises(DatabaseLockedError), write_transaction_at_once(engine):
            pytest.fail("it has no file")


def test_a_database_in_memory_lives_as_long_as_its_engine() -> None:
    with opened("sqlite://") as engine:
        upgrade.upgrade(engine)
        assert upgrade.find_problems(engine) == []


def test_foreign_keys_count_again_after_a_migration() -> None:
    with opened("sqlite://") as engine:
        upgrade.upgrade(engine)
        with pytest.raises(StorageError), write_transaction(engine) as connection:
            connection.execute(text("INSERT INTO sessions VALUES ('nobody', '{}', '2026-11-23')"))


def test_a_database_that_another_program_holds_can_be_tried_again(
    tmp_path: Path,
) -> None:
    with opened(f"sqlite:///{tmp_path}/paligs.db?timeout=0.05") as engine:
        upgrade.upgrade(engine)
        with closing(sqlite3.connect(tmp_path / "paligs.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(UnavailableError) as caught, write_transaction(engine):
                pass
            assert not caught.value.permanent
            with read_transaction(engine):
                pass
        with write_transaction(engine):
            pass


def test_opening_a_new_file_waits_for_whoever_opens_it_too(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "paligs.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        leaving = Timer(0.3, other.execute, ["COMMIT"])
        leaving.start()
        with opened(f"sqlite:///{tmp_path}/paligs.db?timeout=0") as engine, write_transaction(engine) as connection:
            assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        leaving.join()


def test_erased_words_are_not_left_in_the_files(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/paligs.db") as engine:
        upgrade.upgrade(engine)
        take_in(engine, said("Mans ŠNICELIS"), ["ŠNICELIS " * 2_000])
        checkpoint(engine)
        assert found("ŠNICELIS", tmp_path) == ["paligs.db"]

        with write_transaction(engine) as connection:
            personal_data.erase(connection, personal_data.find_conversations(connection, "anna"))
        assert found("ŠNICELIS", tmp_path) == []
        assert found("anna", tmp_path) == []


def test_what_was_erased_while_somebody_read_goes_with_the_next_write(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/paligs.db") as engine, opened(f"sqlite:///{tmp_path}/paligs.db") as other:
        upgrade.upgrade(engine)
        take_in(engine, said("Mans ŠNICELIS"), ["ŠNICELIS"])
        with read_transaction(other) as reading:
            personal_data.find_conversations(reading, "anna")
            with write_transaction(engine) as connection:
                personal_data.erase(connection, personal_data.find_conversations(connection, "anna"))
            assert "paligs.db-wal" in found("ŠNICELIS", tmp_path)
        with write_transaction(engine):
            pass
        assert found("ŠNICELIS", tmp_path) == []


def test_an_erasure_that_is_rolled_back_empties_no_log(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/paligs.db") as engine:
        upgrade.upgrade(engine)
        take_in(engine, said("Mans ŠNICELIS"), [])
        with suppress(ZeroDivisionError), write_transaction(engine) as connection:
            personal_data.erase(connection, personal_data.find_conversations(connection, "anna"))
            raise ZeroDivisionError
        with write_transaction(engine):
            pass
        assert "paligs.db-wal" in found("ŠNICELIS", tmp_path)


def found(word: str, folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir() if word.encode() in file.read_bytes()]
