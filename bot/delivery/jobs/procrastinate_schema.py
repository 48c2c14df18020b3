"""Brings Procrastinate's own tables into a PostgreSQL database, beside those of this program; Alembic knows neither."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, func, select, text

from bot.delivery.jobs.interface import Workers
from storage.database.engine import migrating, reading
from storage.errors import MigrationError

if TYPE_CHECKING:
    from procrastinate.schema import SchemaManager

_LOCK: Final = 7_065_108_106
"""Next to that of storage.migrations.upgrade; no other program may take it for its own in the same database."""

_MARK: Final = "paligs: Procrastinate as of "
"""A comment on its first table says which of its migrations were the last: it keeps no account of them itself."""


def upgrade(engine: Engine) -> None:
    """Bring the tables to the installed Procrastinate, in one transaction; nothing to do on SQLite.

    Raises:
        MigrationError: the tables are not ours to change; nothing was.
        StorageError: the database did not do it; nothing was changed.
    """
    if engine.dialect.name != "postgresql":
        return
    with migrating(engine) as connection:
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        there, mark = _look(connection)
        if not there:
            _run(connection, _manager().get_schema())
        elif mark is None:
            raise MigrationError(_NOT_OURS)
        elif mark > _newest():
            raise MigrationError(_newer(mark))
        else:
            for migration in _after(mark):
                _run(connection, migration.read_text("utf-8"))
        _run(connection, f"COMMENT ON TABLE procrastinate_jobs IS '{_MARK}{_newest()}'")


def check(engine: Engine) -> list[str]:
    """What is amiss with the tables, each with its remedy; nothing is on SQLite, which needs none.

    Raises:
        UnavailableError: the database is busy or out of reach.
    """
    if engine.dialect.name != "postgresql":
        return []
    with reading(engine) as connection:
        return list(_faults(*_look(connection)))


def workers(connection: Connection, *, stalled: timedelta) -> Workers:
    """Who works on this database; one that has given no sign of life for as long as `stalled` is taken for dead."""
    row = connection.execute(_workers, {"stalled": stalled}).one()
    return Workers(alive=row.alive, seconds=None if row.silence is None else row.silence.total_seconds())


_workers: Final = text(
    "SELECT count(*) FILTER (WHERE last_heartbeat > now() - CAST(:stalled AS interval)) AS alive,"
    " now() - max(last_heartbeat) AS silence FROM procrastinate_workers"
)


_NOT_OURS: Final = (
    "The tables of Procrastinate were made by another program: give this one a database of its own (DATABASE_URL)."
)


def _manager() -> "type[SchemaManager]":
    from procrastinate.schema import SchemaManager

    return SchemaManager


def _faults(there: bool, mark: str | None) -> Iterator[str]:
    if not there:
        yield "The tables of Procrastinate are missing: run paligs db upgrade."
    elif mark is None:
        yield _NOT_OURS
    elif _after(mark):
        yield f"The tables of Procrastinate are as of {mark}: run paligs db upgrade."
    elif mark > _newest():
        yield _newer(mark)


def _newer(mark: str) -> str:
    return f"The tables of Procrastinate are of a newer program ({mark}): install that one, or restore a backup."


def _look(connection: Connection) -> tuple[bool, str | None]:
    found = connection.execute(
        text("SELECT oid, obj_description(oid) AS said FROM pg_class WHERE oid = to_regclass(:name)"),
        {"name": "procrastinate_jobs"},
    ).one_or_none()
    if found is None:
        return False, None
    said = str(found.said or "")
    return True, said.removeprefix(_MARK) if said.startswith(_MARK) else None


def _migrations() -> list[Path]:
    return sorted(Path(_manager().get_migrations_path()).glob("*.sql"))


def _newest() -> str:
    return _migrations()[-1].stem


def _after(mark: str) -> list[Path]:
    return [migration for migration in _migrations() if migration.stem > mark]


def _run(connection: Connection, script: str) -> None:
    # Several statements at once go only where there are no parameters at all.
    connection.exec_driver_sql(script, execution_options={"no_parameters": True})
