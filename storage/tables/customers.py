"""Customers: the venues, how each is recognized, and its tills and devices."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from storage.tables.base import metadata
from storage.tables.types import BigKey, SafeText, UtcDateTime

venues = Table(
    "venues",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("name", SafeText, nullable=False),
    Column("address", SafeText),
    # Name and address, folded: a venue that is imported again is the same one.
    Column("folded", SafeText, nullable=False),
    Column("contract", SafeText),
    Column("note", SafeText),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("folded"),
    # What was searched by is made again when the newest change is newer.
    Index("ix_venues_updated_at", "updated_at"),
    sqlite_autoincrement=True,
)

venue_keys = Table(
    "venue_keys",
    metadata,
    # A phone (E.164), a Telegram account or group, or another name: what tells who is writing.
    Column("venue_id", BigKey, ForeignKey("venues.id"), primary_key=True),
    Column("kind", SafeText, primary_key=True),
    Column("value", SafeText, primary_key=True),
    Index("ix_venue_keys_kind_value", "kind", "value"),
)

RECOGNIZING_KINDS: Final = ("phone", "account", "group")
"""The kinds of keys by which it is told who is writing, what counts more before the rest."""

venue_links = Table(
    "venue_links",
    metadata,
    # The number is what a signed link carries; it is never used again, so that a revoked link stays revoked.
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("venue_id", BigKey, ForeignKey("venues.id"), nullable=False),
    # The name of the device that it is for; empty: the whole venue.
    Column("till", SafeText),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Index("ix_venue_links_venue_id", "venue_id"),
    sqlite_autoincrement=True,
)

devices = Table(
    "devices",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("venue_id", BigKey, ForeignKey("venues.id"), nullable=False),
    Column("name", SafeText, nullable=False),
    Column("model", SafeText),
    Column("fiscal_number", SafeText),
    Column("place", SafeText),
    UniqueConstraint("venue_id", "name"),
    Index("ix_devices_fiscal_number", "fiscal_number"),
    sqlite_autoincrement=True,
)
