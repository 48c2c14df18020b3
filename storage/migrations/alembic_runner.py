"""What Alembic does for a database: loaded only where there is something for it to do; it knows no row."""

from collections.abc import Iterator
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from storage.tables import metadata

__all__ = ["CommandError", "drift", "revision_problems", "upgrade_to_head"]


def upgrade_to_head(connection: Connection) -> None:
    """Runs what is missing.

    Raises:
        CommandError: the database does not fit.
    """
    command.upgrade(_config(connection), "head")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    return config


def revision_problems(connection: Connection) -> Iterator[str]:
    """The revisions that do not fit, each with its remedy."""
    script = ScriptDirectory.from_config(_config(connection))
    current = set(MigrationContext.configure(connection).get_current_heads())
    known = {revision.revision for revision in script.walk_revisions()}
    done = {revision.revision for head in current & known for revision in script.iterate_revisions(head, "base")}
    for revision in sorted(current - known):
        yield f"Revision {revision} is of a newer program: install that one, or restore a backup."
    for revision in sorted(known - done):
        yield f"Revision {revision} is missing: run paligs db upgrade."


def drift(connection: Connection) -> Iterator[str]:
    """What differs from the tables of this program, each with its remedy."""
    options = {"compare_type": True, "include_name": _include_name}
    context = MigrationContext.configure(connection, opts=options)
    for difference in compare_metadata(context, metadata):
        yield f"The database differs from the program: {_describe(difference)}. Restore a backup, or mend it by hand."


def _include_name(name: str | None, kind: str, _parents: object) -> bool:
    # Procrastinate keeps its tables in the same database.
    return kind != "table" or name in metadata.tables


def _describe(difference: Any) -> str:
    if isinstance(difference, list):
        return "; ".join(_describe(each) for each in difference)
    what, *which = difference
    return " ".join((str(what), *(str(getattr(each, "name", each)) for each in which if each is not None)))
