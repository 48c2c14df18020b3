"""Stores whether an answer helped: one rating a turn, erased with its person, and daily counts, which stay."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Executable, Row, bindparam, insert, select, update

from storage.conversations.conversations import Conversation
from storage.database.upsert import insert_into
from storage.tables import daily_feedback, feedback, turns


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """A person's rating of the answer of a turn; `at` is when they first gave one."""

    turn: int
    conversation: str
    helped: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class _RatedTurn:
    id: int
    entry: str
    language: str


def record(
    connection: Connection,
    conversation: Conversation,
    turn: str | None,
    now: datetime,
    *,
    helped: bool,
    zone: tzinfo = UTC,
) -> bool:
    """Store a person's rating of one of their turns, replacing an earlier one. False if nothing changes. It is counted
    on the day of `now` in its time zone.

    It is counted on the day that it is in `zone`.

    `turn` comes from the channel and is not trusted: a turn that is unknown, erased or of another conversation is
    ignored.
    """
    about = _rated_turn(connection, conversation, turn)
    if about is None:
        return False
    before = get(connection, about.id)
    if before is not None and before.helped is helped:
        return False
    if before is None:
        values = {"turn_id": about.id, "conversation_id": conversation.id, "helped": helped, "created_at": now}
        connection.execute(insert(feedback).values(values))
    else:
        connection.execute(update(feedback).where(feedback.c.turn_id == about.id).values(helped=helped))
    at = (now if before is None else before.at).astimezone(zone)
    _count_feedback(connection, conversation, about, before, at, helped=helped)
    return True


def get(connection: Connection, turn: int) -> Feedback | None:
    """The feedback on a turn."""
    row = connection.execute(select(feedback).where(feedback.c.turn_id == turn)).one_or_none()
    return None if row is None else _feedback(row)


def _rated_turn(connection: Connection, conversation: Conversation, turn: str | None) -> _RatedTurn | None:
    if turn is None or not turn.isascii() or not turn.isdigit() or len(turn) > _MAX_TURN_DIGITS:
        return None
    row = connection.execute(_select_turn, {"turn": int(turn), "talk": conversation.id}).one_or_none()
    return None if row is None else _RatedTurn(id=row.id, entry=row.entry or "", language=row.language)


_MAX_TURN_DIGITS: Final = 18
"""Digits that always fit a BIGINT."""

_select_turn = select(turns.c.id, turns.c.entry, turns.c.language).where(
    turns.c.id == bindparam("turn"), turns.c.conversation_id == bindparam("talk")
)


def _count_feedback(
    connection: Connection,
    conversation: Conversation,
    turn: _RatedTurn,
    before: Feedback | None,
    at: datetime,
    *,
    helped: bool,
) -> None:
    """Adjust the daily counts; a changed rating is corrected on the day it was first given, in local time."""
    more, less = ("helped", "not_helped") if helped else ("not_helped", "helped")
    values = {
        "day": at.date(),
        "channel": conversation.channel,
        "language": turn.language,
        "entry": turn.entry,
        more: 1,
        less: 0,
    }
    connection.execute(_upsert_feedback_count(connection.dialect.name, more, None if before is None else less), values)


@cache
def _upsert_feedback_count(dialect: str, more: str, less: str | None) -> Executable:
    changed = {more: daily_feedback.c[more] + 1} | ({} if less is None else {less: daily_feedback.c[less] - 1})
    fresh = insert_into(dialect, daily_feedback)
    return fresh.on_conflict_do_update(index_elements=daily_feedback.primary_key.columns, set_=changed)


def _feedback(row: Row[Any]) -> Feedback:
    return Feedback(turn=row.turn_id, conversation=row.conversation_id, helped=row.helped, at=row.created_at)
