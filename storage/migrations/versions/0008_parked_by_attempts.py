"""An index that counts dead letters and finds old failures."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_parked_attempts", "parked", ["attempts", "tried_at"])
