"""Opens the database: upgraded by a process that is the only one, checked by one of many."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Engine

from bot.app.services import utc_now
from bot.database.transactions import Transactions
from bot.delivery.jobs import procrastinate_schema
from bot.settings import SettingsError
from storage.database import engine
from storage.delivery import notifications, outbox
from storage.errors import MigrationError, UnavailableError
from storage.migrations import upgrade

DATABASE_THREADS: Final = 4
"""Database threads: SQLite has a single writer anyway."""


@contextmanager
def open_database(url: str, *, distributed: bool) -> Iterator[Transactions]:
    """The transactions of a database, which is upgraded if this process is the only one, else checked."""
    database = engine.create_database_engine(url)
    try:
        if distributed:
            _verify_database(database)
        else:
            with _naming_database(database):
                _prepare_database(database)
        # The database is closed last: a thread may still use it after its caller was cancelled.
        with ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="database") as threads:
            yield Transactions(database, threads)
    finally:
        database.dispose()


def _prepare_database(database: Engine) -> None:
    """Upgrade it, and release the claims of a process that was killed."""
    upgrade.upgrade(database)
    with engine.write_transaction(database) as connection:
        outbox.release_leases(connection, utc_now())
        notifications.release_leases(connection, utc_now())


@contextmanager
def _naming_database(database: Engine) -> Iterator[None]:
    """Name the file of a database that cannot be used beside the reason: whoever starts the program looks for both."""
    try:
        yield
    except (UnavailableError, MigrationError) as exc:
        name = database.url.render_as_string(hide_password=True)
        raise SettingsError((f"DATABASE_URL: {name}: {exc}",)) from exc


def _verify_database(database: Engine) -> None:
    if database.dialect.name != "postgresql":
        raise SettingsError(
            ("DATABASE_URL: many machines need PostgreSQL: write postgresql://user:password@host/name",)
        )
    problems = (*upgrade.find_problems(database), *procrastinate_schema.find_problems(database))
    if problems:
        raise SettingsError(tuple(f"DATABASE_URL: {fault}" for fault in problems))
