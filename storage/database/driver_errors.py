"""Says in this package's errors what SQLAlchemy and the drivers raise; knows no table."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError

from storage.errors import (
    DatabaseDamagedError,
    DatabaseGoneError,
    DatabaseIOError,
    DatabaseLockedError,
    DatabaseReadOnlyError,
    DiskFullError,
    SchemaError,
    StorageError,
    UnavailableError,
)

_MISSING_OBJECT_CODES: Final = frozenset({"42P01", "42703"})
"""PostgreSQL's codes for a missing table or column."""
_SQLITE_ERRORS: Final[dict[int, type[StorageError]]] = {
    sqlite3.SQLITE_BUSY: DatabaseLockedError,
    sqlite3.SQLITE_LOCKED: DatabaseLockedError,
    sqlite3.SQLITE_FULL: DiskFullError,
    sqlite3.SQLITE_READONLY: DatabaseReadOnlyError,
    sqlite3.SQLITE_IOERR: DatabaseIOError,
    sqlite3.SQLITE_CANTOPEN: DatabaseGoneError,
    sqlite3.SQLITE_CORRUPT: DatabaseDamagedError,
    sqlite3.SQLITE_NOTADB: DatabaseDamagedError,
}


@contextmanager
def raised_as_storage_errors() -> Iterator[None]:
    """Raise what comes out of the block as the error of this package that tells what happened."""
    try:
        yield
    except DBAPIError as exc:
        raise _translate_error(exc) from exc
    except sqlite3.Error as exc:
        raise translate_sqlite_error(exc) from exc


def _translate_error(exc: DBAPIError) -> StorageError:
    cause = exc.orig
    if getattr(cause, "sqlstate", None) in _MISSING_OBJECT_CODES or str(cause).startswith("no such"):
        return SchemaError()
    if isinstance(cause, sqlite3.Error):
        return translate_sqlite_error(cause)
    return UnavailableError() if isinstance(exc, OperationalError) else StorageError()


def translate_sqlite_error(exc: sqlite3.Error) -> StorageError:
    """The error of this package that tells what SQLite met."""
    return _SQLITE_ERRORS.get(getattr(exc, "sqlite_errorcode", 0) & 0xFF, StorageError)()
