"""Installs Procrastinate's own tables in a PostgreSQL database, beside those of this program; Alembic ignores them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, func, select, text

from bot.delivery.jobs.interface import Workers
from storage.database.engine import migration_transaction, read_transaction
from storage.errors import MigrationError

if TYPE_CHECKING:
    from procrastinate.schema import SchemaManager

_ADVISORY_LOCK_ID: Final = 7_065_108_106
"""Next to that of storage.migrations.upgrade; no other program may use it in the same database."""

_VERSION_COMMENT_PREFIX: Final = "paligs: Procrastinate as of "
"""A comment on its first table records the last migration: Procrastinate keeps no record itself."""


def upgrade(engine: Engine) -> None:
    """Upgrade the tables to the installed Procrastinate, in one transaction; nothing to do on SQLite.

    Raises:
        MigrationError: the tables are not ours to change; nothing was.
        StorageError: the database did not do it; nothing was changed.
    """
    if engine.dialect.name != "postgresql":
        return
    with migration_transaction(engine) as connection:
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK_ID)))
        there, mark = _installed_version(connection)
        if not there:
            _run_script(connection, _schema_manager().get_schema())
        elif mark is None:
            raise MigrationError(_NOT_OURS)
        elif mark > _newest_migration():
            raise MigrationError(_newer_program_problem(mark))
        else:
            for migration in _migrations_after(mark):
                _run_script(connection, migration.read_text("utf-8"))
        _silence_inserts(connection)
        _run_script(
            connection, f"COMMENT ON TABLE procrastinate_jobs IS '{_VERSION_COMMENT_PREFIX}{_newest_migration()}'"
        )


def find_problems(engine: Engine) -> list[str]:
    """Problems of the tables, each with its remedy; none on SQLite, which needs no tables.

    Raises:
        UnavailableError: the database is busy or out of reach.
    """
    if engine.dialect.name != "postgresql":
        return []
    with read_transaction(engine) as connection:
        return list(_find_problems(*_installed_version(connection)))


def read_workers(connection: Connection, *, stalled_after: timedelta) -> Workers:
    """The workers of this database; one without a heartbeat for `stalled_after` is considered dead."""
    row = connection.execute(_WORKERS_QUERY, {"stalled": stalled_after}).one()
    return Workers(alive=row.alive, last_heartbeat_seconds=None if row.silence is None else row.silence.total_seconds())


_WORKERS_QUERY: Final = text(
    "SELECT count(*) FILTER (WHERE last_heartbeat > now() - CAST(:stalled AS interval)) AS alive,"
    " now() - max(last_heartbeat) AS silence FROM procrastinate_workers"
)


_NOT_OURS: Final = (
    "The tables of Procrastinate were made by another program: give this one a database of its own (DATABASE_URL)."
)


def _schema_manager() -> "type[SchemaManager]":
    from procrastinate.schema import SchemaManager

    return SchemaManager


def _find_problems(exists: bool, version: str | None) -> Iterator[str]:
    if not exists:
        yield "The tables of Procrastinate are missing: run paligs db upgrade."
    elif version is None:
        yield _NOT_OURS
    elif _migrations_after(version):
        yield f"The tables of Procrastinate are as of {version}: run paligs db upgrade."
    elif version > _newest_migration():
        yield _newer_program_problem(version)


def _newer_program_problem(version: str) -> str:
    return f"The tables of Procrastinate are of a newer program ({version}): install that one, or restore a backup."


def _silence_inserts(connection: Connection) -> None:
    """Switch off the trigger that notifies workers in the transaction that inserts a job.

    Such transactions commit one after the other; workers are woken after the commit instead (worker_wakeup).
    """
    for trigger in connection.scalars(_INSERT_TRIGGERS).all():
        # Only where there is one: messages wait for this lock, if only for a moment.
        _run_script(connection, f"ALTER TABLE procrastinate_jobs DISABLE TRIGGER {trigger}")


_INSERT_TRIGGERS: Final = text(
    "SELECT quote_ident(tgname) FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
    " WHERE tgrelid = to_regclass('procrastinate_jobs') AND tgenabled <> 'D'"
    " AND starts_with(proname, 'procrastinate_notify_queue_job_inserted')"
)


def _installed_version(connection: Connection) -> tuple[bool, str | None]:
    found = connection.execute(
        text("SELECT oid, obj_description(oid) AS said FROM pg_class WHERE oid = to_regclass(:name)"),
        {"name": "procrastinate_jobs"},
    ).one_or_none()
    if found is None:
        return False, None
    said = str(found.said or "")
    return True, said.removeprefix(_VERSION_COMMENT_PREFIX) if said.startswith(_VERSION_COMMENT_PREFIX) else None


def _migrations() -> list[Path]:
    return sorted(Path(_schema_manager().get_migrations_path()).glob("*.sql"))


def _newest_migration() -> str:
    return _migrations()[-1].stem


def _migrations_after(version: str) -> list[Path]:
    return [migration for migration in _migrations() if migration.stem > version]


def _run_script(connection: Connection, script: str) -> None:
    # Several statements at once work only without parameters.
    connection.exec_driver_sql(script, execution_options={"no_parameters": True})
