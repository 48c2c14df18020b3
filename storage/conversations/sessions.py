"""What the bot remembers of a talk between two messages, as JSON; it knows nothing of what is in it."""

from datetime import datetime
from functools import cache

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, Executable, bindparam, select

from handlers.model.session import Session
from storage.database.upsert import insert_into
from storage.tables import sessions

_json: TypeAdapter[Session] = TypeAdapter(Session)
_read = select(sessions.c.data).where(sessions.c.conversation_id == bindparam("talk"))


def read(connection: Connection, talk: str) -> Session:
    """The session of a talk, new where there is none.

    One that this version of the program cannot read becomes a new one too: to be asked once more for a language is
    better than to get no answer at all.
    """
    stored = connection.scalar(_read, {"talk": talk})
    if stored is None:
        return Session()
    try:
        return _json.validate_json(stored)
    except ValidationError:
        return Session()


def write(connection: Connection, talk: str, session: Session, now: datetime) -> None:
    """Keep `session` until the next message."""
    values = {"conversation_id": talk, "data": _json.dump_json(session).decode(), "updated_at": now}
    connection.execute(_write(connection.dialect.name), values)


@cache
def _write(dialect: str) -> Executable:
    fresh = insert_into(dialect, sessions)
    newer = {"data": fresh.excluded.data, "updated_at": fresh.excluded.updated_at}
    return fresh.on_conflict_do_update(index_elements=["conversation_id"], set_=newer)
