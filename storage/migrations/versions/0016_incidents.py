"""Hand-offs of one cause that come close together are one incident; the cause as far as it was understood."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and the columns."""
    op.create_table(
        "incidents",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.Text()),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True)),
        sa.Column("escalated_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
        sqlite_autoincrement=True,
    )
    running = sa.text("closed_at IS NULL")
    op.create_index("ix_incidents_running", "incidents", ["joined_at"], sqlite_where=running, postgresql_where=running)
    op.add_column("handoffs", sa.Column("cause", sa.Text()))
    op.add_column("handoffs", sa.Column("incident_id", _KEY))
    joined = sa.text("incident_id IS NOT NULL")
    op.create_index(
        "ix_handoffs_incident_id", "handoffs", ["incident_id"], sqlite_where=joined, postgresql_where=joined
    )
