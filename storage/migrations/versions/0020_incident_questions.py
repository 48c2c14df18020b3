"""When whoever has an incident was asked whether they still do: once for all of its hand-offs."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the column; nobody was asked before."""
    op.add_column("incidents", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
