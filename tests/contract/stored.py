"""What is stored and read by no page, read back for tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from handlers.model.session import Trace
from storage.conversations import history
from storage.conversations.history import StoredMessage
from storage.conversations.stored_json import parse_trace
from storage.curation import lessons
from storage.curation.lessons import StoredLesson
from storage.helpdesk import queue
from storage.helpdesk.queue import QueuedHandoff
from storage.statistics import reports
from storage.tables import daily_feedback, handoffs, taught, turns


@dataclass(frozen=True)
class DailyCount:
    """The number of messages of a day with the same properties."""

    day: date
    channel: str
    language: str
    act: str
    outcome: str
    entry: str
    count: int


def read_trace(connection: Connection, turn: int) -> Trace | None:
    """The trace of a turn; None if there is no such turn."""
    stored = connection.scalar(select(turns.c.trace).where(turns.c.id == turn))
    return None if stored is None else parse_trace(stored)


def replies_to(connection: Connection, conversation: str, message_id: str) -> tuple[StoredMessage, ...]:
    """The replies to the message with this provider id; empty if the conversation is another one."""
    said = history.messages_after(connection, conversation, limit=1000)
    asked = {one.turn for one in said if one.message_id == message_id and one.side == history.Side.PERSON}
    return tuple(one for one in said if one.turn in asked and one.side == history.Side.BOT)


def read_daily_counts(connection: Connection, since: date, until: date) -> tuple[DailyCount, ...]:
    """The counts from `since` up to and including `until`, by day."""
    return tuple(DailyCount(*row) for row in reports.count_rows(connection, since, until))


def read_daily_feedback(connection: Connection, since: date, until: date) -> Sequence[Row[Any]]:
    """The counts from `since` up to and including `until`, by day."""
    days = select(daily_feedback).where(daily_feedback.c.day.between(since, until))
    return connection.execute(days.order_by(*daily_feedback.primary_key.columns)).all()


def lessons_newest_first(connection: Connection) -> tuple[StoredLesson, ...]:
    """All lessons, including revoked and released ones."""
    found = (
        lessons.get(connection, each) for each in connection.scalars(select(taught.c.id).order_by(taught.c.id.desc()))
    )
    return tuple(filter(None, found))


def queued_handoff(connection: Connection, handoff: int) -> QueuedHandoff | None:
    """A hand-off as the queue shows it, closed or not; None if it does not exist, or was erased."""
    wanted = select(handoffs).where(handoffs.c.id == handoff)
    row = connection.execute(
        queue._with_last_message(wanted, handoffs.c.conversation_id, handoffs.c.turn_id)
    ).one_or_none()
    return None if row is None else queue._queued_handoff(row)
