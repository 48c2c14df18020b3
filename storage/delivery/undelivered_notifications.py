"""Lists undelivered notifications of open hand-offs, and retries them; sends nothing itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update

from handlers.model.actions import HandoffReason
from handlers.model.handoff import NotificationKind
from storage.delivery.notifications import NotificationState
from storage.tables import handoffs, notices


@dataclass(frozen=True, kw_only=True)
class UndeliveredNotification:
    """A notification that failed permanently, or failed and waits for a retry; `due_at` is its next attempt."""

    id: int
    handoff: int
    conversation: str
    kind: NotificationKind
    target: str
    state: NotificationState
    attempts: int
    error: str | None
    created_at: datetime
    due_at: datetime | None


def list_undelivered(connection: Connection, *, limit: int = 100) -> tuple[UndeliveredNotification, ...]:
    """Undelivered notifications of hand-offs that are not closed, oldest first."""
    here = notices.c
    in_vain = and_(here.due_at.is_not(None), here.attempts > 0, here.error.is_not(None))
    wanted = (
        select(notices)
        .join(handoffs, handoffs.c.id == here.handoff)
        .where(handoffs.c.closed_at.is_(None), or_(here.state == NotificationState.FAILED, in_vain))
    )
    return tuple(_undelivered_notification(row) for row in connection.execute(wanted.order_by(here.id).limit(limit)))


def urgent_failures(connection: Connection) -> frozenset[int]:
    """Open hand-offs of which staff should know at once, trading has stopped, and a notification has failed for
    good."""
    wanted = (
        select(notices.c.handoff)
        .join(handoffs, handoffs.c.id == notices.c.handoff)
        .where(
            handoffs.c.closed_at.is_(None),
            handoffs.c.reason == HandoffReason.TRADING_STOPPED,
            notices.c.state == NotificationState.FAILED,
        )
    )
    return frozenset(connection.scalars(wanted))


def retry(connection: Connection, notice: int, now: datetime) -> bool:
    """Retry a notification now, with a fresh count of attempts. False if it was delivered, or is being sent."""
    here = notices.c
    free = or_(here.state == NotificationState.FAILED, and_(here.state == NotificationState.PENDING, here.attempts > 0))
    lapsed = and_(here.state == NotificationState.SENDING, here.due_at <= now)
    tried = update(notices).where(here.id == notice, or_(free, lapsed))
    again = tried.values(state=NotificationState.PENDING, due_at=now, attempts=0, error=None)
    return connection.execute(again).rowcount == 1


def _undelivered_notification(row: Row[Any]) -> UndeliveredNotification:
    return UndeliveredNotification(
        id=row.id,
        handoff=row.handoff,
        conversation=row.conversation_id,
        kind=NotificationKind(row.kind),
        target=row.target,
        state=NotificationState(row.state),
        attempts=row.attempts,
        error=row.error,
        created_at=row.created_at,
        due_at=row.due_at,
    )
