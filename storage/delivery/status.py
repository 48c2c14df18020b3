"""Records the delivery state of replies: results of a worker's own claim, and status reports of the platform."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, false, func, or_, select, update

from storage.database.prepared import PreparedStatement
from storage.tables import conversations, messages


class DeliveryState(StrEnum):
    """A reply is waiting while pending or sending; delivered, read and most failures come from the platform."""

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
"""Which states a report may follow: reports arrive in any order, and an older one must not undo a newer one."""


_UNDECIDED: Final = (DeliveryState.PENDING, DeliveryState.SENDING)
_OUTCOME_UNKNOWN: Final = (*_UNDECIDED, DeliveryState.FAILED)
_ALLOWED_WITHOUT_ID: Final[Mapping[DeliveryState, tuple[DeliveryState, ...]]] = MappingProxyType(
    {
        DeliveryState.SENT: _OUTCOME_UNKNOWN,
        DeliveryState.DELIVERED: _OUTCOME_UNKNOWN,
        DeliveryState.READ: _OUTCOME_UNKNOWN,
        DeliveryState.FAILED: _UNDECIDED,
    }
)
"""The same for a reply that has no provider message id: it is being sent, or its attempt had an unknown outcome."""


_update_waiting = update(messages).where(messages.c.id == bindparam("reply"), messages.c.due_at.is_not(None))
_update_sent = PreparedStatement(
    lambda _: _update_waiting.values(
        state=DeliveryState.SENT, due_at=None, sent_at=bindparam("at"), receipt=bindparam("with"), error=None
    )
)


def mark_sent(connection: Connection, reply: int, now: datetime, *, provider_message_id: str | None = None) -> bool:
    """The platform accepted the reply as `provider_message_id`. False if it was no longer waiting, or erased."""
    return _update_sent.run(connection, {"reply": reply, "at": now, "with": provider_message_id}) == 1


_FATE_KNOWN: Final = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.FAILED)
_fate_before = PreparedStatement(
    lambda _: (
        select(messages.c.state)
        .where(
            messages.c.conversation_id == bindparam("conversation"),
            messages.c.id < bindparam("reply"),
            or_(*(messages.c.state == state for state in _FATE_KNOWN)),
        )
        .order_by(messages.c.id.desc())
        .limit(1)
    )
)


def follows_a_failure(connection: Connection, conversation_id: str, reply: int) -> bool:
    """Whether the reply before this one did not reach the person, of those whose fate is known."""
    before = _fate_before.first(connection, {"conversation": conversation_id, "reply": reply})
    return before is not None and before.state == DeliveryState.FAILED


def mark_failed(connection: Connection, reply: int, error: str) -> bool:
    """The reply failed permanently; those behind it go on. False if it was no longer waiting, or erased."""
    return _update_if_waiting(connection, reply, {"state": DeliveryState.FAILED, "due_at": None, "error": error})


def reschedule(connection: Connection, reply: int, error: str, not_before: datetime) -> bool:
    """Sending failed for now; the reply and those behind it wait. False if it was no longer waiting, or erased."""
    return _update_if_waiting(connection, reply, {"state": DeliveryState.PENDING, "due_at": not_before, "error": error})


def _update_if_waiting(connection: Connection, reply: int, values: Mapping[str, Any]) -> bool:
    return connection.execute(_update_waiting.values(values), {"reply": reply}).rowcount == 1


def is_unreachable(connection: Connection, conversation_id: str) -> bool:
    """Whether the latest reply whose fate is known did not reach the person, such as where they blocked the bot."""
    return bool(unreachable(connection, [conversation_id]))


def unreachable(connection: Connection, conversation_ids: Iterable[str]) -> frozenset[str]:
    """Those of the conversations whose person the latest reply did not reach."""
    here = conversations.c.id
    wanted = select(here).where(here.in_(list(conversation_ids)), latest_reply_failed(here))
    return frozenset(connection.scalars(wanted))


def latest_reply_failed(conversation_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the latest reply of a conversation whose fate is known failed; false where there is none."""
    replies = select(messages.c.state).where(
        messages.c.conversation_id == conversation_id, messages.c.state.in_(_FATE_KNOWN)
    )
    latest = replies.order_by(messages.c.id.desc()).limit(1).scalar_subquery()
    return func.coalesce(latest == DeliveryState.FAILED, false())


def apply_status_report(
    connection: Connection,
    channel: str,
    provider_message_id: str,
    state: DeliveryState,
    *,
    error: str | None = None,
    reply: int | None = None,
) -> bool:
    """Apply a status report of the platform. False if it changes nothing: unknown, repeated or outdated.

    `reply` is our own number of the reply, where the report carries it: it finds a reply whose provider message id is
    not known yet, or never became known.
    """
    there = conversations.c.id == messages.c.conversation_id
    on_channel = select(conversations.c.id).where(there, conversations.c.channel == channel).exists()
    earlier = messages.c.state.in_(_ALLOWED_BEFORE.get(state, ()))
    report = update(messages).where(messages.c.receipt == provider_message_id, on_channel, earlier)
    if connection.execute(report.values(state=state, error=error)).rowcount > 0:
        return True
    if reply is None:
        return False
    nameless = update(messages).where(
        messages.c.id == reply,
        on_channel,
        messages.c.receipt.is_(None),
        messages.c.attempts > 0,
        messages.c.state.in_(_ALLOWED_WITHOUT_ID.get(state, ())),
    )
    # It waits no longer: what the worker says of this attempt later comes too late.
    known = nameless.values(state=state, error=error, receipt=provider_message_id, due_at=None)
    return connection.execute(known).rowcount > 0
