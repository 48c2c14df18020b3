"""What the bot remembers of a talk between two messages, as JSON; it knows nothing of what is in it."""

from datetime import datetime
from functools import cache

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, Executable, bindparam, select

from handlers.model.session import Session
from storage.database.upsert import insert_into
from storage.tables import sessions

_session_json: TypeAdapter[Session] = TypeAdapter(Session)
_select_data = select(sessions.c.data).where(sessions.c.conversation_id == bindparam("talk"))


def read(connection: Connection, conversation_id: str) -> Session:
    """The session of a talk, new where there is none.

    One that this version of the program cannot read becomes a new one too: to be asked once more for a language is
    better than to get no answer at all.
    """
    stored = connection.scalar(_select_data, {"talk": conversation_id})
    if stored is None:
        return Session()
    try:
        return _session_json.validate_json(stored)
    except ValidationError:
        return Session()


def write(connection: Connection, conversation_id: str, session: Session, now: datetime) -> None:
    """Keep `session` until the next message."""
    values = {"conversation_id": conversation_id, "data": _session_json.dump_json(session).decode(), "updated_at": now}
    connection.execute(_upsert_session(connection.dialect.name), values)


@cache
def _upsert_session(dialect: str) -> Executable:
    fresh = insert_into(dialect, sessions)
    newer = {"data": fresh.excluded.data, "updated_at": fresh.excluded.updated_at}
    return fresh.on_conflict_do_update(index_elements=["conversation_id"], set_=newer)
