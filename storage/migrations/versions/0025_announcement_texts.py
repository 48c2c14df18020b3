"""The texts of announcements in any languages."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

LANGUAGES = ("lv", "ru", "en")


def upgrade() -> None:
    """One column by language instead of three."""
    op.add_column("announcements", sa.Column("texts", sa.Text(), nullable=False, server_default="{}"))
    former: list[sa.ColumnClause[str]] = [sa.column(f"text_{language}") for language in LANGUAGES]
    announcements = sa.table("announcements", sa.column("id"), sa.column("texts"), *former)
    connection = op.get_bind()
    for row in connection.execute(sa.select(announcements)).mappings().all():
        texts = json.dumps({language: row[f"text_{language}"] for language in LANGUAGES}, ensure_ascii=False)
        own = sa.update(announcements).where(announcements.c.id == row["id"])
        connection.execute(own.values(texts=texts))
    for language in LANGUAGES:
        op.drop_column("announcements", f"text_{language}")
