"""How many messages of which kind: nothing personal, so that it outlives an erasure."""

from typing import Any

from sqlalchemy import Column, Date, Integer, Table

from storage.tables.base import metadata
from storage.tables.types import SafeText


def _count_columns() -> tuple[Column[Any], ...]:
    """How many messages that were alike."""
    alike = (Column(name, SafeText, primary_key=True) for name in ("channel", "language", "act", "outcome", "entry"))
    return (Column("day", Date, primary_key=True), *alike, Column("count", Integer, nullable=False))


daily_counts = Table(
    "daily_counts",
    metadata,
    # Nothing personal: these outlive an erasure.
    *_count_columns(),
)

monthly_counts = Table(
    "monthly_counts",
    metadata,
    # The sums of months that are over, each under its first day, so that a year need not be added up again and again.
    *_count_columns(),
)

daily_feedback = Table(
    "daily_feedback",
    metadata,
    # Nothing personal: these outlive an erasure.
    Column("day", Date, primary_key=True),
    Column("channel", SafeText, primary_key=True),
    Column("language", SafeText, primary_key=True),
    Column("entry", SafeText, primary_key=True),
    Column("helped", Integer, nullable=False),
    Column("not_helped", Integer, nullable=False),
)
