"""Hand-offs, their events, and notifications."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from storage.tables.base import conversation_id_column, metadata
from storage.tables.types import BigKey, SafeText, UtcDateTime

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    conversation_id_column(),
    Column("turn_id", BigKey, ForeignKey("turns.id"), nullable=False),
    Column("line", SafeText, nullable=False),
    Column("reason", SafeText, nullable=False),
    Column("state", SafeText, nullable=False),
    Column("taken_by", SafeText),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    # Timers while nobody has taken it; each is set exactly while it is pending.
    Column("remind_at", UtcDateTime),
    Column("escalate_at", UtcDateTime),
    # When whoever has it is asked whether they still do; set exactly while that is pending.
    Column("ask_at", UtcDateTime),
    Column("closed_reason", SafeText),
    # The entry that names what is broken, as far as it was understood; empty where only the effect was told.
    Column("cause", SafeText),
    Column("incident_id", BigKey),
    Index("ix_handoffs_conversation_id", "conversation_id"),
    Index("ix_handoffs_turn_id", "turn_id"),
    Index("ix_handoffs_created_at", "created_at"),
    Index("ix_handoffs_closed_at", "closed_at"),
    sqlite_autoincrement=True,
)
_current = handoffs.c.closed_at.is_(None)
Index("ix_handoffs_current", handoffs.c.created_at, sqlite_where=_current, postgresql_where=_current)
Index(
    "uq_handoffs_current",
    handoffs.c.conversation_id,
    unique=True,
    sqlite_where=_current,
    postgresql_where=_current,
)

_reminding, _escalating = handoffs.c.remind_at.is_not(None), handoffs.c.escalate_at.is_not(None)
Index("ix_handoffs_remind_at", handoffs.c.remind_at, sqlite_where=_reminding, postgresql_where=_reminding)
Index("ix_handoffs_escalate_at", handoffs.c.escalate_at, sqlite_where=_escalating, postgresql_where=_escalating)
_asking = handoffs.c.ask_at.is_not(None)
Index("ix_handoffs_ask_at", handoffs.c.ask_at, sqlite_where=_asking, postgresql_where=_asking)

_joined = handoffs.c.incident_id.is_not(None)
Index("ix_handoffs_incident_id", handoffs.c.incident_id, sqlite_where=_joined, postgresql_where=_joined)

# Hand-offs of one cause that came close together; nothing personal.
incidents = Table(
    "incidents",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("line", SafeText, nullable=False),
    Column("reason", SafeText, nullable=False),
    # Whether the platforms vouch for who writes: anonymous visitors of the web chat have incidents of their own.
    Column("verified", Boolean, nullable=False),
    Column("cause", SafeText),
    # How many hand-offs were notified by themselves after they had joined.
    Column("rung", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("joined_at", UtcDateTime, nullable=False),
    Column("reminded_at", UtcDateTime),
    Column("escalated_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    # The declared outage (announcements) that it belongs to, and when an agent found that it is none.
    Column("outage_id", BigKey),
    Column("dismissed_at", UtcDateTime),
    # When whoever has it was asked whether they still do.
    Column("asked_at", UtcDateTime),
    sqlite_autoincrement=True,
)
_running = incidents.c.closed_at.is_(None)
Index("ix_incidents_running", incidents.c.joined_at, sqlite_where=_running, postgresql_where=_running)

handoff_events = Table(
    "handoff_events",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    conversation_id_column(),
    Column("handoff_id", BigKey, ForeignKey("handoffs.id"), nullable=False),
    Column("what", SafeText, nullable=False),
    Column("who", SafeText),
    # The line that it came from or that was asked for, or why it was closed.
    Column("detail", SafeText),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_handoff_events_conversation_id", "conversation_id"),
    Index("ix_handoff_events_handoff_id", "handoff_id"),
    sqlite_autoincrement=True,
)

notices = Table(
    "notices",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    # Empty once the person is erased: the rest only says which message must be retracted.
    Column("conversation_id", SafeText, ForeignKey("conversations.id")),
    # The number of a hand-off, or that of an incident with a minus sign.
    Column("handoff", BigKey, nullable=False),
    Column("kind", SafeText, nullable=False),
    Column("target", SafeText, nullable=False),
    # Whether the sent message can be edited.
    Column("live", Boolean, nullable=False),
    Column("state", SafeText, nullable=False),
    # The wanted and the sent version: `due_at` is set exactly while they differ.
    Column("wanted", Integer, nullable=False),
    Column("shown", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcDateTime),
    Column("receipt", SafeText),
    Column("error", SafeText),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("handoff", "kind", "target"),
    Index("ix_notices_conversation_id", "conversation_id"),
    sqlite_autoincrement=True,
)
_undelivered = notices.c.due_at.is_not(None)
Index("ix_notices_due_at", notices.c.due_at, sqlite_where=_undelivered, postgresql_where=_undelivered)

notice_pace = Table(
    "notice_pace",
    metadata,
    Column("target", SafeText, primary_key=True),
    # When the latest messages were sent there, as JSON.
    Column("recent", SafeText, nullable=False),
)
