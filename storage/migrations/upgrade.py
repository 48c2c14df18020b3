"""Brings a database to the tables of this program, says what is amiss, and copies it; it knows no row."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, cast

from sqlalchemy import Connection, Engine, column, func, inspect, select, table
from sqlalchemy.exc import DBAPIError

from storage.database.engine import migration_transaction, read_transaction
from storage.errors import BackupError, MigrationError, StorageError
from storage.migrations import HEAD

_VERSIONS: Final = table("alembic_version", column("version_num"))
_LOCK: Final = 7_065_108_105
"""Any number that no other program takes for a lock of its own in the same PostgreSQL database."""


def upgrade(engine: Engine) -> None:
    """Bring the database up to date, in one transaction; two that do so at once wait for each other.

    Raises:
        MigrationError: it does not fit this program; nothing was changed.
        UnavailableError: the database is busy or out of reach.
    """
    try:
        with migration_transaction(engine) as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            if not _is_at_head(connection):
                _upgrade(connection)
    except StorageError as exc:
        if not exc.permanent or isinstance(exc, MigrationError):
            raise
        raise _migration_error(exc) from exc


def _upgrade(connection: Connection) -> None:
    from storage.migrations import alembic_runner

    try:
        alembic_runner.upgrade_to_head(connection)
    except alembic_runner.CommandError as exc:
        raise _migration_error(exc) from exc
    for fault in _sqlite_problems(connection, "foreign_key_check"):
        raise StorageError(fault)


def _migration_error(exc: Exception) -> MigrationError:
    return MigrationError(f"{MigrationError()}\n  {_cause(exc)}")


def find_problems(engine: Engine) -> list[str]:
    """What is amiss with the database, each with its remedy; empty when it is as this program needs it.

    Raises:
        UnavailableError: the database is busy or out of reach.
    """
    try:
        with read_transaction(engine) as connection:
            faults = list(_sqlite_problems(connection, "integrity_check", "foreign_key_check"))
            # Tables of another revision differ as a matter of course.
            return faults + (_missing_revisions(connection) or list(_drift(connection)))
    except StorageError as exc:
        if not exc.permanent:
            raise
        return [f"The database cannot be read: {_cause(exc)}. Restore a backup."]


def revision_problems(engine: Engine) -> list[str]:
    """The revisions that do not fit, each with its remedy: a look that takes as long however much is stored.

    Raises:
        StorageError: the database cannot be read.
    """
    with read_transaction(engine) as connection:
        return _missing_revisions(connection)


def _missing_revisions(connection: Connection) -> list[str]:
    if _is_at_head(connection):
        return []
    from storage.migrations import alembic_runner

    return list(alembic_runner.revision_problems(connection))


def _is_at_head(connection: Connection) -> bool:
    """Whether there is nothing to do, told without Alembic, which takes its time and memory to load."""
    if not inspect(connection).has_table(_VERSIONS.name):
        return False
    return connection.scalars(select(_VERSIONS.c.version_num)).all() == [HEAD]


def _drift(connection: Connection) -> Iterator[str]:
    from storage.migrations import alembic_runner

    return alembic_runner.drift(connection)


def backup(engine: Engine, file: Path) -> None:
    """Copy an SQLite database to `file` while the program runs; the copy is whole, or there is none.

    Raises:
        BackupError: says why, and what to do instead.
    """
    if engine.dialect.name != "sqlite":
        message = "PostgreSQL has a better tool for this: run pg_dump --format=custom with the same database URL."
        raise BackupError(message)
    if file.exists():
        message = f"{file} is there already: choose a name that is free."
        raise BackupError(message)
    part = file.with_name(f"{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _copy(engine, part)
        part.rename(file)
    except (OSError, sqlite3.Error, DBAPIError) as exc:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise BackupError from exc


def _copy(engine: Engine, file: Path) -> None:
    file.unlink(missing_ok=True)
    # It holds what people wrote: nobody else's to read.
    file.touch(mode=0o600)
    with closing(engine.raw_connection()) as source, closing(sqlite3.connect(file)) as target:
        cast("sqlite3.Connection", source.driver_connection).backup(target)
        # A copy in one file: without this it would come with a -wal and a -shm beside it when it is opened.
        target.execute("PRAGMA journal_mode=DELETE")


def _cause(exc: Exception) -> str:
    return str(exc.__cause__ or exc).splitlines()[0]


def _sqlite_problems(connection: Connection, *pragmas: str) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return
    for pragma in pragmas:
        for row in connection.exec_driver_sql(f"PRAGMA {pragma}"):
            if tuple(row) != ("ok",):
                found = " ".join(str(value) for value in row)
                yield f"SQLite's {pragma} finds: {found}. Restore a backup, or recover it with sqlite3 .recover."
