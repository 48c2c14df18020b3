"""Reads how soon hand-offs were taken, and how many were not; reads nothing personal."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from kb.model import LineId
from storage.helpdesk.handoff_states import HandoffEvent
from storage.statistics.reports import SAMPLE_TURNS
from storage.tables import handoff_events, handoffs

LATE_AFTER: Final = timedelta(minutes=15)
"""A hand-off that waits longer than this until somebody takes it is late."""


@dataclass(frozen=True, kw_only=True)
class LineTimes:
    """Of one line: sorted seconds until somebody took a hand-off, and how many were late."""

    seconds_to_take: tuple[float, ...]
    late: int


def times_by_line(
    connection: Connection, since: datetime, until: datetime, now: datetime
) -> Mapping[LineId, LineTimes]:
    """Of the newest SAMPLE_TURNS hand-offs of the period."""
    rows: defaultdict[LineId, list[Row[Any]]] = defaultdict(list)
    for row in _newest(connection, since, until):
        rows[LineId(row.line)].append(row)
    return {
        line: LineTimes(
            seconds_to_take=tuple(
                sorted((row.taken - row.created_at).total_seconds() for row in own if row.taken is not None)
            ),
            late=sum(_is_late(row, now) for row in own),
        )
        for line, own in rows.items()
    }


def _newest(connection: Connection, since: datetime, until: datetime) -> list[Row[Any]]:
    here, event = handoffs.c, handoff_events.c
    within = select(here.id, here.line, here.created_at, here.closed_at).where(
        here.created_at >= since, here.created_at < until
    )
    sample = within.order_by(here.created_at.desc()).limit(SAMPLE_TURNS).subquery("sample")
    first = select(func.min(event.created_at)).where(event.handoff_id == sample.c.id, event.what == HandoffEvent.TAKEN)
    return list(connection.execute(select(sample, first.scalar_subquery().label("taken"))).all())


def _is_late(row: Row[Any], now: datetime) -> bool:
    """Whether it waited too long: taken or closed only after that time, or still waiting."""
    ended = min((moment for moment in (row.taken, row.closed_at) if moment is not None), default=now)
    late: bool = ended - row.created_at > LATE_AFTER
    return late
