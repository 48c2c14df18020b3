"""What people sent beside words: the platform's own reference to it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the column."""
    op.add_column("messages", sa.Column("media", sa.Text()))
