"""The words that were read from a picture that a person sent, masked."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Make the column."""
    op.add_column("messages", sa.Column("picture_text", sa.Text()))
