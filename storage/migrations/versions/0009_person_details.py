"""The name that a platform tells of a person, and what they told of themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add them to the conversations."""
    for name in ("profile_name", "said_name", "said_phone", "said_place", "said_device"):
        op.add_column("conversations", sa.Column(name, sa.Text()))
