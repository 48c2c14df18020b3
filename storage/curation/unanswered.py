"""Lists messages without a good answer: not understood, clarification not answered, or marked as unhelpful; only
reads."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, literal, not_, or_, select

from handlers.model.messages import MessageKind
from kb.model import Language
from kb.understanding.result import Outcome
from storage.conversations.history import Side
from storage.tables import feedback, messages, turns, unclear

_CHOICE_HANDLERS: Final = ("tapped", "choice")
"""Handlers that process the answer to an open question (handlers.router)."""
_HANDLERS_WITHOUT_QUESTION: Final = (*_CHOICE_HANDLERS, "command", "secret", "unread", "broken")
"""Handlers of messages that ask nothing."""


class FailureReason(StrEnum):
    """Why a message counts as unanswered."""

    UNKNOWN = "unknown"
    NOT_CHOSEN = "unchosen"
    NOT_HELPED = "not_helped"


@dataclass(frozen=True, kw_only=True)
class UnansweredMessage:
    """A message without a good answer."""

    turn: int
    conversation: str
    text: str
    language: Language
    reason: FailureReason
    at: datetime


def list_newest(
    connection: Connection, now: datetime, since: datetime, *, answer_timeout: timedelta, limit: int = 1500
) -> tuple[UnansweredMessage, ...]:
    """Unanswered messages since then, newest first; a clarification counts once it has been open for
    `answer_timeout`."""
    # By time, not by min() of the number: PostgreSQL would scan the numbers to find it.
    first = select(turns.c.id).where(turns.c.created_at >= since).order_by(turns.c.created_at, turns.c.id).limit(1)
    oldest = connection.scalar(first)
    if oldest is None:
        return ()
    unclear_ones = connection.execute(
        _select_unclear(oldest, now - answer_timeout).order_by(turns.c.id.desc()).limit(limit)
    )
    # In the order of the ratings, of which there are few, so that not every turn is looked at for one.
    unhelpful = connection.execute(_select_unhelpful(oldest).order_by(feedback.c.turn_id.desc()).limit(limit))
    found = (_unanswered_message(row) for row in (*unhelpful, *unclear_ones))
    # A message that is both is listed once, with the person's own rating as the reason.
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
