"""One current hand-off a conversation, the details of its events, why it was closed, and when its agent is asked."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

CURRENT = sa.text("closed_at IS NULL")
ASKED = sa.text("ask_at IS NOT NULL")

# Of several current ones of a conversation that of stopped trading stays, else the newest.
CLOSE_DOUBLES = """
    UPDATE handoffs SET state = 'closed', closed_reason = 'duplicate', closed_at = updated_at, remind_at = NULL,
        escalate_at = NULL
    WHERE closed_at IS NULL AND EXISTS (
        SELECT 1 FROM handoffs AS other
        WHERE other.conversation_id = handoffs.conversation_id AND other.closed_at IS NULL AND other.id <> handoffs.id
            AND (
                CASE WHEN other.reason = 'trading_stopped' THEN 1 ELSE 0 END
                    > CASE WHEN handoffs.reason = 'trading_stopped' THEN 1 ELSE 0 END
                OR (
                    CASE WHEN other.reason = 'trading_stopped' THEN 1 ELSE 0 END
                        = CASE WHEN handoffs.reason = 'trading_stopped' THEN 1 ELSE 0 END
                    AND other.id > handoffs.id
                )
            )
    )
"""

# Before, "contacted" and "not needed" had closed a hand-off.
CONVERT_STATES = (
    "UPDATE handoffs SET closed_reason = 'solved', state = 'closed' WHERE state = 'reached'",
    "UPDATE handoffs SET closed_reason = 'other', state = 'closed' WHERE state = 'not_needed'",
    "UPDATE handoffs SET closed_reason = 'works_again' WHERE state = 'closed' AND closed_reason IS NULL",
    "UPDATE handoff_events SET what = 'closed', detail = 'other' WHERE what = 'not_needed'",
)


def upgrade() -> None:
    """Add the columns, convert the states, close what stands twice, and keep it from standing twice again."""
    op.add_column("handoffs", sa.Column("ask_at", sa.DateTime(timezone=True)))
    op.add_column("handoffs", sa.Column("closed_reason", sa.Text()))
    op.add_column("handoff_events", sa.Column("detail", sa.Text()))
    op.create_index("ix_handoffs_closed_at", "handoffs", ["closed_at"])
    op.create_index("ix_handoffs_ask_at", "handoffs", ["ask_at"], sqlite_where=ASKED, postgresql_where=ASKED)
    for statement in (*CONVERT_STATES, CLOSE_DOUBLES):
        op.execute(statement)
    op.drop_index("uq_handoffs_current", table_name="handoffs")
    op.create_index(
        "uq_handoffs_current",
        "handoffs",
        ["conversation_id"],
        unique=True,
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )
