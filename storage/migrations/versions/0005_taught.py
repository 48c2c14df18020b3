"""Lessons, ignored questions, entry drafts and feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MOMENT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _feedback()
    _daily_feedback()
    _taught()
    _knowledge_revision()
    _ignored()
    _drafts()


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("turn_id", KEY, autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("turn_id", name="pk_feedback"),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name="fk_feedback_turn_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_feedback_conversation_id"),
    )
    op.create_index("ix_feedback_conversation_id", "feedback", ["conversation_id"])


def _daily_feedback() -> None:
    op.create_table(
        "daily_feedback",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("helped", sa.Integer(), nullable=False),
        sa.Column("not_helped", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "channel", "language", "entry", name="pk_daily_feedback"),
    )


def _taught() -> None:
    op.create_table(
        "taught",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text()),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("taught_by", sa.Text(), nullable=False),
        sa.Column("taught_at", MOMENT, nullable=False),
        sa.Column("undone_by", sa.Text()),
        sa.Column("undone_at", MOMENT),
        sa.Column("filed_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_taught"),
        sqlite_autoincrement=True,
    )
    counts = sa.text("undone_at IS NULL AND filed_at IS NULL")
    op.create_index("uq_taught_folded", "taught", ["folded"], unique=True, sqlite_where=counts, postgresql_where=counts)


def _knowledge_revision() -> None:
    op.create_table(
        "knowledge_revision",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_revision"),
    )


def _ignored() -> None:
    op.create_table(
        "ignored",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("ignored_by", sa.Text(), nullable=False),
        sa.Column("ignored_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_ignored"),
    )


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("titles", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        sa.Column("drafted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
