"""Lessons, edited entries and drafts beside the content files, and ignored questions."""

from sqlalchemy import Column, Index, Integer, Table

from storage.tables.base import metadata
from storage.tables.types import BigKey, SafeText, UtcDateTime

taught = Table(
    "taught",
    metadata,
    # Not personal: an agent has confirmed the text, and no conversation is named.
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("kind", SafeText, nullable=False),
    Column("entry", SafeText),
    Column("language", SafeText, nullable=False),
    Column("text", SafeText, nullable=False),
    Column("folded", SafeText, nullable=False),
    Column("taught_by", SafeText, nullable=False),
    Column("taught_at", UtcDateTime, nullable=False),
    Column("undone_by", SafeText),
    Column("undone_at", UtcDateTime),
    # Set once the content files hold it.
    Column("filed_at", UtcDateTime),
    sqlite_autoincrement=True,
)
_is_active = taught.c.undone_at.is_(None) & taught.c.filed_at.is_(None)
Index("uq_taught_folded", taught.c.folded, unique=True, sqlite_where=_is_active, postgresql_where=_is_active)

entry_versions = Table(
    "entry_versions",
    metadata,
    # Not personal: what an agent wrote for everybody.
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("entry", SafeText, nullable=False),
    # The digest of the content file's entry that was edited.
    Column("based_on", SafeText, nullable=False),
    Column("titles", SafeText, nullable=False),
    Column("answers", SafeText, nullable=False),
    Column("questions", SafeText, nullable=False),
    Column("sources", SafeText, nullable=False),
    Column("review_by", SafeText, nullable=False),
    Column("state", SafeText, nullable=False),
    Column("edited_by", SafeText, nullable=False),
    Column("edited_at", UtcDateTime, nullable=False),
    Column("decided_by", SafeText),
    Column("decided_at", UtcDateTime),
    Column("released_at", UtcDateTime),
    sqlite_autoincrement=True,
)
Index("ix_entry_versions_entry", entry_versions.c.entry)

knowledge_revision = Table(
    "knowledge_revision",
    metadata,
    # One row, whose number grows with every change of lessons and entries.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
)

ignored = Table(
    "ignored",
    metadata,
    Column("fingerprint", SafeText, primary_key=True),
    Column("ignored_by", SafeText, nullable=False),
    Column("ignored_at", UtcDateTime, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("act", SafeText, nullable=False),
    Column("line", SafeText, nullable=False),
    Column("titles", SafeText, nullable=False),
    Column("answers", SafeText, nullable=False),
    Column("questions", SafeText, nullable=False),
    Column("drafted_by", SafeText, nullable=False),
    Column("drafted_at", UtcDateTime, nullable=False),
)
