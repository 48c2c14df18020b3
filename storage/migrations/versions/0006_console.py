"""Indexes of the console's pages, and monthly sums."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make them."""
    unclear = sa.text("outcome <> 'answered'")
    op.create_index("ix_turns_created_at", "turns", ["created_at"])
    op.create_index("ix_turns_unclear", "turns", ["id"], sqlite_where=unclear, postgresql_where=unclear)
    op.create_index("ix_handoffs_created_at", "handoffs", ["created_at"])
    op.create_table(
        "monthly_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "channel", "language", "act", "outcome", "entry", name="pk_monthly_counts"),
    )
