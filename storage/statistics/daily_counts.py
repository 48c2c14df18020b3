"""How many messages of which kind on which day: nothing personal, so that it outlives an erasure."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import Connection, Executable, RowMapping, select

from handlers.model.session import Trace
from storage.database.upsert import insert_into
from storage.tables import daily_counts


@dataclass(frozen=True, kw_only=True)
class DailyCount:
    """So many messages of a day that were alike; `entry` is empty where none was recognised."""

    day: date
    channel: str
    language: str
    act: str
    outcome: str
    entry: str
    count: int


def increment(connection: Connection, channel: str, trace: Trace, day: date) -> None:
    """Count one message. Do it last in a transaction: on PostgreSQL others who count the same wait for its end."""
    values = {
        "day": day,
        "channel": channel,
        "language": trace.language,
        "act": trace.act,
        "outcome": trace.outcome,
        "entry": trace.entry or "",
        "count": 1,
    }
    connection.execute(_upsert_count(connection.dialect.name), values)


@cache
def _upsert_count(dialect: str) -> Executable:
    more = {"count": daily_counts.c["count"] + 1}
    fresh = insert_into(dialect, daily_counts)
    return fresh.on_conflict_do_update(index_elements=daily_counts.primary_key.columns, set_=more)


def read_daily_counts(connection: Connection, since: date, until: date) -> tuple[DailyCount, ...]:
    """The counts from `since` up to and including `until`, by day."""
    key = daily_counts.primary_key.columns
    days = select(daily_counts).where(daily_counts.c.day.between(since, until))
    return tuple(_daily_count(row) for row in connection.execute(days.order_by(*key)).mappings())


def _daily_count(row: RowMapping) -> DailyCount:
    return DailyCount(
        day=row["day"],
        channel=row["channel"],
        language=row["language"],
        act=row["act"],
        outcome=row["outcome"],
        entry=row["entry"],
        count=row["count"],
    )
