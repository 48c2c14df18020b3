"""The outbox of replies: in the order of their conversation, each at least once; sends nothing itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, case, false, func, insert, select, update

from handlers.model.frozen import replace
from handlers.model.messages import Option, Reply
from handlers.model.session import OPTED_OUT
from storage.conversations.conversations import Conversation
from storage.conversations.history import Side, options_json, parse_options
from storage.database.due import due_by, is_due
from storage.database.prepared import PreparedStatement
from storage.delivery.status import DeliveryState
from storage.tables import conversations, messages, turns
from storage.tables.types import UtcDateTime

CLAIM_LEASE: Final = timedelta(seconds=60)
"""How long a worker may take to send one reply before another one may claim it."""


@dataclass(frozen=True, kw_only=True)
class OutgoingReply:
    """A reply to send now, and its address. `attempts` includes this one.

    `in_reply_to` is the provider's id of the message that is answered, `traceparent` continues the trace of the
    decision (storage.conversations.turns.DecisionContext).
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
    """Nothing to send before `until`: the next reply waits for a retry, or is being sent."""

    until: datetime


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How many replies are waiting, and since when the oldest one is."""

    waiting: int
    oldest: datetime | None


def enqueue(
    connection: Connection, conversation: Conversation, turn: int | None, replies: Sequence[Reply], now: datetime
) -> tuple[int, ...]:
    """Queue the replies of a turn behind those waiting in their conversation; return their sequence numbers, in
    order.

    Without a turn they are what the person did not cause: after STOP, until they write again, none is queued.
    """
    if not replies or (turn is None and opted_out(connection, [conversation.id])):
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


def opted_out(connection: Connection, conversation_ids: Iterable[str]) -> frozenset[str]:
    """Those of the conversations whose person wrote STOP, and nothing since."""
    here = conversations.c.id
    return frozenset(connection.scalars(select(here).where(here.in_(list(conversation_ids)), wrote_stop(here))))


def wrote_stop(conversation_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether STOP is the last thing that was written in a conversation."""
    handlers = select(turns.c.handler).where(turns.c.conversation_id == conversation_id)
    return func.coalesce(handlers.order_by(turns.c.number.desc()).limit(1).scalar_subquery() == OPTED_OUT, false())


_insert_replies = insert(messages).returning(messages.c.id, sort_by_parameter_order=True)


def enqueue_agent_reply(
    connection: Connection,
    conversation: Conversation,
    text: str,
    author: str,
    now: datetime,
    *,
    provider_id: str | None = None,
) -> int:
    """Queue what the agent `author` writes; `provider_id` is the provider's id of their own message, if it was one."""
    values = {
        "conversation_id": conversation.id,
        "side": Side.BOT,
        "text": text,
        "author": author,
        "provider_id": provider_id,
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "due_at": now,
        "created_at": now,
    }
    number: int = connection.execute(insert(messages).values(values).returning(messages.c.id)).scalar_one()
    return number


def enqueue_claimed(connection: Connection, claimed: OutgoingReply, until: datetime) -> OutgoingReply | None:
    """Queue a reply and claim it at once (`claimed`, its `id` not known yet), for whoever sends it within this process.

    None if others of its conversation are waiting: it is queued behind them, unclaimed. The conversation must be
    locked.
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
    row = _insert_claimed.first(connection, values)
    return replace(claimed, id=row.id) if row.state == DeliveryState.SENDING else None


_earlier = messages.alias("before")
_earlier_waiting = select(_earlier.c.id).where(
    _earlier.c.conversation_id == bindparam("talk"), _earlier.c.due_at.is_not(None)
)
_insert_claimed = PreparedStatement(
    lambda _: (
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
)


def claim(
    connection: Connection, conversation_id: str, now: datetime, lease: timedelta = CLAIM_LEASE
) -> OutgoingReply | NotDue | None:
    """Claim the next reply of a conversation, of whichever turn; None if nothing is waiting.

    Nobody else can claim it before `lease` ends. The caller records the result with storage.delivery.status.
    """
    first = _first_waiting.first(connection, {"talk": conversation_id})
    if first is None:
        return None
    if not is_due(first.due_at, now):
        return NotDue(until=first.due_at)
    if _claim_reply.run(connection, {"reply": first.id, "seen": first.due_at, "until": now + lease}) != 1:
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
# Together with the conversation's row: one query on the hot path.
_conversation_columns = tuple(column.label(f"talk_{column.name}") for column in conversations.c)
_first_waiting = PreparedStatement(
    lambda _: (
        select(messages, _in_reply_to.label("answers"), _traceparent.label("traceparent"), *_conversation_columns)
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .where(messages.c.conversation_id == bindparam("talk"), messages.c.due_at.is_not(None))
        .order_by(messages.c.id)
        .limit(1)
    )
)
_claim_reply = PreparedStatement(
    lambda _: (
        update(messages)
        .where(messages.c.id == bindparam("reply"), messages.c.due_at == bindparam("seen"))
        .values(state=DeliveryState.SENDING, attempts=messages.c.attempts + 1, due_at=bindparam("until"))
    )
)


def _outgoing_reply(row: Any) -> OutgoingReply:
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


def _conversation_of(row: Any) -> Conversation:
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


# Numbered in one pass: a planner that has seen a short queue would join a long one with itself.
_position = func.row_number().over(partition_by=messages.c.conversation_id, order_by=messages.c.id)
_queue = (
    select(messages.c.conversation_id, messages.c.due_at, _position.label("place"))
    .where(messages.c.due_at.is_not(None))
    .subquery("queue")
)
_heads_of_queues = select(_queue.c.conversation_id).where(_queue.c.place == 1)


def due(connection: Connection, now: datetime, *, limit: int = 100) -> tuple[str, ...]:
    """Ids of conversations in which `claim` finds a reply now, longest waiting first."""
    waiting = _heads_of_queues.where(due_by(_queue.c.due_at, now))
    return tuple(connection.scalars(waiting.order_by(_queue.c.due_at).limit(limit)))


def release_leases(connection: Connection, now: datetime) -> int:
    """Release the claims of a killed process, when a process starts that is the only one; return their number."""
    claimed = update(messages).where(messages.c.due_at.is_not(None), messages.c.state == DeliveryState.SENDING)
    return connection.execute(claimed.values(state=DeliveryState.PENDING, due_at=now)).rowcount


def backlog(connection: Connection) -> Backlog:
    """Waiting replies, for metrics and readiness."""
    counted = select(func.count().label("waiting"), func.min(messages.c.created_at).label("oldest"))
    row = connection.execute(counted.where(messages.c.due_at.is_not(None))).one()
    return Backlog(waiting=row.waiting, oldest=row.oldest)
