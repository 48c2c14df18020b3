"""Stores what agents note about a conversation for each other; never sent to anybody, and erased with the person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from storage.tables import notes


@dataclass(frozen=True, kw_only=True)
class Note:
    """An internal note, and the agent who wrote it."""

    id: int
    author: str
    text: str
    at: datetime


def add(connection: Connection, conversation_id: str, author: str, text: str, now: datetime) -> int:
    """Store a note; its number."""
    values = {"conversation_id": conversation_id, "author": author, "text": text, "created_at": now}
    number: int = connection.execute(insert(notes).values(values).returning(notes.c.id)).scalar_one()
    return number


def list_notes(connection: Connection, conversation_id: str, *, limit: int = 100) -> tuple[Note, ...]:
    """The newest notes of a conversation, newest first."""
    wanted = select(notes).where(notes.c.conversation_id == conversation_id).order_by(notes.c.id.desc()).limit(limit)
    return tuple(
        Note(id=row.id, author=row.author, text=row.text, at=row.created_at) for row in connection.execute(wanted)
    )
