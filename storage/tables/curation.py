"""What the bot was taught beside its content files, and what is to be left out."""

from sqlalchemy import Column, Index, Integer, Table

from storage.tables.base import metadata
from storage.tables.types import BigKey, Moment, Words

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
