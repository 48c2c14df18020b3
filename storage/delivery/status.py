"""How far each reply has got: what a worker says of the one it claimed, and what a platform reports later."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from storage.tables import conversations, messages


class State(StrEnum):
    """It waits to be sent while pending or sending; delivered, read and mostly failed are what the platform reports."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    DROPPED = "dropped"


_REPORTS_AFTER: Final[Mapping[State, tuple[State, ...]]] = MappingProxyType(
    {
        State.SENT: (),
        State.DELIVERED: (State.SENT,),
        State.READ: (State.SENT, State.DELIVERED),
        State.FAILED: (State.SENT,),
    }
)
"""What a report may follow: they come in any order, and an older one must not undo a newer one."""


_waiting = update(messages).where(messages.c.id == bindparam("reply"), messages.c.due_at.is_not(None))
_sent = _waiting.values(state=State.SENT, due_at=None, sent_at=bindparam("at"), receipt=bindparam("with"), error=None)


def sent(connection: Connection, reply: int, now: datetime, *, receipt: str | None = None) -> bool:
    """The platform took the reply, and calls it `receipt`. False where it no longer waited, or was erased."""
    return connection.execute(_sent, {"reply": reply, "at": now, "with": receipt}).rowcount == 1


def failed(connection: Connection, reply: int, error: str) -> bool:
    """It can never be sent; those behind it go on. False where it no longer waited, or was erased."""
    return _settle(connection, reply, {"state": State.FAILED, "due_at": None, "error": error})


def again(connection: Connection, reply: int, error: str, not_before: datetime) -> bool:
    """It could not be sent now; it and those behind it wait. False where it no longer waited, or was erased."""
    return _settle(connection, reply, {"state": State.PENDING, "due_at": not_before, "error": error})


def _settle(connection: Connection, reply: int, values: Mapping[str, Any]) -> bool:
    return connection.execute(_waiting.values(values), {"reply": reply}).rowcount == 1


def reported(connection: Connection, channel: str, receipt: str, state: State, *, error: str | None = None) -> bool:
    """The platform's later word on a reply. False where it changes nothing: unknown, repeated or overtaken."""
    there = conversations.c.id == messages.c.conversation_id
    on_channel = select(conversations.c.id).where(there, conversations.c.channel == channel).exists()
    earlier = messages.c.state.in_(_REPORTS_AFTER.get(state, ()))
    report = update(messages).where(messages.c.receipt == receipt, on_channel, earlier)
    return connection.execute(report.values(state=state, error=error)).rowcount > 0
