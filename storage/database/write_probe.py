"""Proves that the database can keep something now, by a write that changes nothing; knows no table."""

import shutil
import sqlite3
from contextlib import closing
from typing import Final

from sqlalchemy import Engine, text

from storage.database.driver_errors import translate_sqlite_error
from storage.database.engine import write_transaction
from storage.database.sqlite_file import SqliteFile, file_of
from storage.errors import DatabaseReadOnlyError, DiskFullError

PROBE_BUSY_SECONDS: Final = 2
"""How long to wait for another writer: longer than any of ours takes, shorter than whoever asks waits."""
MIN_FREE_BYTES: Final = 1_048_576
"""With less space on the disk the next messages may not fit, though one write still does."""
_POSTGRESQL_PROBE: Final = text("SELECT pg_logical_emit_message(true, 'paligs', 'probe')")
"""A record in the write-ahead log that nothing reads: refused by a standby, a full disk, a read-only session."""

_READ_ONLY: Final = text("SELECT current_setting('transaction_read_only')")


def prove_writable(engine: Engine) -> None:
    """Write and commit something that changes nothing.

    Raises:
        StorageError: nothing can be kept now; its class and its message tell the cause.
    """
    file = file_of(engine)
    if file is None:
        with write_transaction(engine) as connection:
            # Providers switch a server to reading where its disk fills, and that lets the record pass.
            if connection.scalar(_READ_ONLY) == "on":
                raise DatabaseReadOnlyError
            connection.execute(_POSTGRESQL_PROBE)
    elif file.path is not None:
        file.check_in_place()
        if shutil.disk_usage(file.path.parent).free < MIN_FREE_BYTES:
            raise DiskFullError
        _write_to(file)


def _write_to(file: SqliteFile) -> None:
    # A connection of its own: it waits for no writer of this process, and sees the file as a new one would.
    try:
        address = f"file:{file.path}?mode=rw"
        with closing(
            sqlite3.connect(address, uri=True, timeout=PROBE_BUSY_SECONDS, isolation_level=None)
        ) as connection:
            connection.execute("BEGIN IMMEDIATE")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            # The first page is written again as it is.
            connection.execute(f"PRAGMA user_version={version}")
            connection.execute("COMMIT")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as exc:
        raise translate_sqlite_error(exc) from exc
