"""Lists undelivered replies for operators, without their text, and retries or drops them; sends nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, literal, or_, select, union_all, update

from storage.delivery.status import DeliveryState
from storage.tables import conversations, messages


@dataclass(frozen=True, kw_only=True)
class UndeliveredReply:
    """An undelivered reply; `due_at` is its next attempt, None if it failed permanently."""

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
    """Replies that failed permanently, or are still waiting though created or tried `before`; oldest first."""
    here = messages.c
    waits = and_(here.due_at.is_not(None), or_(here.attempts > 0, here.created_at < before))
    # Each state has a partial index, which SQLite uses only if the state is a literal in the statement.
    failed = here.state == literal(DeliveryState.FAILED.value, literal_execute=True)
    # Sorted by an expression, not by the key: else SQLite scans the key through all replies ever sent.
    kinds = (select(here.id).where(kind).order_by(here.id + 0).limit(limit).subquery() for kind in (waits, failed))
    wanted = (
        select(messages, conversations.c.channel, conversations.c.address)
        .join(conversations, conversations.c.id == here.conversation_id)
        .where(here.id.in_(union_all(*(select(kind.c.id) for kind in kinds))))
    )
    return tuple(_undelivered_reply(row) for row in connection.execute(wanted.order_by(here.id).limit(limit)))


def retry(connection: Connection, reply: int, now: datetime) -> bool:
    """Retry a failed or waiting reply now. False if it is neither, or is being sent."""
    return _update_unless_sending(connection, reply, now, {"state": DeliveryState.PENDING, "due_at": now})


def retry_all(connection: Connection, since: datetime, now: datetime) -> int:
    """Retry now every reply made after `since` that failed or waits; return how many."""
    here = messages.c
    # As above: the partial index of failed replies, and that of waiting ones.
    failed = here.state == literal(DeliveryState.FAILED.value, literal_execute=True)
    waits = and_(here.due_at.is_not(None), or_(here.state == DeliveryState.PENDING, here.due_at <= now))
    again = update(messages).where(or_(failed, waits), here.created_at >= since)
    return connection.execute(again.values(state=DeliveryState.PENDING, due_at=now)).rowcount


def drop(connection: Connection, reply: int, now: datetime) -> bool:
    """Drop a failed or waiting reply; those behind it go on. False if it is neither, or is being sent."""
    return _update_unless_sending(connection, reply, now, {"state": DeliveryState.DROPPED, "due_at": None})


def conversation_of(connection: Connection, reply: int) -> str | None:
    """The conversation of a reply; None if it was erased."""
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
