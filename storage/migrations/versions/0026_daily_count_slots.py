"""Counts of messages in slots, so that transactions that count the same do not wait for each other."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the table; `daily_counts` stays as it is, so that a program that still runs goes on counting in it."""
    alike = (sa.Column(name, sa.Text(), nullable=False) for name in ("channel", "language", "act", "outcome", "entry"))
    op.create_table(
        "daily_count_slots",
        sa.Column("day", sa.Date(), nullable=False),
        *alike,
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "day", "channel", "language", "act", "outcome", "entry", "slot", name="pk_daily_count_slots"
        ),
    )
