"""Reads a conversation as the helpdesk sees it: messages, why the bot decided as it did, and delivery; writes
nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from handlers.model.messages import MessageKind, Option
from handlers.model.session import Trace
from storage.conversations.history import Side, parse_options
from storage.conversations.stored_json import parse_trace
from storage.tables import messages, turns


@dataclass(frozen=True, kw_only=True)
class DecisionDetails:
    """Why a message was answered as it was. `trace` is None if this version cannot read it."""

    turn: int
    handler: str
    outcome: str
    act: str
    entry: str | None
    score: float
    milliseconds: float
    content_version: str
    trace: Trace | None


@dataclass(frozen=True, kw_only=True)
class DeliveryStatus:
    """The state of a reply (storage.delivery.status.DeliveryState), its number of attempts and the last error."""

    state: str
    attempts: int
    error: str | None
    due_at: datetime | None
    sent_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class TranscriptEntry:
    """One message: `decision` for a person's, `delivery` for a reply; `author` is the agent who wrote that."""

    sequence: int
    side: Side
    text: str
    kind: MessageKind
    choice: str | None
    options: tuple[Option, ...]
    at: datetime
    decision: DecisionDetails | None
    delivery: DeliveryStatus | None
    author: str | None = None
    picture_text: str = ""
    """What was read from a picture."""
    has_media: bool = False
    """Whether the platform can be asked for what was sent."""


def transcript(
    connection: Connection, conversation_id: str, *, before: int | None = None, limit: int = 60
) -> tuple[tuple[TranscriptEntry, ...], bool]:
    """The last `limit` messages before that sequence number, in order, and whether there are earlier ones."""
    decided = and_(turns.c.id == messages.c.turn_id, messages.c.side == Side.PERSON)
    query = (
        select(messages, *_decision_columns)
        .outerjoin(turns, decided)
        .where(messages.c.conversation_id == conversation_id)
    )
    if before is not None:
        query = query.where(messages.c.id < before)
    rows = connection.execute(query.order_by(messages.c.id.desc()).limit(limit + 1)).all()
    return tuple(_transcript_entry(row) for row in reversed(rows[:limit])), len(rows) > limit


def media_reference(connection: Connection, conversation_id: str, sequence: int) -> str | None:
    """The platform's own reference to what was sent with a message of this conversation."""
    here = messages.c
    own = select(here.media).where(here.conversation_id == conversation_id, here.id == sequence)
    reference: str | None = connection.scalar(own)
    return reference


_decision_columns = tuple(
    turns.c[name].label(f"turn_{name}")
    for name in ("handler", "outcome", "act", "entry", "score", "milliseconds", "content_version", "trace")
)


def _transcript_entry(row: Row[Any]) -> TranscriptEntry:
    return TranscriptEntry(
        sequence=row.id,
        side=Side(row.side),
        text=row.text,
        kind=MessageKind(row.kind or MessageKind.TEXT),
        choice=row.choice,
        options=parse_options(row.options),
        at=row.created_at,
        decision=_decision_details(row) if row.turn_handler is not None else None,
        delivery=_delivery_status(row) if row.state is not None else None,
        author=row.author,
        picture_text=row.picture_text or "",
        has_media=row.media is not None,
    )


def _decision_details(row: Row[Any]) -> DecisionDetails:
    return DecisionDetails(
        turn=row.turn_id,
        handler=row.turn_handler,
        outcome=row.turn_outcome,
        act=row.turn_act,
        entry=row.turn_entry,
        score=row.turn_score,
        milliseconds=row.turn_milliseconds,
        content_version=row.turn_content_version,
        trace=_parse_trace(row.turn_trace),
    )


def _parse_trace(stored: str) -> Trace | None:
    try:
        return parse_trace(stored)
    except ValueError:
        return None


def _delivery_status(row: Row[Any]) -> DeliveryStatus:
    return DeliveryStatus(
        state=row.state, attempts=row.attempts, error=row.error, due_at=row.due_at, sent_at=row.sent_at
    )
