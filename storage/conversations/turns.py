"""Stores the decision about each message, and its trace; decides nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select, update

from handlers.model.session import Decision, Trace
from kb.model import EntryId
from storage.conversations.conversations import Conversation
from storage.conversations.stored_json import dump_trace
from storage.database.prepared import PreparedStatement
from storage.tables import conversations, messages, turns


@dataclass(frozen=True, kw_only=True)
class DecisionContext:
    """The circumstances of a decision: the version of the knowledge, and how long it took.

    `traceparent` continues the trace for whoever delivers the reply: another process, or this one after a restart.
    """

    content_version: str
    milliseconds: float
    traceparent: str | None = None


@dataclass(frozen=True, kw_only=True)
class RecordedTurn:
    """One message and the decision about it; `number` counts from 1 within the conversation."""

    id: int
    number: int


def record(
    connection: Connection,
    conversation: Conversation,
    message: int,
    decision: Decision,
    context: DecisionContext,
    now: datetime,
) -> RecordedTurn:
    """Store the decision about `message`, and the masked text of the message."""
    turn = _insert_decision(connection, conversation, decision.trace, context, now)
    heard = {"heard": decision.stored_text, "read": decision.stored_picture_text or None}
    _store_message_text.run(connection, {"message": message, "turn": turn.id, **heard})
    spoken = decision.session.spoken_language or decision.trace.language
    if spoken != conversation.language:
        _store_language.run(connection, {"talk": conversation.id, "spoken": spoken})
    return turn


_store_message_text = PreparedStatement(
    lambda _: (
        update(messages)
        .where(messages.c.id == bindparam("message"))
        .values(turn_id=bindparam("turn"), text=bindparam("heard"), picture_text=bindparam("read"))
    )
)
_store_language = PreparedStatement(
    lambda _: update(conversations).where(conversations.c.id == bindparam("talk")).values(language=bindparam("spoken"))
)
# The conversation is locked, so nobody else counts its turns meanwhile.
_last_number = select(func.coalesce(func.max(turns.c.number), 0)).where(turns.c.conversation_id == bindparam("talk"))
_insert_turn = PreparedStatement(
    lambda _: insert(turns).values(number=_last_number.scalar_subquery() + 1).returning(turns.c.id, turns.c.number)
)


def entry_of(connection: Connection, turn: int) -> EntryId | None:
    """The entry that a turn was about."""
    entry = connection.scalar(select(turns.c.entry).where(turns.c.id == turn))
    return None if entry is None else EntryId(entry)


def _insert_decision(
    connection: Connection, conversation: Conversation, trace: Trace, context: DecisionContext, now: datetime
) -> RecordedTurn:
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
        "trace": dump_trace(trace),
        "content_version": context.content_version,
        "milliseconds": context.milliseconds,
        "traceparent": context.traceparent,
        "created_at": now,
    }
    row = _insert_turn.first(connection, values)
    return RecordedTurn(id=row.id, number=row.number)
