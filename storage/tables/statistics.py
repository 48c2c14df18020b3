"""How many messages of which kind: nothing personal, so that it outlives an erasure."""

from typing import Any

from sqlalchemy import Column, Date, Integer, Table

from storage.tables.base import metadata
from storage.tables.types import Words


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

monthly_counts = Table(
    "monthly_counts",
    metadata,
    # The sums of months that are over, each under its first day, so that a year need not be added up again and again.
    *_alike(),
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
