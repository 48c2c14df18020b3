"""Customers: venues, how each is recognized, and its devices."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "venues",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_venues"),
        sa.UniqueConstraint("folded", name="uq_venues_folded"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "venue_keys",
        sa.Column("venue_id", _KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("venue_id", "kind", "value", name="pk_venue_keys"),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name="fk_venue_keys_venue_id"),
    )
    op.create_index("ix_venue_keys_kind_value", "venue_keys", ["kind", "value"])
    op.create_table(
        "devices",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("venue_id", _KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("model", sa.Text()),
        sa.Column("fiscal_number", sa.Text()),
        sa.Column("place", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_devices"),
        sa.UniqueConstraint("venue_id", "name", name="uq_devices_venue_id_name"),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name="fk_devices_venue_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_devices_fiscal_number", "devices", ["fiscal_number"])
