"""An index of the messages whose picture was read: there are few, and the queue shows them."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the index."""
    read = sa.text("picture_text IS NOT NULL")
    op.create_index(
        "ix_messages_pictured", "messages", ["conversation_id", "id"], sqlite_where=read, postgresql_where=read
    )
