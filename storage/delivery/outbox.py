"""Replies on their way out: in the order of their talk, and each at least once; it sends nothing itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, case, func, insert, select, update

from handlers.model.messages import Option, Reply
from storage.conversations.conversations import Conversation
from storage.conversations.history import Side, options_json, parse_options
from storage.delivery.status import DeliveryState
from storage.tables import conversations, messages, turns
from storage.tables.types import UtcDateTime

CLAIM_LEASE: Final = timedelta(seconds=60)
"""How long a worker has to send one reply before another may."""


@dataclass(frozen=True, kw_only=True)
class OutgoingReply:
    """A reply to send now, and where. `attempts` counts this one too.

    `answers` is the provider's id of the message that it is the answer to, `traceparent` where in a trace that was
    decided (storage.conversations.turns.Circumstances).
    """

    id: int
    conversation: Conversation
    turn: int | None
    text: str
    options: tuple[Option, ...]
    attempts: int
    created_at: datetime
    in_reply_to: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True, kw_only=True)
class NotDue:
    """Nothing to send before `until`: the reply that comes first waits for another attempt, or is being sent."""

    until: datetime


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How many replies wait to be sent, and since when the oldest does."""

    waiting: int
    oldest: datetime | None


def enqueue(
    connection: Connection, conversation: Conversation, turn: int | None, replies: Sequence[Reply], now: datetime
) -> tuple[int, ...]:
    """Put the replies of a turn behind what waits in their talk; their sequence numbers, in order."""
    if not replies:
        return ()
    rows = [
        {
            "conversation_id": conversation.id,
            "turn_id": turn,
            "side": Side.BOT,
            "text": reply.text,
            "options": options_json.dump_json(reply.options).decode() if reply.options else None,
            "state": DeliveryState.PENDING,
            "attempts": 0,
            "due_at": now,
            "created_at": now,
        }
        for reply in replies
    ]
    return tuple(connection.scalars(_insert_replies, rows))


_insert_replies = insert(messages).returning(messages.c.id, sort_by_parameter_order=True)


def enqueue_claimed(connection: Connection, claimed: OutgoingReply, until: datetime) -> OutgoingReply | None:
    """Queue a reply and claim it at once (`claimed`, its `id` not known yet), for whoever sends it within this process.

    None where others of its talk wait: it is queued behind them, and nobody has claimed it. The talk has to be locked.
    """
    values = {
        "conversation_id": claimed.conversation.id,
        "talk": claimed.conversation.id,
        "turn_id": claimed.turn,
        "side": Side.BOT,
        "text": claimed.text,
        "options": options_json.dump_json(claimed.options).decode() if claimed.options else None,
        "now": claimed.created_at,
        "until": until,
        "created_at": claimed.created_at,
    }
    row = connection.execute(_insert_claimed, values).one()
    return replace(claimed, id=row.id) if row.state == DeliveryState.SENDING else None


_earlier = messages.alias("before")
_earlier_waiting = select(_earlier.c.id).where(
    _earlier.c.conversation_id == bindparam("talk"), _earlier.c.due_at.is_not(None)
)
_insert_claimed = (
    insert(messages)
    .values(
        state=case((_earlier_waiting.exists(), DeliveryState.PENDING), else_=DeliveryState.SENDING),
        attempts=case((_earlier_waiting.exists(), 0), else_=1),
        due_at=case(
            (_earlier_waiting.exists(), bindparam("now", type_=UtcDateTime)),
            else_=bindparam("until", type_=UtcDateTime),
        ),
    )
    .returning(messages.c.id, messages.c.state)
)


def claim(
    connection: Connection, conversation_id: str, now: datetime, lease: timedelta = CLAIM_LEASE
) -> OutgoingReply | NotDue | None:
    """Take the reply that comes first in a talk, whichever turn it is of; None where nothing waits any more.

    Nobody else gets it before `lease` is over. Whoever took it records the outcome with storage.delivery.status.
    """
    first = connection.execute(_first_waiting, {"talk": conversation_id}).one_or_none()
    if first is None:
        return None
    if first.due_at > now:
        return NotDue(until=first.due_at)
    if connection.execute(_claim_reply, {"reply": first.id, "seen": first.due_at, "until": now + lease}).rowcount != 1:
        return NotDue(until=now + lease)
    return _outgoing_reply(first)


