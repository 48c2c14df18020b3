"""Adds finished months up, once each, so that the figures of a year are read in no time; it decides nothing."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection, Date, func, literal, select

from storage.database.upsert import insert_into
from storage.tables import daily_counts, monthly_counts

_ROLL_UP_DELAY: Final = timedelta(days=1)
"""A message that came before midnight may be counted after it."""


def months_to_roll_up(connection: Connection, today: date) -> tuple[date, ...]:
    """The first days of the months that are over, had messages and are not added up yet; oldest first."""
    newest = connection.scalar(select(func.max(monthly_counts.c.day)))
    oldest = connection.scalar(select(func.min(daily_counts.c.day)))
    if oldest is None:
        return ()
    start = next_month(newest) if newest is not None else oldest.replace(day=1)
    return tuple(
        month for month in _months(start, (today - _ROLL_UP_DELAY).replace(day=1)) if _has_messages(connection, month)
    )


def roll_up(connection: Connection, today: date) -> None:
    """Add up what is `missing`; nothing happens to what another process adds up meanwhile."""
    here = daily_counts.c
    kind = (here.channel, here.language, here.act, here.outcome, here.entry)
    for month in months_to_roll_up(connection, today):
        within = here.day.between(month, next_month(month) - timedelta(days=1))
        sums = select(literal(month, Date), *kind, func.sum(here["count"])).where(within).group_by(*kind)
        fresh = insert_into(connection.dialect.name, monthly_counts).from_select(list(monthly_counts.c.keys()), sums)
        connection.execute(fresh.on_conflict_do_nothing())


def _has_messages(connection: Connection, month: date) -> bool:
    within = daily_counts.c.day.between(month, next_month(month) - timedelta(days=1))
    return connection.scalar(select(daily_counts.c.day).where(within).limit(1)) is not None


def next_month(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def _months(start: date, end: date) -> Iterator[date]:
    while start < end:
        yield start
        start = next_month(start)
