"""Places: from where an agent signed in before, and how often an address began something lately."""

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint

from storage.tables.types import SafeText, UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Two tables; addresses and names stand in them as one-way keys."""
    op.create_table(
        "sign_in_places",
        Column("name_key", SafeText, nullable=False),
        Column("address_key", SafeText, nullable=False),
        Column("at", UtcDateTime, nullable=False),
        PrimaryKeyConstraint("name_key", "address_key"),
    )
    op.create_table(
        "address_counts",
        Column("address_key", SafeText, nullable=False),
        Column("what", SafeText, nullable=False),
        Column("since", UtcDateTime, nullable=False),
        Column("count", Integer, nullable=False),
        PrimaryKeyConstraint("address_key", "what"),
    )
