"""Runs the revisions once in a process, where each test that opens an empty SQLite database would run them all again."""

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import Connection as SQLiteConnection
from typing import Final, cast

import pytest
from sqlalchemy import Connection

from storage.migrations import alembic_runner

run_revisions: Final = alembic_runner.upgrade_to_head
"""What the program does; a test of the revisions wants nothing else."""


@contextmanager
def revisions_run_once() -> Iterator[None]:
    """An empty SQLite database gets what the revisions made of the first one; any other is upgraded by them."""
    script: list[str] = []

    def upgrade_to_head(connection: Connection) -> None:
        if connection.dialect.name != "sqlite" or not _is_empty(connection):
            run_revisions(connection)
        elif script:
            for statement in script:
                connection.exec_driver_sql(statement)
        else:
            run_revisions(connection)
            script.extend(_dump(connection))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alembic_runner, "upgrade_to_head", upgrade_to_head)
        yield


def _is_empty(connection: Connection) -> bool:
    return connection.exec_driver_sql("SELECT 1 FROM sqlite_schema LIMIT 1").first() is None


def _dump(connection: Connection) -> list[str]:
    driver = cast("SQLiteConnection", connection.connection.driver_connection)
    return [statement for statement in driver.iterdump() if statement not in ("BEGIN TRANSACTION;", "COMMIT;")]
