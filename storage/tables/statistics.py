"""Message counts: nothing personal, so they outlive an erasure."""

from typing import Any

from sqlalchemy import Column, Date, Integer, SmallInteger, Table

from storage.tables.base import metadata
from storage.tables.types import SafeText


def _count_columns(*further: Column[Any]) -> tuple[Column[Any], ...]:
    """The dimensions of a count."""
    alike = (Column(name, SafeText, primary_key=True) for name in ("channel", "language", "act", "outcome", "entry"))
    return (Column("day", Date, primary_key=True), *alike, *further, Column("count", Integer, nullable=False))


daily_counts = Table(
    "daily_counts",
    metadata,
    # Not personal: these outlive an erasure.
    *_count_columns(),
)

daily_count_slots = Table(
    "daily_count_slots",
    metadata,
    # On PostgreSQL, what is not folded into daily_counts yet: transactions of different slots do not wait for each
    # other. Not personal either.
    *_count_columns(Column("slot", SmallInteger, primary_key=True, autoincrement=False)),
)

monthly_counts = Table(
    "monthly_counts",
    metadata,
    # Sums of finished months, each under its first day, so that a year is not summed again and again.
    *_count_columns(),
)

daily_feedback = Table(
    "daily_feedback",
    metadata,
    # Not personal: these outlive an erasure.
    Column("day", Date, primary_key=True),
    Column("channel", SafeText, primary_key=True),
    Column("language", SafeText, primary_key=True),
    Column("entry", SafeText, primary_key=True),
    Column("helped", Integer, nullable=False),
    Column("not_helped", Integer, nullable=False),
)
