"""Replies on their way out: in the order of their talk, and each at least once; it sends nothing itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, case, func, insert, select, update

from handlers.model.messages import Option, Reply
from storage.conversations.conversations import Conversation
from storage.conversations.history import Side, options_json, read_options
from storage.delivery.status import State
from storage.tables import conversations, messages, turns
from storage.tables.types import Moment

LEASE: Final = timedelta(seconds=60)
"""How long a worker has to send one reply before another may."""


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A reply to send now, and where. `attempts` counts this one too.

    `answers` is the provider's id of the message that it is the answer to, `traceparent` where in a trace that was
    decided (storage.conversations.turns.Circumstances).
    """

    id: int
    talk: Conversation
    turn: int | None
    text: str
    options: tuple[Option, ...]
    attempts: int
    created_at: datetime
    answers: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True, kw_only=True)
class Later:
    """Nothing to send before `until`: the reply that comes first waits for another attempt, or is being sent."""

    until: datetime


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How many replies wait to be sent, and since when the oldest does."""

    waiting: int
    oldest: datetime | None


def enqueue(
    connection: Connection, talk: Conversation, turn: int | None, replies: Sequence[Reply], now: datetime
) -> tuple[int, ...]:
    """Put the replies of a turn behind what waits in their talk; their sequence numbers, in order."""
    if not replies:
        return ()
    rows = [
        {
            "conversation_id": talk.id,
            "turn_id": turn,
            "side": Side.BOT,
            "text": reply.text,
            "options": options_json.dump_json(reply.options).decode() if reply.options else None,
            "state": State.PENDING,
            "attempts": 0,
            "due_at": now,
            "created_at": now,
        }
        for reply in replies
    ]
    return tuple(connection.scalars(_enqueue, rows))


_enqueue = insert(messages).returning(messages.c.id, sort_by_parameter_order=True)


def hand_over(connection: Connection, claimed: Outgoing, until: datetime) -> Outgoing | None:
    """Queue a reply and claim it at once (`claimed`, its `id` not known yet), for whoever sends it within this process.

    None where others of its talk wait: it is queued behind them, and nobody has claimed it. The talk has to be locked.
    """
    values = {
        "conversation_id": claimed.talk.id,
        "talk": claimed.talk.id,
        "turn_id": claimed.turn,
        "side": Side.BOT,
        "text": claimed.text,
        "options": options_json.dump_json(claimed.options).decode() if claimed.options else None,
        "now": claimed.created_at,
        "until": until,
        "created_at": claimed.created_at,
    }
    row = connection.execute(_hand_over, values).one()
    return replace(claimed, id=row.id) if row.state == State.SENDING else None


_before = messages.alias("before")
_waits = select(_before.c.id).where(_before.c.conversation_id == bindparam("talk"), _before.c.due_at.is_not(None))
_hand_over = (
    insert(messages)
    .values(
        state=case((_waits.exists(), State.PENDING), else_=State.SENDING),
        attempts=case((_waits.exists(), 0), else_=1),
        due_at=case((_waits.exists(), bindparam("now", type_=Moment)), else_=bindparam("until", type_=Moment)),
    )
    .returning(messages.c.id, messages.c.state)
)


def claim(connection: Connection, talk: str, now: datetime, lease: timedelta = LEASE) -> Outgoing | Later | None:
    """Take the reply that comes first in a talk, whichever turn it is of; None where nothing waits any more.

    Nobody else gets it before `lease` is over. Whoever took it records the outcome with storage.delivery.status.
    """
    first = connection.execute(_first, {"talk": talk}).one_or_none()
    if first is None:
        return None
    if first.due_at > now:
        return Later(until=first.due_at)
    if connection.execute(_take, {"reply": first.id, "seen": first.due_at, "until": now + lease}).rowcount != 1:
        return Later(until=now + lease)
    return _outgoing(first)


_asked = messages.alias("asked")
_answers = (
    select(_asked.c.provider_id)
    .where(_asked.c.turn_id == messages.c.turn_id, _asked.c.side == Side.PERSON)
    .limit(1)
    .scalar_subquery()
)
_traced = select(turns.c.traceparent).where(turns.c.id == messages.c.turn_id).scalar_subquery()
# With the talk in the same row: what is sent most often is asked for once.
_there = tuple(column.label(f"talk_{column.name}") for column in conversations.c)
_first = (
    select(messages, _answers.label("answers"), _traced.label("traceparent"), *_there)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(messages.c.conversation_id == bindparam("talk"), messages.c.due_at.is_not(None))
    .order_by(messages.c.id)
    .limit(1)
)
_take = (
    update(messages)
    .where(messages.c.id == bindparam("reply"), messages.c.due_at == bindparam("seen"))
    .values(state=State.SENDING, attempts=messages.c.attempts + 1, due_at=bindparam("until"))
)


def _outgoing(row: Row[Any]) -> Outgoing:
    return Outgoing(
        id=row.id,
        talk=_talk(row),
        turn=row.turn_id,
        text=row.text,
        options=read_options(row.options),
        attempts=row.attempts + 1,
        created_at=row.created_at,
        answers=row.answers,
        traceparent=row.traceparent,
    )


def _talk(row: Row[Any]) -> Conversation:
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
_place = func.row_number().over(partition_by=messages.c.conversation_id, order_by=messages.c.id)
_queue = (
    select(messages.c.conversation_id, messages.c.due_at, _place.label("place"))
    .where(messages.c.due_at.is_not(None))
    .subquery("queue")
)
_heads = select(_queue.c.conversation_id).where(_queue.c.place == 1)
_due = _heads.where(_queue.c.due_at <= bindparam("now")).order_by(_queue.c.due_at).limit(bindparam("limit"))
_next_due = select(func.min(_queue.c.due_at)).where(_queue.c.place == 1)


def due(connection: Connection, now: datetime, *, limit: int = 100) -> tuple[str, ...]:
    """The ids of talks in which `claim` finds a reply to send now, the longest waiting first."""
    return tuple(connection.scalars(_due, {"now": now, "limit": limit}))


def next_due(connection: Connection) -> datetime | None:
    """When `due` has something next (this may be past); None where nothing waits."""
    first: datetime | None = connection.scalar(_next_due)
    return first


def release(connection: Connection, now: datetime) -> int:
    """Give back what a program that was killed had claimed; for the start of a program that is alone. How many."""
    claimed = update(messages).where(messages.c.due_at.is_not(None), messages.c.state == State.SENDING)
    return connection.execute(claimed.values(state=State.PENDING, due_at=now)).rowcount


def backlog(connection: Connection) -> Backlog:
    """What waits to be sent, for metrics and readiness."""
    counted = select(func.count().label("waiting"), func.min(messages.c.created_at).label("oldest"))
    row = connection.execute(counted.where(messages.c.due_at.is_not(None))).one()
    return Backlog(waiting=row.waiting, oldest=row.oldest)
