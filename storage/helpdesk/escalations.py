"""What is to happen to hand-offs that nobody takes, and when; it tells nobody, and reads no clock."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Column, Connection, select, update

from storage.helpdesk.handoffs import Handoff, HandoffEvent, handoff_from_row, log_event
from storage.tables import handoffs


def schedule(connection: Connection, handoff: int, *, remind: datetime, escalate: datetime | None) -> None:
    """Remind of a hand-off and escalate it at these times, unless it is taken or closed before."""
    here = update(handoffs).where(handoffs.c.id == handoff, handoffs.c.closed_at.is_(None))
    connection.execute(here.values(remind_at=remind, escalate_at=escalate))


def advance(connection: Connection, handoff: int, *, remind: datetime, escalate: datetime) -> bool:
    """Let what is still to come happen at these times at the latest, and say whether that changes anything."""
    changed = False
    for column, at in ((handoffs.c.remind_at, remind), (handoffs.c.escalate_at, escalate)):
        later = update(handoffs).where(handoffs.c.id == handoff, column > at).values({column: at})
        changed = connection.execute(later).rowcount == 1 or changed
    return changed


def has_due(connection: Connection, now: datetime) -> bool:
    """Whether `fired` would give anything; writes nothing."""
    over = select(handoffs.c.id).where((handoffs.c.remind_at <= now) | (handoffs.c.escalate_at <= now))
    return connection.scalar(over.limit(1)) is not None


def claim_due(connection: Connection, now: datetime, *, limit: int = 50) -> tuple[tuple[Handoff, HandoffEvent], ...]:
    """Hand-offs whose time has come: to be reminded of, or escalated. Each is given once, whoever asks, and noted."""
    return (
        *_claim_due(connection, handoffs.c.remind_at, HandoffEvent.REMINDED, now, limit),
        *_claim_due(connection, handoffs.c.escalate_at, HandoffEvent.ESCALATED, now, limit),
    )


def _claim_due(
    connection: Connection, column: Column[datetime], event: HandoffEvent, now: datetime, limit: int
) -> Iterator[tuple[Handoff, HandoffEvent]]:
    due = select(handoffs.c.id, column.label("at")).where(column <= now).order_by(column).limit(limit)
    for row in connection.execute(due).all():
        # Whoever sets it to nothing has it: two that look at once do not both tell.
        take = update(handoffs).where(handoffs.c.id == row.id, column == row.at).values({column: None})
        taken = connection.execute(take.returning(handoffs)).one_or_none()
        if taken is not None:
            found = handoff_from_row(taken)
            log_event(connection, found, event, now)
            yield found, event
