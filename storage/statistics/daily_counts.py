"""Counts messages by day and kind: nothing personal, so the counts outlive an erasure.

On PostgreSQL a row that all transactions of a day change would have them committed one after the other, each when the
log of the one before is on the disk. So each connection counts in a slot of its own, and `fold` adds the slots of past
days to the counts. Whoever reads counts reads both tables.
"""

from datetime import date
from typing import Final

from sqlalchemy import Connection, delete, exists, func, select

from handlers.model.session import Trace
from storage.database.prepared import PreparedStatement, Statement
from storage.database.upsert import insert_into
from storage.tables import daily_count_slots, daily_counts

COMMAND: Final = "command"
"""The handler of /start and the like, counted apart: nobody has asked anything, and the web chat sends one itself."""

COUNT_TABLES: Final = (daily_counts, daily_count_slots)
"""A day's number of messages of a kind is the sum over both; the slots have one column more."""

SLOTS: Final = 256
"""Connections of the same slot wait for each other: with so many, few do."""

_FOLDING: Final = 7_065_108_107
"""An advisory lock, next to those of storage.migrations.upgrade and of Procrastinate's tables."""


def increment(connection: Connection, channel: str, trace: Trace, day: date) -> None:
    """Count one message. Call it last in a transaction: on PostgreSQL others of the same slot wait for its end."""
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


def fold(connection: Connection, before: date) -> None:
    """Add the slots of days before this one to the counts; what is counted for them meanwhile is left to the next time.

    SQLite, which has one writer at a time, has no slots.
    """
    old = daily_count_slots.c.day < before
    if not connection.scalar(select(exists().where(old))):
        return
    # One after the other: two who delete the same rows in different orders would lock each other up.
    connection.execute(select(func.pg_advisory_xact_lock(_FOLDING)))
    kind = daily_counts.primary_key.columns.keys()
    gone = delete(daily_count_slots).where(old).returning(*daily_count_slots.c).cte("gone")
    columns = [gone.c[name] for name in kind]
    sums = select(*columns, func.sum(gone.c["count"])).group_by(*columns)
    fresh = insert_into(connection.dialect.name, daily_counts).from_select([*kind, "count"], sums)
    more = {"count": daily_counts.c["count"] + fresh.excluded["count"]}
    connection.execute(fresh.on_conflict_do_update(index_elements=daily_counts.primary_key.columns, set_=more))


def _upsert_count(dialect: str) -> Statement:
    table = daily_count_slots if dialect == "postgresql" else daily_counts
    fresh = insert_into(dialect, table)
    if dialect == "postgresql":
        fresh = fresh.values(slot=func.mod(func.pg_backend_pid(), SLOTS))
    more = {"count": table.c["count"] + 1}
    return fresh.on_conflict_do_update(index_elements=table.primary_key.columns, set_=more)


_upsert = PreparedStatement(_upsert_count)
