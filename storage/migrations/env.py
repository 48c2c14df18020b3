"""Runs the revisions for Alembic, on the connection of storage.migrations.upgrade; a developer gives `-x url=...`."""

from alembic import context
from sqlalchemy import Connection

from storage.database.engine import create_database_engine, migration_transaction
from storage.tables import metadata


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        include_name=lambda name, kind, _: kind != "table" or name in metadata.tables,
        # SQLite changes a table by building it anew.
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    _run(given)
else:
    with migration_transaction(create_database_engine(context.get_x_argument(as_dictionary=True)["url"])) as opened:
        _run(opened)
