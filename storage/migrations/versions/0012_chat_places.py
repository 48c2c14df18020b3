"""Chats that moved, topics that are gone, and which turn a tap answers."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table and the column."""
    op.add_column("messages", sa.Column("source_turn", sa.Text()))
    op.create_table(
        "places",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("moved_to", sa.Text()),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name="pk_places"),
    )
