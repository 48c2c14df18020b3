"""Brings a database to the tables of this program, says what is amiss, and copies it; it knows no row."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final, cast

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from storage.engine import migrating, reading
from storage.errors import BackupError, MigrationError, StorageError
from storage.tables import metadata

_LOCK: Final = 7_065_108_105
"""Any number that no other program takes for a lock of its own in the same PostgreSQL database."""


def upgrade(engine: Engine) -> None:
    """Bring the database up to date, in one transaction; two that do so at once wait for each other.

    Raises:
        MigrationError: it does not fit this program; nothing was changed.
        UnavailableError: the database is busy or out of reach.
    """
    try:
        with migrating(engine) as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            if not any(_revisions(connection)):
                return
            command.upgrade(_config(connection), "head")
            for fault in _sqlite_faults(connection, "foreign_key_check"):
                raise StorageError(fault)
    except (CommandError, StorageError) as exc:
        if isinstance(exc, StorageError) and not exc.permanent:
            raise
        message = f"{MigrationError()}\n  {_cause(exc)}"
        raise MigrationError(message) from exc


def check(engine: Engine) -> list[str]:
    """What is amiss with the database, each with its remedy; empty when it is as this program needs it.

    Raises:
        UnavailableError: the database is busy or out of reach.
    """
    try:
        with reading(engine) as connection:
            faults = list(_sqlite_faults(connection, "integrity_check", "foreign_key_check"))
            # Tables of another revision differ as a matter of course.
            return faults + (list(_revisions(connection)) or list(_drift(connection)))
    except StorageError as exc:
        if not exc.permanent:
            raise
        return [f"The database cannot be read: {_cause(exc)}. Restore a backup."]


def outdated(engine: Engine) -> list[str]:
    """The revisions that do not fit, each with its remedy: a look that takes as long however much is stored.

    Raises:
        StorageError: the database cannot be read.
    """
    with reading(engine) as connection:
        return list(_revisions(connection))


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


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    return config


def _revisions(connection: Connection) -> Iterator[str]:
    script = ScriptDirectory.from_config(_config(connection))
    current = set(MigrationContext.configure(connection).get_current_heads())
    known = {revision.revision for revision in script.walk_revisions()}
    done = {revision.revision for head in current & known for revision in script.iterate_revisions(head, "base")}
    for revision in sorted(current - known):
        yield f"Revision {revision} is of a newer program: install that one, or restore a backup."
    for revision in sorted(known - done):
        yield f"Revision {revision} is missing: run paligs db upgrade."


def _drift(connection: Connection) -> Iterator[str]:
    options = {"compare_type": True, "include_name": _ours}
    context = MigrationContext.configure(connection, opts=options)
    for difference in compare_metadata(context, metadata):
        yield f"The database differs from the program: {_words(difference)}. Restore a backup, or mend it by hand."


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    # Procrastinate keeps its tables in the same database.
    return kind != "table" or name in metadata.tables


def _words(difference: Any) -> str:
    if isinstance(difference, list):
        return "; ".join(_words(each) for each in difference)
    what, *which = difference
    return " ".join((str(what), *(str(getattr(each, "name", each)) for each in which if each is not None)))


def _sqlite_faults(connection: Connection, *pragmas: str) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return
    for pragma in pragmas:
        for row in connection.exec_driver_sql(f"PRAGMA {pragma}"):
            if tuple(row) != ("ok",):
                found = " ".join(str(value) for value in row)
                yield f"SQLite's {pragma} finds: {found}. Restore a backup, or recover it with sqlite3 .recover."
