"""Opens a database and its transactions: SQLite by default, PostgreSQL for many machines; knows no table."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from storage.database.driver_errors import raised_as_storage_errors
from storage.database.sqlite_file import SqliteFile, attach, file_of, make_folder
from storage.database.write_ahead_log import ERASED, checkpoint
from storage.errors import DatabaseLockedError, DatabaseUrlError

BUSY_SECONDS: Final = 10
"""How long to wait for another writer, or for a server that does not answer."""

_ACCESS: Final = "paligs_access"
_AT_ONCE: Final = "write at once"
_BUSY_MILLISECONDS: Final = "paligs_busy_milliseconds"
_CHECKPOINT_PAGES: Final = 1000
"""From how many pages in the write-ahead log on a transaction that may wait writes them into the file."""
_WRITE_STATEMENTS: Final = ("PRAGMA query_only=OFF", "PRAGMA foreign_keys=ON", "BEGIN IMMEDIATE")
_BEGIN_STATEMENTS: Final = {
    "read": ("PRAGMA query_only=ON", "BEGIN"),
    "write": _WRITE_STATEMENTS,
    _AT_ONCE: _WRITE_STATEMENTS,
    # Rebuilding a table would delete the rows that refer to it; the pragma works only outside a transaction.
    "migrate": ("PRAGMA query_only=OFF", "PRAGMA foreign_keys=OFF", "BEGIN IMMEDIATE"),
}


def create_database_engine(url: str) -> Engine:
    """An engine for `url`. Creates the folder of an SQLite file; connects to nothing yet.

    Raises:
        DatabaseUrlError: says what to write instead, and never shows the URL's password.
    """
    address = _parse_url(url)
    return _create_sqlite(address) if address.get_backend_name() == "sqlite" else _create_postgresql(address)


def check_url(url: str) -> None:
    """Raise if `url` cannot be used; connects to nothing and creates nothing.

    Raises:
        DatabaseUrlError: as `create_database_engine`.
    """
    _parse_url(url)


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write: committed at the end, rolled back on an exception.

    Raises:
        UnavailableError: the database is busy or out of reach; nothing was stored.
        SchemaError: the database is of another version.
    """
    with _transaction(engine, "write") as connection:
        yield connection


@contextmanager
def write_transaction_at_once(engine: Engine) -> Iterator[Connection]:
    """A write transaction on an SQLite file for whoever must not wait: not for another writer, and not for the disk
    but where the system cannot take what is written. What takes longer is left to
    `write_ahead_log.deferred_checkpoint`.

    Raises:
        DatabaseLockedError: somebody else writes, or nobody has written yet; `write_transaction` waits for them.
        StorageError: as `write_transaction`.
    """
    file = file_of(engine)
    if file is None or file.writer is None or not file.write_lock.acquire(blocking=False):
        raise DatabaseLockedError
    try:
        with raised_as_storage_errors():
            file.check_in_place()
            with _kept_writer(engine, file, _AT_ONCE) as connection:
                connection.info.pop(ERASED, None)
                with connection.begin():
                    yield connection
                file.holds_erased |= connection.info.pop(ERASED, False)
    finally:
        file.write_lock.release()


@contextmanager
def read_transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction with a stable snapshot; both databases refuse writes in it.

    Raises:
        UnavailableError: the database is busy or out of reach.
    """
    with _transaction(engine, "read") as connection:
        yield connection


@contextmanager
def migration_transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction that may rebuild tables: SQLite checks no foreign keys in it, the caller does."""
    with _transaction(engine, "migrate") as connection:
        yield connection


def driver_arguments(engine: Engine) -> dict[str, Any]:
    """The driver's connection arguments, for those who need a connection of their own to the same database."""
    _, arguments = engine.dialect.create_connect_args(engine.url)
    return {name: value for name, value in arguments.items() if name != "context"}


