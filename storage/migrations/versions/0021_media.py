"""What people sent beside words: the platform's own reference to it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0015"


def upgrade() -> None:
    """Make the column."""
    op.add_column("messages", sa.Column("media", sa.Text()))
