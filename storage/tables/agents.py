"""Agents of the console, their sessions, and the audit log."""

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table

from storage.tables.base import metadata
from storage.tables.types import BigKey, SafeText, UtcDateTime

agents = Table(
    "agents",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("name", SafeText, nullable=False),
    # The name as it is compared: "Anna" and "anna" are the same.
    Column("key", SafeText, nullable=False, unique=True),
    Column("role", SafeText, nullable=False),
    Column("password", SafeText),
    Column("language", SafeText),
    # Sessions of an older version are invalid.
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    sqlite_autoincrement=True,
)

agent_sessions = Table(
    "agent_sessions",
    metadata,
    # A hash: reading the table does not allow to sign in.
    Column("key", SafeText, primary_key=True),
    Column("agent_id", BigKey, ForeignKey("agents.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_agent_sessions_agent_id", "agent_id"),
    Index("ix_agent_sessions_seen_at", "seen_at"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("name_key", SafeText, nullable=False),
    Column("address_key", SafeText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_sign_ins_at", "at"),
    sqlite_autoincrement=True,
)

sign_in_places = Table(
    "sign_in_places",
    metadata,
    Column("name_key", SafeText, nullable=False),
    Column("address_key", SafeText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("name_key", "address_key"),
)

address_counts = Table(
    "address_counts",
    metadata,
    Column("address_key", SafeText, nullable=False),
    Column("what", SafeText, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("address_key", "what"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    # A name, not a reference: the record outlives the agent.
    Column("agent", SafeText),
    Column("event", SafeText, nullable=False),
    Column("subject", SafeText),
    Index("ix_audit_at", "at"),
    Index("ix_audit_agent_id", "agent", "id"),
    Index("ix_audit_event_id", "event", "id"),
    sqlite_autoincrement=True,
)
