"""Replies that did not arrive: listed for the operator without their words, tried again, given up; it sends nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, literal, or_, select, union_all, update

from storage.delivery.status import DeliveryState
from storage.tables import conversations, messages


@dataclass(frozen=True, kw_only=True)
class UndeliveredReply:
    """A reply that has not arrived; `due_at` is when it is tried next, None where it has failed for good."""

    id: int
    conversation: str
    channel: str
    address: str
    state: DeliveryState
    attempts: int
    error: str | None
    created_at: datetime
    due_at: datetime | None


def list_undelivered(connection: Connection, before: datetime, *, limit: int = 100) -> tuple[UndeliveredReply, ...]:
    """Replies that failed for good, or still wait though they were tried or made `before`; the oldest first."""
    here = messages.c
    waits = and_(here.due_at.is_not(None), or_(here.attempts > 0, here.created_at < before))
    # Each kind has an index of its own, which SQLite takes only for a state that stands in the statement.
    failed = here.state == literal(DeliveryState.FAILED.value, literal_execute=True)
    # Sorted by a sum, not by the key: else SQLite walks along the key through all that was ever sent.
    kinds = (select(here.id).where(kind).order_by(here.id + 0).limit(limit).subquery() for kind in (waits, failed))
    wanted = (
        select(messages, conversations.c.channel, conversations.c.address)
        .join(conversations, conversations.c.id == here.conversation_id)
        .where(here.id.in_(union_all(*(select(kind.c.id) for kind in kinds))))
    )
    return tuple(_undelivered_reply(row) for row in connection.execute(wanted.order_by(here.id).limit(limit)))


def retry(connection: Connection, reply: int, now: datetime) -> bool:
    """Let a reply that failed or waits be tried at once. False where it is none such, or is being sent just now."""
    return _update_unless_sending(connection, reply, now, {"state": DeliveryState.PENDING, "due_at": now})


def drop(connection: Connection, reply: int, now: datetime) -> bool:
    """Give up a reply that failed or waits; those behind it go on. False where it is none such, or is being sent."""
    return _update_unless_sending(connection, reply, now, {"state": DeliveryState.DROPPED, "due_at": None})


def conversation_of(connection: Connection, reply: int) -> str | None:
    """The talk that a reply is of; None where it was erased."""
    found: str | None = connection.scalar(select(messages.c.conversation_id).where(messages.c.id == reply))
    return found


def _update_unless_sending(connection: Connection, reply: int, now: datetime, values: Mapping[str, Any]) -> bool:
    here = messages.c
    lapsed = and_(here.state == DeliveryState.SENDING, here.due_at <= now)
    free = or_(here.state.in_((DeliveryState.FAILED, DeliveryState.PENDING)), lapsed)
    return connection.execute(update(messages).where(here.id == reply, free).values(values)).rowcount == 1


def _undelivered_reply(row: Row[Any]) -> UndeliveredReply:
    return UndeliveredReply(
        id=row.id,
        conversation=row.conversation_id,
        channel=row.channel,
        address=row.address,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        error=row.error,
        created_at=row.created_at,
        due_at=row.due_at,
    )
