"""Announcements, who has seen them, how many by language, and who wants news at once."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

MOMENT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and the column; nobody has asked for news yet."""
    op.add_column("conversations", sa.Column("news_wanted", sa.Boolean(), nullable=False, server_default=sa.false()))
    wanted = sa.text("news_wanted")
    op.create_index(
        "ix_conversations_news_wanted", "conversations", ["id"], sqlite_where=wanted, postgresql_where=wanted
    )
    op.create_table(
        "announcements",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text_lv", sa.Text(), nullable=False),
        sa.Column("text_ru", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_announcements"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_announcements_kind", "announcements", ["kind", "ends_at"])
    op.create_table(
        "announcement_views",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("announcement_id", KEY, autoincrement=False, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_announcement_views_conversation_id"
        ),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcements.id"], name="fk_announcement_views_announcement_id"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "announcement_id", name="pk_announcement_views"),
    )
    op.create_index("ix_announcement_views_announcement_id", "announcement_views", ["announcement_id"])
    op.create_table(
        "announcement_counts",
        sa.Column("announcement_id", KEY, autoincrement=False, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcements.id"], name="fk_announcement_counts_announcement_id"
        ),
        sa.PrimaryKeyConstraint("announcement_id", "language", name="pk_announcement_counts"),
    )
