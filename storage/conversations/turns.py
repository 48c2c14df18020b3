"""What was decided about each message, and why; it decides nothing."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, func, insert, select, update

from handlers.model.session import Decision, Trace
from storage.conversations.conversations import Conversation
from storage.tables import conversations, messages, turns

trace_json: TypeAdapter[Trace] = TypeAdapter(Trace)


@dataclass(frozen=True, kw_only=True)
class DecisionContext:
    """Under which the decision was made: the digest of the knowledge, and how long it took.

    `traceparent` is where in a trace, for those who deliver the answer: another process, or this one after a restart.
    """

    content_version: str
    milliseconds: float
    traceparent: str | None = None


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One message and all that was decided about it; `number` counts from 1 within the talk."""

    id: int
    number: int


def record(
    connection: Connection,
    conversation: Conversation,
    message: int,
    decision: Decision,
    context: DecisionContext,
    now: datetime,
) -> Turn:
    """Store the decision about `message`, and now the masked words of the message itself."""
    turn = _insert_decision(connection, conversation, decision.trace, context, now)
    connection.execute(_store_message_text, {"message": message, "turn": turn.id, "heard": decision.stored_text})
    if decision.trace.language != conversation.language:
        connection.execute(_store_language, {"talk": conversation.id, "spoken": decision.trace.language})
    return turn


_store_message_text = (
    update(messages)
    .where(messages.c.id == bindparam("message"))
    .values(turn_id=bindparam("turn"), text=bindparam("heard"))
)
_store_language = (
    update(conversations).where(conversations.c.id == bindparam("talk")).values(language=bindparam("spoken"))
)
# The talk is locked, so that nobody else counts its turns meanwhile.
_last_number = select(func.coalesce(func.max(turns.c.number), 0)).where(turns.c.conversation_id == bindparam("talk"))
_insert_turn = insert(turns).values(number=_last_number.scalar_subquery() + 1).returning(turns.c.id, turns.c.number)


def _insert_decision(
    connection: Connection, conversation: Conversation, trace: Trace, context: DecisionContext, now: datetime
) -> Turn:
    values = {
        "talk": conversation.id,
        "conversation_id": conversation.id,
        "handler": trace.handler,
        "outcome": trace.outcome,
        "act": trace.act,
        "entry": trace.entry,
        "line": trace.line,
        "score": trace.confidence,
        "language": trace.language,
        "trace": trace_json.dump_json(trace).decode(),
        "content_version": context.content_version,
        "milliseconds": context.milliseconds,
        "traceparent": context.traceparent,
        "created_at": now,
    }
    row = connection.execute(_insert_turn, values).one()
    return Turn(id=row.id, number=row.number)


def read_trace(connection: Connection, turn: int) -> Trace | None:
    """Why a turn was answered as it was; None where there is no such turn."""
    stored = connection.scalar(select(turns.c.trace).where(turns.c.id == turn))
    return None if stored is None else trace_json.validate_json(stored)


def conversation_of(connection: Connection, turn: int) -> str | None:
    """The id of the talk that a turn belongs to: what is left of a job that was given a turn."""
    return connection.scalar(select(turns.c.conversation_id).where(turns.c.id == turn))
