"""What people wrote and got no good answer to: not understood, left when asked back, or no help; it only reads."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Connection, Row, Select, and_, literal, not_, or_, select

from handlers.model.messages import MessageKind
from kb.model import EntryId, Language
from kb.understanding.result import Outcome
from storage.conversations.history import Side
from storage.conversations.turns import trace_json
from storage.tables import feedback, messages, turns, unclear

_CHOICE_HANDLERS: Final = ("tapped", "choice")
"""The handlers that take an answer to an open question (handlers.router)."""
_HANDLERS_WITHOUT_QUESTION: Final = (*_CHOICE_HANDLERS, "command", "secret", "unread", "broken")
"""The handlers of messages in which nothing was asked for."""


class FailureReason(StrEnum):
    """What went wrong with a message."""

    UNKNOWN = "unknown"
    NOT_CHOSEN = "unchosen"
    NOT_HELPED = "not_helped"


@dataclass(frozen=True, kw_only=True)
class UnansweredMessage:
    """A message that was not answered well."""

    turn: int
    conversation: str
    text: str
    language: Language
    reason: FailureReason
    at: datetime


def list_newest(
    connection: Connection, now: datetime, since: datetime, *, answer_timeout: timedelta, limit: int = 1500
) -> tuple[UnansweredMessage, ...]:
    """What was not answered since then, newest first; a question that was asked back counts once it `waits` no more."""
    # By the time, not by min() of the number: PostgreSQL would walk along the numbers to find it.
    first = select(turns.c.id).where(turns.c.created_at >= since).order_by(turns.c.created_at, turns.c.id).limit(1)
    oldest = connection.scalar(first)
    if oldest is None:
        return ()
    unclear_ones = connection.execute(
        _select_unclear(oldest, now - answer_timeout).order_by(turns.c.id.desc()).limit(limit)
    )
    unhelpful = connection.execute(_select_unhelpful(oldest).order_by(turns.c.id.desc()).limit(limit))
    found = (_unanswered_message(row) for row in (*unhelpful, *unclear_ones))
    # One that was both is told of once, as what the person said of it.
    by_turn = {one.turn: one for one in reversed((*found,))}
    return tuple(by_turn[turn] for turn in sorted(by_turn, reverse=True)[:limit])


def _select_unclear(oldest: int, asked_before: datetime) -> Select[Any]:
    here, following = turns.c, turns.alias("following")
    own = and_(messages.c.turn_id == here.id, messages.c.side == Side.PERSON)
    after = and_(following.c.conversation_id == here.conversation_id, following.c.number == here.number + 1)
    chosen = and_(following.c.handler.in_(_CHOICE_HANDLERS), following.c.outcome == Outcome.ANSWERED)
    left = or_(and_(following.c.id.is_(None), here.created_at < asked_before), not_(chosen))
    return (
        select(here.id, here.conversation_id, here.outcome, here.language, here.created_at, messages.c.text)
        .join(messages, own)
        .outerjoin(following, after)
        .where(unclear, here.id >= oldest, here.handler.not_in(_HANDLERS_WITHOUT_QUESTION))
        .where(messages.c.kind != MessageKind.TAP, messages.c.text != "")
        .where(or_(here.outcome == Outcome.UNKNOWN, left))
    )


def _select_unhelpful(oldest: int) -> Select[Any]:
    here = turns.c
    own = and_(messages.c.turn_id == here.id, messages.c.side == Side.PERSON)
    said = and_(feedback.c.turn_id == here.id, feedback.c.helped.is_(False))
    no_help = literal(FailureReason.NOT_HELPED.value).label("outcome")
    return (
        select(here.id, here.conversation_id, no_help, here.language, here.created_at, messages.c.text)
        .join(feedback, said)
        .join(messages, own)
        .where(feedback.c.turn_id >= oldest, messages.c.kind != MessageKind.TAP, messages.c.text != "")
    )


_REASON_BY_OUTCOME: Final = {
    Outcome.UNKNOWN: FailureReason.UNKNOWN,
    Outcome.CLARIFIED: FailureReason.NOT_CHOSEN,
    FailureReason.NOT_HELPED: FailureReason.NOT_HELPED,
}


def _unanswered_message(row: Row[Any]) -> UnansweredMessage:
    return UnansweredMessage(
        turn=row.id,
        conversation=row.conversation_id,
        text=row.text,
        language=row.language,
        reason=_REASON_BY_OUTCOME[row.outcome],
        at=row.created_at,
    )


def candidates_for(connection: Connection, turn_ids: Collection[int]) -> Mapping[int, tuple[EntryId, ...]]:
    """What the messages of these turns were thought to mean, best first."""
    rows = connection.execute(select(turns.c.id, turns.c.trace).where(turns.c.id.in_(turn_ids)))
    return {turn: _candidates(trace) for turn, trace in rows}


def _candidates(stored: str) -> tuple[EntryId, ...]:
    try:
        return tuple(match.entry for match in trace_json.validate_json(stored).candidates)
    except ValidationError:
        return ()
