"""Keeps a second `paligs run` off the same SQLite file: two would send each reply from both."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url

from bot.settings import SettingsError


@contextmanager
def only_instance(database_url: str) -> Iterator[None]:
    """Hold the lock file beside an SQLite file; the system releases it however this process ends.

    Raises:
        SettingsError: another program holds it.
    """
    address = make_url(database_url.strip())
    file = address.database or ":memory:"
    if address.get_backend_name() != "sqlite" or file == ":memory:" or file.startswith("file:"):
        yield
        return
    descriptor = _open(Path(f"{file}.lock"))
    try:
        if descriptor is not None:
            _lock(descriptor, file)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _open(name: Path) -> int | None:
    # A folder that cannot be written is told by whoever opens the database.
    with suppress(OSError):
        name.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    return None


def _lock(descriptor: int, file: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        reason = "another paligs run uses this file: stop it first, or give this one a database of its own"
        raise SettingsError((f"DATABASE_URL: {file}: {reason}",)) from exc
    except OSError:
        # A file system without locks, as some network ones: there is no telling.
        return
