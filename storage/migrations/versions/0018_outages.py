"""Outages are announcements, too: what they concern, who reported them, and the incidents that belong to them."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_MOMENT = sa.DateTime(timezone=True)
_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the columns and the table; there is no outage yet."""
    for name in ("cause", "topics", "words"):
        op.add_column("announcements", sa.Column(name, sa.Text()))
    op.add_column("announcements", sa.Column("expected_until", _MOMENT))
    for name in ("reported", "told", "untold"):
        op.add_column("announcements", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("incidents", sa.Column("outage_id", _KEY))
    op.add_column("incidents", sa.Column("dismissed_at", _MOMENT))
    op.create_table(
        "outage_reports",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("announcement_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("reported_at", _MOMENT, nullable=False),
        sa.Column("venue_id", _KEY),
        sa.Column("result", sa.Text()),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_outage_reports_conversation_id"),
        sa.ForeignKeyConstraint(["announcement_id"], ["announcements.id"], name="fk_outage_reports_announcement_id"),
        sa.PrimaryKeyConstraint("conversation_id", "announcement_id", name="pk_outage_reports"),
    )
    op.create_index("ix_outage_reports_announcement_id", "outage_reports", ["announcement_id"])
