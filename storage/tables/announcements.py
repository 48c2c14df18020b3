"""Announcements of the helpdesk (news and outages), who has seen them, how many by language, who reported an outage."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from storage.tables.base import conversation_id_column, metadata
from storage.tables.types import BigKey, SafeText, UtcDateTime

announcements = Table(
    "announcements",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("kind", SafeText, nullable=False),
    # JSON by language, the content's first language first; the first line of each text is its headline.
    Column("texts", SafeText, nullable=False),
    Column("source", SafeText, nullable=False),
    Column("author", SafeText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    # Of outages only: what kind it is, the entries and words that it concerns (a line each), until when it is expected,
    # and how many conversations reported it, were told that it is over, and could not be told.
    Column("cause", SafeText),
    Column("topics", SafeText),
    Column("words", SafeText),
    Column("expected_until", UtcDateTime),
    Column("reported", Integer, nullable=False, server_default="0"),
    Column("told", Integer, nullable=False, server_default="0"),
    Column("untold", Integer, nullable=False, server_default="0"),
    Index("ix_announcements_kind", "kind", "ends_at"),
    sqlite_autoincrement=True,
)

ANNOUNCEMENT_KINDS: Final = ("news", "outage")

announcement_views = Table(
    "announcement_views",
    metadata,
    conversation_id_column(primary_key=True),
    Column("announcement_id", BigKey, ForeignKey("announcements.id"), primary_key=True, autoincrement=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_announcement_views_announcement_id", "announcement_id"),
)

outage_reports = Table(
    "outage_reports",
    metadata,
    conversation_id_column(primary_key=True),
    Column("announcement_id", BigKey, ForeignKey("announcements.id"), primary_key=True, autoincrement=False),
    Column("reported_at", UtcDateTime, nullable=False),
    Column("venue_id", BigKey),
    # What became of telling the person that it is over; empty while nobody has tried.
    Column("result", SafeText),
    Index("ix_outage_reports_announcement_id", "announcement_id"),
)

announcement_counts = Table(
    "announcement_counts",
    metadata,
    # Not personal: stays when a person is erased.
    Column("announcement_id", BigKey, ForeignKey("announcements.id"), primary_key=True, autoincrement=False),
    Column("language", SafeText, primary_key=True),
    Column("seen", Integer, nullable=False),
)
