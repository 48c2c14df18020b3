"""Links that carry a venue and a till, and the venue that a conversation is known to be of."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT_VENUE = sa.text("venue_id IS NOT NULL")


def upgrade() -> None:
    """Make the table and the columns."""
    op.create_table(
        "venue_links",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("venue_id", _KEY, nullable=False),
        sa.Column("till", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_venue_links"),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name="fk_venue_links_venue_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_venue_links_venue_id", "venue_links", ["venue_id"])
    op.create_index("ix_venues_updated_at", "venues", ["updated_at"])
    op.add_column("conversations", sa.Column("venue_id", _KEY))
    op.add_column("conversations", sa.Column("venue_till", sa.Text()))
    op.add_column("conversations", sa.Column("venue_link_id", _KEY))
    op.create_index(
        "ix_conversations_venue_id",
        "conversations",
        ["venue_id"],
        sqlite_where=_AT_VENUE,
        postgresql_where=_AT_VENUE,
    )
