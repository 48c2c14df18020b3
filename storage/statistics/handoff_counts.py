"""Counts hand-offs by day, by line and by reason, for the console's reports; reads nothing personal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Connection, case, cast, extract, func, literal_column, select

from handlers.model.actions import HandoffReason
from kb.model import LineId
from storage.tables import handoffs

QUARTER_HOUR: Final = timedelta(minutes=15)
"""Clocks are moved at full quarters of an hour, everywhere."""
DAY_SECONDS: Final = literal_column("86400", BigInteger)
FIRST_DAY: Final = date(1970, 1, 1)


@dataclass(frozen=True, kw_only=True)
class HandoffCounts:
    """Hand-off counts by day, by line and by reason."""

    by_day: Mapping[date, int]
    by_line: Mapping[LineId, int]
    by_reason: Mapping[HandoffReason, int]


def handoff_counts(connection: Connection, since: datetime, until: datetime, zone: tzinfo = UTC) -> HandoffCounts:
    """Hand-offs of the period; days are those of `zone`, as in daily_counts."""
    here = handoffs.c
    within = (here.created_at >= since, here.created_at < until)

    def by(column: ColumnElement[Any]) -> Any:
        counted = select(column.label("counted_by"), func.count()).where(*within)
        return connection.execute(counted.group_by("counted_by").order_by("counted_by")).all()

    seconds: ColumnElement[Any] = cast(func.floor(extract("epoch", here.created_at)), BigInteger)
    if connection.dialect.name == "sqlite":
        seconds = cast(func.strftime("%s", here.created_at), BigInteger)
    local_day = (seconds + _offset(here.created_at, since, until, zone)) // DAY_SECONDS
    return HandoffCounts(
        by_day={FIRST_DAY + timedelta(days=int(day)): count for day, count in by(local_day)},
        by_line={LineId(line): count for line, count in by(here.line)},
        by_reason={HandoffReason(reason): count for reason, count in by(here.reason)},
    )


def _offset(moment: ColumnElement[Any], since: datetime, until: datetime, zone: tzinfo) -> ColumnElement[Any]:
    """By how many seconds clocks were ahead of UTC at a moment of the period."""
    *earlier, (_, last) = _offsets(since, until, zone)
    latest = literal_column(str(last), BigInteger)
    if not earlier:
        return latest
    return case(*((moment < end, literal_column(str(ahead), BigInteger)) for end, ahead in earlier), else_=latest)


def _offsets(since: datetime, until: datetime, zone: tzinfo) -> Iterator[tuple[datetime, int]]:
    """The offsets from UTC one after another, in seconds, each with the moment when it ends."""
    start = since - (since - datetime.min.replace(tzinfo=UTC)) % QUARTER_HOUR
    while start < until:
        end = start + timedelta(days=1)
        if _seconds_ahead(end, zone) != _seconds_ahead(start, zone):
            end = _clock_change(start, zone)
            yield end, _seconds_ahead(start, zone)
        start = end
    yield until, _seconds_ahead(start, zone)


def _clock_change(start: datetime, zone: tzinfo) -> datetime:
    """The first moment after `start` at which another offset holds."""
    moment = start
    while _seconds_ahead(moment, zone) == _seconds_ahead(start, zone):
        moment += QUARTER_HOUR
    return moment


def _seconds_ahead(moment: datetime, zone: tzinfo) -> int:
    return round((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds())