_question = messages.alias("asked")
_in_reply_to = (
    select(_question.c.provider_id)
    .where(_question.c.turn_id == messages.c.turn_id, _question.c.side == Side.PERSON)
    .limit(1)
    .scalar_subquery()
)
_traceparent = select(turns.c.traceparent).where(turns.c.id == messages.c.turn_id).scalar_subquery()
# With the talk in the same row: what is sent most often is asked for once.
_conversation_columns = tuple(column.label(f"talk_{column.name}") for column in conversations.c)
_first_waiting = (
    select(messages, _in_reply_to.label("answers"), _traceparent.label("traceparent"), *_conversation_columns)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(messages.c.conversation_id == bindparam("talk"), messages.c.due_at.is_not(None))
    .order_by(messages.c.id)
    .limit(1)
)
_claim_reply = (
    update(messages)
    .where(messages.c.id == bindparam("reply"), messages.c.due_at == bindparam("seen"))
    .values(state=DeliveryState.SENDING, attempts=messages.c.attempts + 1, due_at=bindparam("until"))
)


def _outgoing_reply(row: Row[Any]) -> OutgoingReply:
    return OutgoingReply(
        id=row.id,
        conversation=_conversation_of(row),
        turn=row.turn_id,
        text=row.text,
        options=parse_options(row.options),
        attempts=row.attempts + 1,
        created_at=row.created_at,
        in_reply_to=row.answers,
        traceparent=row.traceparent,
    )


def _conversation_of(row: Row[Any]) -> Conversation:
    return Conversation(
        id=row.talk_id,
        channel=row.talk_channel,
        address=row.talk_address,
        sender=row.talk_sender,
        language=row.talk_language,
        created_at=row.talk_created_at,
        last_seen_at=row.talk_last_seen_at,
        forgotten_at=row.talk_forgotten_at,
    )


# Numbered in one pass over what waits: a planner that has seen a short queue joins a long one with itself, badly.
_position = func.row_number().over(partition_by=messages.c.conversation_id, order_by=messages.c.id)
_queue = (
    select(messages.c.conversation_id, messages.c.due_at, _position.label("place"))
    .where(messages.c.due_at.is_not(None))
    .subquery("queue")
)
_heads_of_queues = select(_queue.c.conversation_id).where(_queue.c.place == 1)
_due = _heads_of_queues.where(_queue.c.due_at <= bindparam("now")).order_by(_queue.c.due_at).limit(bindparam("limit"))
_next_due = select(func.min(_queue.c.due_at)).where(_queue.c.place == 1)


def due(connection: Connection, now: datetime, *, limit: int = 100) -> tuple[str, ...]:
    """The ids of talks in which `claim` finds a reply to send now, the longest waiting first."""
    return tuple(connection.scalars(_due, {"now": now, "limit": limit}))


def next_due(connection: Connection) -> datetime | None:
    """When `due` has something next (this may be past); None where nothing waits."""
    first: datetime | None = connection.scalar(_next_due)
    return first


def release_leases(connection: Connection, now: datetime) -> int:
    """Give back what a program that was killed had claimed; for the start of a program that is alone. How many."""
    claimed = update(messages).where(messages.c.due_at.is_not(None), messages.c.state == DeliveryState.SENDING)
    return connection.execute(claimed.values(state=DeliveryState.PENDING, due_at=now)).rowcount


def backlog(connection: Connection) -> Backlog:
    """What waits to be sent, for metrics and readiness."""
    counted = select(func.count().label("waiting"), func.min(messages.c.created_at).label("oldest"))
    row = connection.execute(counted.where(messages.c.due_at.is_not(None))).one()
    return Backlog(waiting=row.waiting, oldest=row.oldest)
