"""A number that grows with every lesson and every edit of an entry, by which processes see that there are new ones."""

from functools import cache
from typing import Final

from sqlalchemy import Connection, Executable, select

from storage.database.upsert import insert_into
from storage.tables import knowledge_revision


def read_revision(connection: Connection) -> int:
    """The number; 0 if there never was a lesson or an edit."""
    return connection.scalar(_select_revision) or 0


def bump_revision(connection: Connection) -> None:
    """Let it grow: of two who change something at once, the second waits for the first."""
    connection.execute(_increment_revision(connection.dialect.name), {"id": _REVISION_ROW_ID, "revision": 1})


@cache
def _increment_revision(dialect: str) -> Executable:
    more = {"revision": knowledge_revision.c.revision + 1}
    return insert_into(dialect, knowledge_revision).on_conflict_do_update(index_elements=["id"], set_=more)


_REVISION_ROW_ID: Final = 1
_select_revision = select(knowledge_revision.c.revision).where(knowledge_revision.c.id == _REVISION_ROW_ID)
