"""A talk as the helpdesk reads it: what was said, why the bot said it, and whether it arrived; it only reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Row, and_, select

from handlers.model.messages import MessageKind, Option
from handlers.model.session import Trace
from storage.conversations.history import Side, read_options
from storage.conversations.turns import trace_json
from storage.tables import messages, turns


@dataclass(frozen=True, kw_only=True)
class Reasons:
    """Why a message was answered as it was. `trace` is None where this version of the program cannot read it."""

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
class Delivery:
    """How far a reply has got (storage.delivery.status.State), after how many tries, and what hindered it."""

    state: str
    attempts: int
    error: str | None
    due_at: datetime | None
    sent_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Said:
    """One message: `reasons` with a person's, `delivery` with a reply."""

    sequence: int
    side: Side
    text: str
    kind: MessageKind
    choice: str | None
    options: tuple[Option, ...]
    at: datetime
    reasons: Reasons | None
    delivery: Delivery | None


def transcript(
    connection: Connection, talk: str, *, before: int | None = None, limit: int = 60
) -> tuple[tuple[Said, ...], bool]:
    """The last `limit` messages before that sequence number, in order; and whether there are earlier ones."""
    decided = and_(turns.c.id == messages.c.turn_id, messages.c.side == Side.PERSON)
    query = select(messages, *_decided).outerjoin(turns, decided).where(messages.c.conversation_id == talk)
    if before is not None:
        query = query.where(messages.c.id < before)
    rows = connection.execute(query.order_by(messages.c.id.desc()).limit(limit + 1)).all()
    return tuple(_said(row) for row in reversed(rows[:limit])), len(rows) > limit


_decided = tuple(
    turns.c[name].label(f"turn_{name}")
    for name in ("handler", "outcome", "act", "entry", "score", "milliseconds", "content_version", "trace")
)


def _said(row: Row[Any]) -> Said:
    return Said(
        sequence=row.id,
        side=Side(row.side),
        text=row.text,
        kind=MessageKind(row.kind or MessageKind.TEXT),
        choice=row.choice,
        options=read_options(row.options),
        at=row.created_at,
        reasons=_reasons(row) if row.turn_handler is not None else None,
        delivery=_delivery(row) if row.state is not None else None,
    )


def _reasons(row: Row[Any]) -> Reasons:
    return Reasons(
        turn=row.turn_id,
        handler=row.turn_handler,
        outcome=row.turn_outcome,
        act=row.turn_act,
        entry=row.turn_entry,
        score=row.turn_score,
        milliseconds=row.turn_milliseconds,
        content_version=row.turn_content_version,
        trace=_trace(row.turn_trace),
    )


def _trace(stored: str) -> Trace | None:
    try:
        return trace_json.validate_json(stored)
    except ValidationError:
        return None


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(state=row.state, attempts=row.attempts, error=row.error, due_at=row.due_at, sent_at=row.sent_at)
