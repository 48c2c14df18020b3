"""One INSERT for both databases, with its ON CONFLICT; it knows no table."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what to do on a conflict; each dialect has a class of its own for that."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
