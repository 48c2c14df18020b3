"""Schedules reminders, escalations and questions of hand-offs; notifies nobody, and reads no clock."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import Column, Connection, select, update

from storage.database.due import CLOCK_SKEW
from storage.helpdesk.handoff_states import HandoffEvent
from storage.helpdesk.handoffs import Handoff, handoff_from_row, log_event
from storage.tables import handoffs

_TIMERS: Final = (handoffs.c.remind_at, handoffs.c.escalate_at, handoffs.c.ask_at)


def schedule(
    connection: Connection,
    handoff: int,
    *,
    remind: datetime | None = None,
    escalate: datetime | None = None,
    ask: datetime | None = None,
) -> None:
    """Set these timers of a hand-off that is not closed; the others stay as they are."""
    wanted = {"remind_at": remind, "escalate_at": escalate, "ask_at": ask}
    here = update(handoffs).where(handoffs.c.id == handoff, handoffs.c.closed_at.is_(None))
    connection.execute(here.values({name: at for name, at in wanted.items() if at is not None}))


def advance(connection: Connection, handoff: int, *, remind: datetime, escalate: datetime) -> bool:
    """Bring pending timers forward to these times at the latest; return whether that changed anything."""
    changed = False
    for column, at in ((handoffs.c.remind_at, remind), (handoffs.c.escalate_at, escalate)):
        later = update(handoffs).where(handoffs.c.id == handoff, column > at).values({column: at})
        changed = connection.execute(later).rowcount == 1 or changed
    return changed


def correct(connection: Connection, now: datetime) -> int:
    """Set the timers anew of hand-offs whose last change lies ahead: the clock was set back since. Return their number.

    Otherwise they would run as much later as the clock was ahead.
    """
    here, corrected = handoffs.c, 0
    ahead = select(handoffs).where(here.closed_at.is_(None), here.updated_at > now + CLOCK_SKEW)
    for row in connection.execute(ahead).mappings().all():
        by = now - row[here.updated_at]
        timers = {timer.name: row[timer] + by for timer in _TIMERS if row[timer] is not None}
        connection.execute(update(handoffs).where(here.id == row[here.id]).values(updated_at=now, **timers))
        corrected += 1
    return corrected


def has_due(connection: Connection, now: datetime) -> bool:
    """Whether `claim_due` would return anything; writes nothing."""
    here = handoffs.c
    over = select(here.id).where((here.remind_at <= now) | (here.escalate_at <= now) | (here.ask_at <= now))
    return connection.scalar(over.limit(1)) is not None


def claim_due(connection: Connection, now: datetime, *, limit: int = 50) -> tuple[tuple[Handoff, HandoffEvent], ...]:
    """Claim hand-offs that are due for a reminder, an escalation or the question to whoever has it, and log it. Each is
    returned once, over all processes."""
    return (
        *_claim_due(connection, handoffs.c.remind_at, HandoffEvent.REMINDED, now, limit),
        *_claim_due(connection, handoffs.c.escalate_at, HandoffEvent.ESCALATED, now, limit),
        *_claim_due(connection, handoffs.c.ask_at, HandoffEvent.ASKED, now, limit),
    )


def _claim_due(
    connection: Connection, column: Column[datetime], event: HandoffEvent, now: datetime, limit: int
) -> Iterator[tuple[Handoff, HandoffEvent]]:
    due = select(handoffs.c.id, column.label("at")).where(column <= now).order_by(column).limit(limit)
    for row in connection.execute(due).all():
        # Whoever clears the timer has claimed it: of two processes only one notifies.
        take = update(handoffs).where(handoffs.c.id == row.id, column == row.at).values({column: None})
        taken = connection.execute(take.returning(handoffs)).one_or_none()
        if taken is not None:
            found = handoff_from_row(taken)
            log_event(connection, found, event, now)
            yield found, event
