"""Stores the session of a conversation as JSON; knows nothing of its contents."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from handlers.model.session import Session
from storage.conversations.stored_json import dump_session, parse_session
from storage.database.prepared import PreparedStatement, Statement
from storage.database.upsert import insert_into
from storage.tables import sessions

_select_data = select(sessions.c.data).where(sessions.c.conversation_id == bindparam("talk"))


def read(connection: Connection, conversation_id: str) -> Session:
    """The session of a conversation, a new one if there is none."""
    return session_from(connection.scalar(_select_data, {"talk": conversation_id}))


def session_from(stored: str | None) -> Session:
    """The session that is stored, a new one if there is none.

    A session that this version cannot read is replaced by a new one: asking for the language again is better than no
    answer at all.
    """
    if stored is None:
        return Session()
    try:
        return parse_session(stored)
    except ValueError:
        return Session()


def write(connection: Connection, conversation_id: str, session: Session, now: datetime) -> None:
    """Store `session`."""
    values = {"conversation_id": conversation_id, "data": dump_session(session), "updated_at": now}
    _upsert.run(connection, values)


def _upsert_session(dialect: str) -> Statement:
    fresh = insert_into(dialect, sessions)
    newer = {"data": fresh.excluded.data, "updated_at": fresh.excluded.updated_at}
    return fresh.on_conflict_do_update(index_elements=["conversation_id"], set_=newer)


_upsert = PreparedStatement(_upsert_session)
