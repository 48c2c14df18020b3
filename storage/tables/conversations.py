"""Talks: what was said, decided and remembered in them, what could not be taken in, and whether it helped."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, Table, UniqueConstraint, literal_column

from storage.tables.base import conversation_id_column, metadata
from storage.tables.types import BigKey, SafeText, UtcDateTime

conversations = Table(
    "conversations",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("channel", SafeText, nullable=False),
    Column("address", SafeText, nullable=False),
    Column("sender", SafeText, nullable=False),
    Column("language", SafeText),
    # How people find the person again, where the channel tells: a name to write to, and a place.
    Column("handle", SafeText),
    Column("place", SafeText),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("forgotten_at", UtcDateTime),
    # In a group each person has a talk of their own: an open question is theirs, and they can be forgotten.
    UniqueConstraint("channel", "address", "sender"),
    Index("ix_conversations_sender", "sender"),
)

_forgotten = conversations.c.forgotten_at.is_not(None)
Index(
    "ix_conversations_forgotten_at",
    conversations.c.forgotten_at,
    sqlite_where=_forgotten,
    postgresql_where=_forgotten,
)

turns = Table(
    "turns",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    conversation_id_column(),
    Column("number", Integer, nullable=False),
    Column("handler", SafeText, nullable=False),
    Column("outcome", SafeText, nullable=False),
    Column("act", SafeText, nullable=False),
    Column("entry", SafeText),
    Column("line", SafeText),
    Column("score", Float, nullable=False),
    Column("language", SafeText, nullable=False),
    Column("trace", SafeText, nullable=False),
    Column("content_version", SafeText, nullable=False),
    Column("milliseconds", Float, nullable=False),
    Column("traceparent", SafeText),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("conversation_id", "number"),
    Index("ix_turns_created_at", "created_at"),
    # A number is never given twice: a tap on a choice of an erased turn must not find another one.
    sqlite_autoincrement=True,
)
# Written out, not bound: a planner that sees a parameter cannot tell that this index will do.
unclear = turns.c.outcome != literal_column("'answered'")
"""What was not understood, or only after asking back."""
Index("ix_turns_unclear", turns.c.id, sqlite_where=unclear, postgresql_where=unclear)

messages = Table(
    "messages",
    metadata,
    # Both sides share this one growing number: it is the order of a talk, and where a web page resumes.
    Column("id", BigKey, primary_key=True, autoincrement=True),
    conversation_id_column(),
    Column("turn_id", BigKey, ForeignKey("turns.id")),
    Column("side", SafeText, nullable=False),
    Column("text", SafeText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    # What only a person's message has.
    Column("provider_id", SafeText),
    Column("kind", SafeText),
    Column("choice", SafeText),
    # What only a reply has: its choices and its delivery. `due_at` is set exactly while it waits to be sent.
    Column("options", SafeText),
    Column("state", SafeText),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcDateTime),
    Column("receipt", SafeText),
    Column("error", SafeText),
    UniqueConstraint("conversation_id", "provider_id"),
    Index("ix_messages_conversation_id_id", "conversation_id", "id"),
    Index("ix_messages_turn_id", "turn_id"),
    sqlite_autoincrement=True,
)
_waiting = messages.c.due_at.is_not(None)
_receipted = messages.c.receipt.is_not(None)
_failed = messages.c.state == "failed"
Index("ix_messages_failed", messages.c.id, sqlite_where=_failed, postgresql_where=_failed)
Index("ix_messages_queue", messages.c.conversation_id, messages.c.id, sqlite_where=_waiting, postgresql_where=_waiting)
Index("ix_messages_receipt", messages.c.receipt, sqlite_where=_receipted, postgresql_where=_receipted)

sessions = Table(
    "sessions",
    metadata,
    conversation_id_column(primary_key=True),
    Column("data", SafeText, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

parked = Table(
    "parked",
    metadata,
    conversation_id_column(primary_key=True),
    Column("provider_id", SafeText, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("error", SafeText, nullable=False),
    Column("tried_at", UtcDateTime, nullable=False),
    Index("ix_parked_attempts", "attempts", "tried_at"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("turn_id", BigKey, ForeignKey("turns.id"), primary_key=True, autoincrement=False),
    conversation_id_column(),
    Column("helped", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_feedback_conversation_id", "conversation_id"),
)
