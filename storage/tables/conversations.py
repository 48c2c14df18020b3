"""Conversations, turns, messages, notes, sessions, dead letters and feedback."""

from sqlalchemy import (
    Boolean,
    Column,
    ColumnClause,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    false,
    literal_column,
)

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
    # Contact details, if the channel provides them: a username, a location, and a name.
    Column("handle", SafeText),
    Column("place", SafeText),
    Column("profile_name", SafeText),
    # What the person told of themselves (handlers.model.details).
    Column("said_name", SafeText),
    Column("said_phone", SafeText),
    Column("said_place", SafeText),
    Column("said_device", SafeText),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("forgotten_at", UtcDateTime),
    # The agent who writes to the person; until then the bot is silent.
    Column("agent", SafeText),
    Column("agent_until", UtcDateTime),
    # The venue that they are known to be at, its till, and the number of the link that told it; without a link an agent
    # has confirmed it.
    Column("venue_id", BigKey),
    Column("venue_till", SafeText),
    Column("venue_link_id", BigKey),
    # Asked to be sent news as soon as there is any.
    Column("news_wanted", Boolean, nullable=False, server_default=false()),
    # In a group each person has a conversation of their own: an open question and an erasure are theirs.
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

_wants_news: ColumnClause[bool] = literal_column("news_wanted")
Index("ix_conversations_news_wanted", conversations.c.id, sqlite_where=_wants_news, postgresql_where=_wants_news)

_at_venue = conversations.c.venue_id.is_not(None)
Index("ix_conversations_venue_id", conversations.c.venue_id, sqlite_where=_at_venue, postgresql_where=_at_venue)

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
    # Numbers are never reused: a tap on an option of an erased turn must not match another one.
    sqlite_autoincrement=True,
)
# A literal, not a parameter: the planner cannot match a partial index to a parameter.
unclear = turns.c.outcome != literal_column("'answered'")
"""Not understood, or only after a clarification."""
Index("ix_turns_unclear", turns.c.id, sqlite_where=unclear, postgresql_where=unclear)

messages = Table(
    "messages",
    metadata,
    # Both sides share this number: the order of a conversation, and where a web page resumes.
    Column("id", BigKey, primary_key=True, autoincrement=True),
    conversation_id_column(),
    Column("turn_id", BigKey, ForeignKey("turns.id")),
    Column("side", SafeText, nullable=False),
    Column("text", SafeText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    # Only for a person's message.
    Column("provider_id", SafeText),
    Column("kind", SafeText),
    Column("choice", SafeText),
    # The platform's own reference to a picture, sound or document.
    Column("media", SafeText),
    # The words that were read from a picture, masked.
    Column("picture_text", SafeText),
    # The turn whose options a tap chose from.
    Column("source_turn", SafeText),
    # Only for a reply: its options and its delivery. `due_at` is set exactly while it waits to be sent.
    Column("options", SafeText),
    # The agent who wrote it; empty for the bot's own replies.
    Column("author", SafeText),
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
_pictured = messages.c.picture_text.is_not(None)
Index("ix_messages_failed", messages.c.id, sqlite_where=_failed, postgresql_where=_failed)
Index("ix_messages_queue", messages.c.conversation_id, messages.c.id, sqlite_where=_waiting, postgresql_where=_waiting)
Index(
    "ix_messages_pictured",
    messages.c.conversation_id,
    messages.c.id,
    sqlite_where=_pictured,
    postgresql_where=_pictured,
)
Index("ix_messages_receipt", messages.c.receipt, sqlite_where=_receipted, postgresql_where=_receipted)

notes = Table(
    "notes",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    conversation_id_column(),
    Column("author", SafeText, nullable=False),
    Column("text", SafeText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_notes_conversation_id", "conversation_id"),
    sqlite_autoincrement=True,
)

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

places = Table(
    "places",
    metadata,
    Column("channel", SafeText, primary_key=True),
    Column("address", SafeText, primary_key=True),
    # What the address is now; empty: it is gone.
    Column("moved_to", SafeText),
    Column("learned_at", UtcDateTime, nullable=False),
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
