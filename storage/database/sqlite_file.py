"""The file of an SQLite database: made for its owner alone, missed when it is deleted or replaced; knows no table."""

import os
import threading
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, Engine

from storage.errors import DatabaseGoneError, DatabaseUrlError

_OPTION = "paligs_sqlite_file"


class SqliteFile:
    """A file that an engine opens; `path` is None for a database in memory, or one that a URI describes.

    `write_lock` is where the writers of one process queue: SQLite's own busy handler sleeps for up to 100 ms.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.write_lock = threading.Lock()
        self.writer: Connection | None = None
        """The connection of whoever holds the lock, kept between two of them."""
        self.holds_erased = False
        """Whether the write-ahead log may still hold erased text, because somebody read while it was to be emptied."""
        self._identity: tuple[int, int] | None = None

    def prepare(self) -> None:
        """Make the file and its folder, if they are missing, readable by nobody else; tighten what is there.

        SQLite gives -wal and -shm the mode of the file.

        Raises:
            DatabaseGoneError: a file that was open before is there no more.
        """
        if self.path is None:
            return
        if self._identity is not None:
            self.check_in_place()
            return
        # What cannot be made or changed is told by SQLite, which opens it next.
        with suppress(OSError):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            if self.path.stat().st_mode & 0o077:
                self.path.chmod(0o600)

    def remember(self) -> None:
        """Note which file was opened."""
        if self.path is not None and self._identity is None:
            self._identity = _identity(self.path)

    def close_writer(self) -> None:
        """Give the kept connection back; the next writer opens another one."""
        writer, self.writer = self.writer, None
        if writer is not None:
            writer.close()

    def check_in_place(self) -> None:
        """Raise if the file that was opened is no longer the one at `path`: what is written would be lost.

        Raises:
            DatabaseGoneError: it was deleted, moved or replaced.
        """
        if self.path is not None and self._identity is not None and _identity(self.path) != self._identity:
            raise DatabaseGoneError


def make_folder(folder: Path) -> None:
    """Make the folder of a database for its owner alone, if it is missing.

    Raises:
        DatabaseUrlError: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        message = f"The folder {folder} of the database cannot be made: choose another, or make it writable."
        raise DatabaseUrlError(message) from exc


def attach(engine: Engine, file: SqliteFile) -> None:
    """Let `engine` carry `file`."""
    engine.update_execution_options(**{_OPTION: file})


def file_of(engine: Engine) -> SqliteFile | None:
    """The file of an engine; None for PostgreSQL."""
    return engine.get_execution_options().get(_OPTION)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
