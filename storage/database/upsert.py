"""Builds an INSERT with ON CONFLICT for both databases; knows no table."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that supports ON CONFLICT, of the dialect's own class."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
