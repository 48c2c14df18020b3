"""Empties SQLite's write-ahead log into the file, at once where it holds what was erased; PostgreSQL keeps its own."""

import sqlite3
from contextlib import closing
from typing import Final

from sqlalchemy import Connection, Engine

from storage.database.driver_errors import raised_as_storage_errors
from storage.database.sqlite_file import file_of

ERASED: Final = "paligs_erased"
"""Where a connection notes that its transaction erased something."""
CHECKPOINT_BUSY_MILLISECONDS: Final = 1000
"""How long emptying the write-ahead log waits for readers; writers wait with it."""


def truncate_log_after_commit(connection: Connection) -> None:
    """Have SQLite's write-ahead log emptied once this transaction is committed: what it erased stands there, too."""
    connection.info[ERASED] = True


def checkpoint(engine: Engine) -> bool:
    """Empty SQLite's write-ahead log into the file, so that no erased text stays in it; whether that was possible.

    It is not while somebody reads: then the next write transaction tries again.
    """
    file = file_of(engine)
    if file is None:
        return True
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        (waited,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={CHECKPOINT_BUSY_MILLISECONDS}")
        try:
            busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:
            busy = 1
        finally:
            cursor.execute(f"PRAGMA busy_timeout={waited}")
            cursor.close()
    file.holds_erased = bool(busy)
    return not busy


def deferred_checkpoint(engine: Engine) -> None:
    """The checkpoint that transactions at once leave out: SQLite's log goes into the file, what they erased leaves it.

    Waits for the disk. While others write, the log may grow on.

    Raises:
        StorageError: the log could not be written; nothing of it is lost.
    """
    with raised_as_storage_errors():
        if holds_erased(engine):
            checkpoint(engine)
            return
        with closing(engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            cursor.close()


def holds_erased(engine: Engine) -> bool:
    """Whether SQLite's log may still hold what was erased."""
    file = file_of(engine)
    return file is not None and file.holds_erased
