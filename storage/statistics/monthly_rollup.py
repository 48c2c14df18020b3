"""Sums finished months, once each, so that reports over a year stay fast; decides nothing."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection, Date, func, literal, select

from storage.database.upsert import insert_into
from storage.statistics.daily_counts import COUNT_TABLES, fold
from storage.tables import daily_counts, monthly_counts

_ROLL_UP_DELAY: Final = timedelta(days=1)
"""A message received before midnight may be counted after it."""


def months_to_roll_up(connection: Connection, today: date) -> tuple[date, ...]:
    """First days of finished months that have messages and are not rolled up yet, oldest first."""
    newest = connection.scalar(select(func.max(monthly_counts.c.day)))
    oldest = [day for table in COUNT_TABLES if (day := connection.scalar(select(func.min(table.c.day)))) is not None]
    if not oldest:
        return ()
    start = next_month(newest) if newest is not None else min(oldest).replace(day=1)
    return tuple(month for month in _months(start, _first_unfinished(today)) if _has_messages(connection, month))


def roll_up(connection: Connection, today: date) -> None:
    """Roll up the `months_to_roll_up`; skips what another process rolls up meanwhile."""
    fold(connection, _first_unfinished(today))
    here = daily_counts.c
    kind = (here.channel, here.language, here.act, here.outcome, here.entry)
    for month in months_to_roll_up(connection, today):
        within = here.day.between(month, next_month(month) - timedelta(days=1))
        sums = select(literal(month, Date), *kind, func.sum(here["count"])).where(within).group_by(*kind)
        fresh = insert_into(connection.dialect.name, monthly_counts).from_select(list(monthly_counts.c.keys()), sums)
        connection.execute(fresh.on_conflict_do_nothing())


def _has_messages(connection: Connection, month: date) -> bool:
    last = next_month(month) - timedelta(days=1)
    days = (select(table.c.day).where(table.c.day.between(month, last)).limit(1) for table in COUNT_TABLES)
    return any(connection.scalar(day) is not None for day in days)


def _first_unfinished(today: date) -> date:
    """The first day of the first month that cannot be rolled up yet."""
    return (today - _ROLL_UP_DELAY).replace(day=1)


def next_month(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def _months(start: date, end: date) -> Iterator[date]:
    while start < end:
        yield start
        start = next_month(start)
