"""How far each reply has got: what a worker says of the one it claimed, and what a platform reports later."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from storage.tables import conversations, messages


class DeliveryState(StrEnum):
    """It waits to be sent while pending or sending; delivered, read and mostly failed are what the platform reports."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    DROPPED = "dropped"


_ALLOWED_BEFORE: Final[Mapping[DeliveryState, tuple[DeliveryState, ...]]] = MappingProxyType(
    {
        DeliveryState.SENT: (),
        DeliveryState.DELIVERED: (DeliveryState.SENT,),
        DeliveryState.READ: (DeliveryState.SENT, DeliveryState.DELIVERED),
        DeliveryState.FAILED: (DeliveryState.SENT,),
    }
)
"""What a report may follow: they come in any order, and an older one must not undo a newer one."""


_update_waiting = update(messages).where(messages.c.id == bindparam("reply"), messages.c.due_at.is_not(None))
_update_sent = _update_waiting.values(
    state=DeliveryState.SENT, due_at=None, sent_at=bindparam("at"), receipt=bindparam("with"), error=None
)


def mark_sent(connection: Connection, reply: int, now: datetime, *, provider_message_id: str | None = None) -> bool:
    """The platform took the reply, and calls it `receipt`. False where it no longer waited, or was erased."""
    return connection.execute(_update_sent, {"reply": reply, "at": now, "with": provider_message_id}).rowcount == 1


def mark_failed(connection: Connection, reply: int, error: str) -> bool:
    """It can never be sent; those behind it go on. False where it no longer waited, or was erased."""
    return _update_if_waiting(connection, reply, {"state": DeliveryState.FAILED, "due_at": None, "error": error})


def reschedule(connection: Connection, reply: int, error: str, not_before: datetime) -> bool:
    """It could not be sent now; it and those behind it wait. False where it no longer waited, or was erased."""
    return _update_if_waiting(connection, reply, {"state": DeliveryState.PENDING, "due_at": not_before, "error": error})


def _update_if_waiting(connection: Connection, reply: int, values: Mapping[str, Any]) -> bool:
    return connection.execute(_update_waiting.values(values), {"reply": reply}).rowcount == 1


def apply_status_report(
    connection: Connection, channel: str, provider_message_id: str, state: DeliveryState, *, error: str | None = None
) -> bool:
    """The platform's later word on a reply. False where it changes nothing: unknown, repeated or overtaken."""
    there = conversations.c.id == messages.c.conversation_id
    on_channel = select(conversations.c.id).where(there, conversations.c.channel == channel).exists()
    earlier = messages.c.state.in_(_ALLOWED_BEFORE.get(state, ()))
    report = update(messages).where(messages.c.receipt == provider_message_id, on_channel, earlier)
    return connection.execute(report.values(state=state, error=error)).rowcount > 0
