"""Counts messages by day and kind: nothing personal, so the counts outlive an erasure."""

from datetime import date
from typing import Final

from sqlalchemy import Connection

from handlers.model.session import Trace
from storage.database.prepared import PreparedStatement, Statement
from storage.database.upsert import insert_into
from storage.tables import daily_counts

COMMAND: Final = "command"
"""The handler of /start and the like, counted apart: nobody has asked anything, and the web chat sends one itself."""


def increment(connection: Connection, channel: str, trace: Trace, day: date) -> None:
    """Count one message. Call it last in a transaction: on PostgreSQL others who count the same wait for its end."""
    values = {
        "day": day,
        "channel": channel,
        "language": trace.language,
        "act": COMMAND if trace.handler == COMMAND else trace.act,
        "outcome": trace.outcome,
        "entry": trace.entry or "",
        "count": 1,
    }
    _upsert.run(connection, values)


def _upsert_count(dialect: str) -> Statement:
    more = {"count": daily_counts.c["count"] + 1}
    fresh = insert_into(dialect, daily_counts)
    return fresh.on_conflict_do_update(index_elements=daily_counts.primary_key.columns, set_=more)


_upsert = PreparedStatement(_upsert_count)
