"""Tells who of those that wait cannot be written to: our last reply failed, or they wrote STOP; only reads."""

from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from storage.delivery.outbox import wrote_stop
from storage.delivery.status import latest_reply_failed
from storage.tables import handoffs


@dataclass(frozen=True, kw_only=True)
class ContactObstacles:
    """The conversations whose person our last reply did not reach, and those whose person wrote STOP."""

    unreached: frozenset[str]
    opted_out: frozenset[str]


def obstacles_of_waiting(connection: Connection) -> ContactObstacles:
    """Of all conversations with a current hand-off, in one statement: the queue asks this every second."""
    talk = handoffs.c.conversation_id
    failed, stopped = latest_reply_failed(talk).label("failed"), wrote_stop(talk).label("stopped")
    open_ones = select(talk, failed, stopped).where(handoffs.c.closed_at.is_(None)).subquery("open_ones")
    rows = connection.execute(select(open_ones).where(or_(open_ones.c.failed, open_ones.c.stopped))).all()
    opted_out = frozenset(row.conversation_id for row in rows if row.stopped)
    return ContactObstacles(
        unreached=frozenset(row.conversation_id for row in rows if row.failed) - opted_out, opted_out=opted_out
    )
