"""Opens a database and its transactions: SQLite by default, PostgreSQL for many machines; it knows no table."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from storage.errors import DatabaseUrlError, SchemaError, StorageError, UnavailableError

BUSY_SECONDS: Final = 10
"""How long to wait for another process that writes, or for a server that does not answer."""

_ACCESS: Final = "paligs_access"
_WRITE_LOCK: Final = "paligs_turnstile"
_MISSING_OBJECT_CODES: Final = frozenset({"42P01", "42703"})
"""PostgreSQL's names for a table or a column that is not there."""
_TEMPORARY_ERROR_CODES: Final = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN}
)
_BEGIN_STATEMENTS: Final = {
    "read": ("PRAGMA query_only=ON", "BEGIN"),
    "write": ("PRAGMA query_only=OFF", "PRAGMA foreign_keys=ON", "BEGIN IMMEDIATE"),
    # A table that is rebuilt would take with it what refers to it; and this holds only outside a transaction.
    "migrate": ("PRAGMA query_only=OFF", "PRAGMA foreign_keys=OFF", "BEGIN IMMEDIATE"),
}


def create_database_engine(url: str) -> Engine:
    """An engine for `url`. The folder of an SQLite file is made where it is missing; nothing is connected yet.

    Raises:
        AddressError: says what to write instead, and never shows the URL's password.
    """
    address = _parse_url(url)
    return _create_sqlite(address) if address.get_backend_name() == "sqlite" else _create_postgresql(address)


def check_url(url: str) -> None:
    """Nothing, where `url` can be used; nothing is connected or made.

    Raises:
        AddressError: as `create`.
    """
    _parse_url(url)


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write: committed at the end, rolled back when anything raises.

    Raises:
        UnavailableError: the database is busy or out of reach; nothing was stored.
        SchemaError: the database is of another version.
    """
    with _transaction(engine, "write") as connection:
        yield connection


@contextmanager
def read_transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction that sees a steady picture; both databases refuse to write in it.

    Raises:
        UnavailableError: the database is busy or out of reach.
    """
    with _transaction(engine, "read") as connection:
        yield connection


@contextmanager
def migration_transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction that may rebuild tables: SQLite does not look at foreign keys in it, the caller does."""
    with _transaction(engine, "migrate") as connection:
        yield connection


def driver_arguments(engine: Engine) -> dict[str, Any]:
    """What the driver is called with, for those who need a connection of their own to the same database."""
    _, arguments = engine.dialect.create_connect_args(engine.url)
    return {name: value for name, value in arguments.items() if name != "context"}


def checkpoint(engine: Engine) -> None:
    """Empty SQLite's write-ahead log into the file, so that no erased words are left behind in it.

    It is put off where somebody reads or writes just then; SQLite does the same now and then by itself.
    """
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()


@contextmanager
def _transaction(engine: Engine, access: str) -> Iterator[Connection]:
    options: dict[str, Any] = {_ACCESS: access}
    if engine.dialect.name == "postgresql" and access == "read":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    lock = nullcontext() if access == "read" else _write_lock(engine)
    try:
        with lock, engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection
    except DBAPIError as exc:
        raise _translate_error(exc) from exc


def _translate_error(exc: DBAPIError) -> StorageError:
    cause = exc.orig
    if getattr(cause, "sqlstate", None) in _MISSING_OBJECT_CODES or str(cause).startswith("no such"):
        return SchemaError()
    if isinstance(cause, sqlite3.Error):
        temporary = getattr(cause, "sqlite_errorcode", 0) & 0xFF in _TEMPORARY_ERROR_CODES
    else:
        temporary = isinstance(exc, OperationalError)
    return UnavailableError() if temporary else StorageError()


def _write_lock(engine: Engine) -> AbstractContextManager[Any]:
    # Writers of one process queue here: SQLite's own waiting is a sleep of up to 100 ms.
    lock: AbstractContextManager[Any] = engine.get_execution_options().get(_WRITE_LOCK, nullcontext())
    return lock


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
    # Parameters hold what people wrote: they stay out of errors and logs.
    return create_engine(address.update_query_dict(missing), pool_pre_ping=True, hide_parameters=True)


def _create_sqlite(address: URL) -> Engine:
    file = address.database or ":memory:"
    is_persistent = file != ":memory:"
    if is_persistent and not file.startswith("file:"):
        _make_folder(Path(file).parent)
    busy_timeout = {} if "timeout" in address.query else {"timeout": BUSY_SECONDS}
    # In memory every connection is a database of its own: there may be one only.
    pool = {} if is_persistent else {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
    engine = create_engine(
        address,
        connect_args=busy_timeout | {"check_same_thread": False},
        execution_options={_WRITE_LOCK: threading.Lock()},
        hide_parameters=True,
        **pool,
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        message = f"The folder {folder} of the database cannot be made: choose another, or make it writable."
        raise DatabaseUrlError(message) from exc


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not begin transactions of its own accord: _begin says how.
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
            # Two that open a new file at once get in each other's way here, and SQLite does not wait by itself.
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
            sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    access = connection.get_execution_options().get(_ACCESS, "write")
    *pragmas, begin = _BEGIN_STATEMENTS[access]
    if connection.info.get(_ACCESS) != access:
        for pragma in pragmas:
            connection.exec_driver_sql(pragma)
        connection.info[_ACCESS] = access
    connection.exec_driver_sql(begin)
