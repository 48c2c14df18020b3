"""The traceparent of a turn, so that its delivery continues the trace."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column; older turns have no trace."""
    op.add_column("turns", sa.Column("traceparent", sa.Text(), nullable=True))
