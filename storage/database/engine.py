"""Opens a database and its transactions: SQLite by default, PostgreSQL for many machines; knows no table."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from storage.database.sqlite_file import SqliteFile, attach, file_of, make_folder
from storage.errors import (
    DatabaseDamagedError,
    DatabaseGoneError,
    DatabaseIOError,
    DatabaseLockedError,
    DatabaseReadOnlyError,
    DatabaseUrlError,
    DiskFullError,
    SchemaError,
    StorageError,
    UnavailableError,
)

BUSY_SECONDS: Final = 10
"""How long to wait for another writer, or for a server that does not answer."""

_ACCESS: Final = "paligs_access"
_ERASED: Final = "paligs_erased"
_MISSING_OBJECT_CODES: Final = frozenset({"42P01", "42703"})
"""PostgreSQL's codes for a missing table or column."""
CHECKPOINT_BUSY_MILLISECONDS: Final = 1000
"""How long emptying the write-ahead log waits for readers; writers wait with it."""
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
_BEGIN_STATEMENTS: Final = {
    "read": ("PRAGMA query_only=ON", "BEGIN"),
    "write": ("PRAGMA query_only=OFF", "PRAGMA foreign_keys=ON", "BEGIN IMMEDIATE"),
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


def truncate_log_after_commit(connection: Connection) -> None:
    """Have SQLite's write-ahead log emptied once this transaction is committed: what it erased stands there, too."""
    connection.info[_ERASED] = True


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
    try:
        with (
            lock,
            engine.connect().execution_options(**options) if kept is None else _kept_writer(engine, kept) as connection,
        ):
            connection.info.pop(_ERASED, None)
            with connection.begin():
                yield connection
            erased = connection.info.pop(_ERASED, False)
    except DBAPIError as exc:
        raise _translate_error(exc) from exc
    except sqlite3.Error as exc:
        raise translate_sqlite_error(exc) from exc
    if file is not None and (erased or (file.holds_erased and access == "write")):
        checkpoint(engine)


@contextmanager
def _kept_writer(engine: Engine, file: SqliteFile) -> Iterator[Connection]:
    """The connection of all writers of an SQLite file, whose lock is held: to get one each time from the pool takes
    longer than SQLite's own work of a transaction. After an error the next writer gets a new one."""
    if file.writer is None:
        file.writer = engine.connect().execution_options(**{_ACCESS: "write"})
    try:
        yield file.writer
    except BaseException:
        file.close_writer()
        raise


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


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not begin transactions by itself: _begin does.
    connection.isolation_level = None
    _enable_wal(connection)
    for pragma in ("synchronous=NORMAL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


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
        for pragma in pragmas:
            driver.execute(pragma)
        connection.info[_ACCESS] = access
    driver.execute(begin)
