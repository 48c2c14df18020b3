"""Notifications to staff, timers and events of hand-offs, and contact details of a person."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, and the columns of those that are there."""
    for column in ("handle", "place"):
        op.add_column("conversations", sa.Column(column, sa.Text()))
    for column in ("remind_at", "escalate_at"):
        op.add_column("handoffs", sa.Column(column, MOMENT))
        _partial_index(f"ix_handoffs_{column}", "handoffs", column)
    _handoff_events()
    _notices()
    op.create_table(
        "notice_pace",
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("recent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("target", name="pk_notice_pace"),
    )


def _handoff_events() -> None:
    op.create_table(
        "handoff_events",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("handoff_id", KEY, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("who", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_handoff_events"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_handoff_events_conversation_id"),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name="fk_handoff_events_handoff_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_handoff_events_conversation_id", "handoff_events", ["conversation_id"])
    op.create_index("ix_handoff_events_handoff_id", "handoff_events", ["handoff_id"])


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.Text()),
        sa.Column("handoff", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("receipt", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_notices_conversation_id"),
        sa.UniqueConstraint("handoff", "kind", "target", name="uq_notices_handoff_kind_target"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notices_conversation_id", "notices", ["conversation_id"])
    _partial_index("ix_notices_due_at", "notices", "due_at")


def _partial_index(name: str, table: str, column: str) -> None:
    condition = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, [column], sqlite_where=condition, postgresql_where=condition)