@contextmanager
def _transaction(engine: Engine, access: str) -> Iterator[Connection]:
    options: dict[str, Any] = {_ACCESS: access}
    if engine.dialect.name == "postgresql" and access == "read":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    file = file_of(engine)
    if file is not None and access != "read":
        file.check_in_place()
    lock: AbstractContextManager[Any] = nullcontext() if file is None or access == "read" else file.write_lock
    kept = file if file is not None and file.path is not None and access == "write" else None
    with (
        raised_as_storage_errors(),
        lock,
        engine.connect().execution_options(**options)
        if kept is None
        else _kept_writer(engine, kept, access) as connection,
    ):
        connection.info.pop(ERASED, None)
        with connection.begin():
            yield connection
        erased = connection.info.pop(ERASED, False)
    if file is not None and (erased or (file.holds_erased and access == "write")):
        checkpoint(engine)


@contextmanager
def _kept_writer(engine: Engine, file: SqliteFile, access: str) -> Iterator[Connection]:
    """The connection of all writers of an SQLite file, whose lock is held: to get one each time from the pool takes
    longer than SQLite's own work of a transaction. After an error the next writer gets a new one."""
    if file.writer is None:
        file.writer = engine.connect()
    try:
        if file.writer.get_execution_options().get(_ACCESS) != access:
            file.writer.execution_options(**{_ACCESS: access})
        yield file.writer
    except BaseException:
        file.close_writer()
        raise


def _parse_url(url: str) -> URL:
    try:
        address = make_url(url.strip())
    except (ArgumentError, ValueError):
        # Not chained: the cause may quote a part of the password.
        raise DatabaseUrlError from None
    match address.drivername:
        case "sqlite" | "sqlite+pysqlite" | "postgresql+psycopg":
            return address
        case "postgres" | "postgresql":
            return address.set(drivername="postgresql+psycopg")
        case other:
            hint = "write sqlite:///data/paligs.db or postgresql://user:password@host:5432/name"
            message = f"The database URL begins with {other}://, which is not known here: {hint}."
            raise DatabaseUrlError(message)


def _create_postgresql(address: URL) -> Engine:
    standard = {"application_name": "paligs", "connect_timeout": str(BUSY_SECONDS)}
    missing = {key: value for key, value in standard.items() if key not in address.query}
    # Parameters hold message texts: they stay out of errors and logs.
    return create_engine(address.update_query_dict(missing), pool_pre_ping=True, hide_parameters=True)


def _create_sqlite(address: URL) -> Engine:
    file = address.database or ":memory:"
    is_persistent = file != ":memory:"
    path = Path(file) if is_persistent and not file.startswith("file:") else None
    if path is not None:
        make_folder(path.parent)
    busy_timeout = {} if "timeout" in address.query else {"timeout": BUSY_SECONDS}
    # Every connection to :memory: is a database of its own: allow only one.
    pool = {} if is_persistent else {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
    engine = create_engine(
        address,
        connect_args=busy_timeout | {"check_same_thread": False},
        hide_parameters=True,
        **pool,
    )
    attach(engine, opened := SqliteFile(path))
    event.listen(engine, "do_connect", lambda *_: opened.prepare())
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "connect", lambda *_: opened.remember())
    event.listen(engine, "begin", _begin)
    event.listen(engine, "engine_disposed", lambda _: opened.close_writer())
    return engine


def _set_pragmas(connection: sqlite3.Connection, record: Any) -> None:
    # The driver must not begin transactions by itself: _begin does.
    connection.isolation_level = None
    _enable_wal(connection)
    for pragma in ("synchronous=NORMAL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    (record.info[_BUSY_MILLISECONDS],) = connection.execute("PRAGMA busy_timeout").fetchone()


def _enable_wal(connection: sqlite3.Connection) -> None:
    deadline = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as exc:
            # Two processes that open a new file at once collide here, and SQLite does not wait by itself.
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
            sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    access = connection.get_execution_options().get(_ACCESS, "write")
    *pragmas, begin = _BEGIN_STATEMENTS[access]
    # To the driver itself: there is nothing in them that SQLAlchemy could add but its time.
    driver: Any = connection.connection.driver_connection
    if connection.info.get(_ACCESS) != access:
        waits = access != _AT_ONCE
        busy = f"PRAGMA busy_timeout={connection.info[_BUSY_MILLISECONDS] if waits else 0}"
        for pragma in (*pragmas, busy, f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES if waits else 0}"):
            driver.execute(pragma)
        connection.info[_ACCESS] = access
    driver.execute(begin)
