"""The tables: whatever belongs to a person hangs on `conversation_id`, so that erasing and exporting miss nothing."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    literal_column,
)

from storage.columns import BigKey, Moment, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _owner(*, primary_key: bool = False) -> Column[str]:
    return Column("conversation_id", Words, ForeignKey("conversations.id"), primary_key=primary_key, nullable=False)


conversations = Table(
    "conversations",
    metadata,
    Column("id", Words, primary_key=True),
    Column("channel", Words, nullable=False),
    Column("address", Words, nullable=False),
    Column("sender", Words, nullable=False),
    Column("language", Words),
    # How people find the person again, where the channel tells: a name to write to, and a place.
    Column("handle", Words),
    Column("place", Words),
    Column("created_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("forgotten_at", Moment),
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
    _owner(),
    Column("number", Integer, nullable=False),
    Column("handler", Words, nullable=False),
    Column("outcome", Words, nullable=False),
    Column("act", Words, nullable=False),
    Column("entry", Words),
    Column("line", Words),
    Column("score", Float, nullable=False),
    Column("language", Words, nullable=False),
    Column("trace", Words, nullable=False),
    Column("content_version", Words, nullable=False),
    Column("milliseconds", Float, nullable=False),
    Column("traceparent", Words),
    Column("created_at", Moment, nullable=False),
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
    _owner(),
    Column("turn_id", BigKey, ForeignKey("turns.id")),
    Column("side", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    # What only a person's message has.
    Column("provider_id", Words),
    Column("kind", Words),
    Column("choice", Words),
    # What only a reply has: its choices and its delivery. `due_at` is set exactly while it waits to be sent.
    Column("options", Words),
    Column("state", Words),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment),
    Column("receipt", Words),
    Column("error", Words),
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
    _owner(primary_key=True),
    Column("data", Words, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    _owner(),
    Column("turn_id", BigKey, ForeignKey("turns.id"), nullable=False),
    Column("line", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("taken_by", Words),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("closed_at", Moment),
    # What happens when nobody takes it; each is set exactly while it is still to come.
    Column("remind_at", Moment),
    Column("escalate_at", Moment),
    Index("ix_handoffs_conversation_id", "conversation_id"),
    Index("ix_handoffs_turn_id", "turn_id"),
    Index("ix_handoffs_created_at", "created_at"),
    sqlite_autoincrement=True,
)
_current = handoffs.c.closed_at.is_(None)
Index("ix_handoffs_current", handoffs.c.created_at, sqlite_where=_current, postgresql_where=_current)
Index(
    "uq_handoffs_current",
    handoffs.c.conversation_id,
    handoffs.c.line,
    unique=True,
    sqlite_where=_current,
    postgresql_where=_current,
)

_reminding, _escalating = handoffs.c.remind_at.is_not(None), handoffs.c.escalate_at.is_not(None)
Index("ix_handoffs_remind_at", handoffs.c.remind_at, sqlite_where=_reminding, postgresql_where=_reminding)
Index("ix_handoffs_escalate_at", handoffs.c.escalate_at, sqlite_where=_escalating, postgresql_where=_escalating)

handoff_events = Table(
    "handoff_events",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    _owner(),
    Column("handoff_id", BigKey, ForeignKey("handoffs.id"), nullable=False),
    Column("what", Words, nullable=False),
    Column("who", Words),
    Column("created_at", Moment, nullable=False),
    Index("ix_handoff_events_conversation_id", "conversation_id"),
    Index("ix_handoff_events_handoff_id", "handoff_id"),
    sqlite_autoincrement=True,
)

notices = Table(
    "notices",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    # Empty once the person is forgotten: what is left then tells only where a message stands that must be changed.
    Column("conversation_id", Words, ForeignKey("conversations.id")),
    Column("handoff", BigKey, nullable=False),
    Column("kind", Words, nullable=False),
    Column("target", Words, nullable=False),
    # Whether what was sent there can be changed, so that it follows the talk.
    Column("live", Boolean, nullable=False),
    Column("state", Words, nullable=False),
    # The version that is to be shown, and the one that is: `due_at` is set exactly while they differ.
    Column("wanted", Integer, nullable=False),
    Column("shown", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment),
    Column("receipt", Words),
    Column("error", Words),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("handoff", "kind", "target"),
    Index("ix_notices_conversation_id", "conversation_id"),
    sqlite_autoincrement=True,
)
_untold = notices.c.due_at.is_not(None)
Index("ix_notices_due_at", notices.c.due_at, sqlite_where=_untold, postgresql_where=_untold)

notice_pace = Table(
    "notice_pace",
    metadata,
    Column("target", Words, primary_key=True),
    # When the latest messages went there, as JSON.
    Column("recent", Words, nullable=False),
)

parked = Table(
    "parked",
    metadata,
    _owner(primary_key=True),
    Column("provider_id", Words, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("error", Words, nullable=False),
    Column("tried_at", Moment, nullable=False),
    Index("ix_parked_attempts", "attempts", "tried_at"),
)


def _alike() -> tuple[Column[Any], ...]:
    """How many messages that were alike."""
    alike = (Column(name, Words, primary_key=True) for name in ("channel", "language", "act", "outcome", "entry"))
    return (Column("day", Date, primary_key=True), *alike, Column("count", Integer, nullable=False))


daily_counts = Table(
    "daily_counts",
    metadata,
    # Nothing personal: these outlive an erasure.
    *_alike(),
)

feedback = Table(
    "feedback",
    metadata,
    Column("turn_id", BigKey, ForeignKey("turns.id"), primary_key=True, autoincrement=False),
    _owner(),
    Column("helped", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_feedback_conversation_id", "conversation_id"),
)

daily_feedback = Table(
    "daily_feedback",
    metadata,
    # Nothing personal: these outlive an erasure.
    Column("day", Date, primary_key=True),
    Column("channel", Words, primary_key=True),
    Column("language", Words, primary_key=True),
    Column("entry", Words, primary_key=True),
    Column("helped", Integer, nullable=False),
    Column("not_helped", Integer, nullable=False),
)

taught = Table(
    "taught",
    metadata,
    # Nothing personal: an agent has confirmed the words, and no talk is named.
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("kind", Words, nullable=False),
    Column("entry", Words),
    Column("language", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("folded", Words, nullable=False),
    Column("taught_by", Words, nullable=False),
    Column("taught_at", Moment, nullable=False),
    Column("undone_by", Words),
    Column("undone_at", Moment),
    # Set once it stands in the content files.
    Column("filed_at", Moment),
    sqlite_autoincrement=True,
)
_counts = taught.c.undone_at.is_(None) & taught.c.filed_at.is_(None)
Index("uq_taught_folded", taught.c.folded, unique=True, sqlite_where=_counts, postgresql_where=_counts)

knowledge_revision = Table(
    "knowledge_revision",
    metadata,
    # One row, whose number grows with every change of what is taught.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
)

ignored = Table(
    "ignored",
    metadata,
    Column("fingerprint", Words, primary_key=True),
    Column("ignored_by", Words, nullable=False),
    Column("ignored_at", Moment, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", Words, primary_key=True),
    Column("act", Words, nullable=False),
    Column("line", Words, nullable=False),
    Column("titles", Words, nullable=False),
    Column("answers", Words, nullable=False),
    Column("questions", Words, nullable=False),
    Column("drafted_by", Words, nullable=False),
    Column("drafted_at", Moment, nullable=False),
)

agents = Table(
    "agents",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("name", Words, nullable=False),
    # The name as it is compared: nobody may be called "Anna" beside "anna".
    Column("key", Words, nullable=False, unique=True),
    Column("role", Words, nullable=False),
    Column("password", Words),
    Column("language", Words),
    # Sessions of an older version have ended.
    Column("version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    sqlite_autoincrement=True,
)

agent_sessions = Table(
    "agent_sessions",
    metadata,
    # A hash: whoever reads the table cannot sign in with it.
    Column("key", Words, primary_key=True),
    Column("agent_id", BigKey, ForeignKey("agents.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index("ix_agent_sessions_agent_id", "agent_id"),
    Index("ix_agent_sessions_seen_at", "seen_at"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("name_key", Words, nullable=False),
    Column("address_key", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_sign_ins_at", "at"),
    sqlite_autoincrement=True,
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    # A name, not a reference: what was done stays known when the agent does not.
    Column("agent", Words),
    Column("event", Words, nullable=False),
    Column("subject", Words),
    Index("ix_audit_at", "at"),
    Index("ix_audit_agent_id", "agent", "id"),
    Index("ix_audit_event_id", "event", "id"),
    sqlite_autoincrement=True,
)

monthly_counts = Table(
    "monthly_counts",
    metadata,
    # The sums of months that are over, each under its first day, so that a year need not be added up again and again.
    *_alike(),
)

personal = tuple(table for table in metadata.sorted_tables if "conversation_id" in table.c)
"""The tables that hold what belongs to a person, owners before what hangs on them."""
