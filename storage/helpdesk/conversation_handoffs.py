"""Reads the hand-offs of one conversation with what happened to each, and whether its page has changed; only reads."""

from collections.abc import Hashable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from storage.conversations.text_match import contact_columns
from storage.helpdesk import handoffs
from storage.helpdesk.handoff_states import HandoffEvent, HandoffLogEntry
from storage.helpdesk.handoffs import Handoff, handoff_from_row
from storage.tables import conversations, messages, notes
from storage.tables import handoffs as handoffs_table

_ON_ONE_PAGE = 60


@dataclass(frozen=True, kw_only=True)
class HandoffHistory:
    """A hand-off and its events in order: who took it, when, and how it ended."""

    handoff: Handoff
    events: tuple[HandoffLogEntry, ...]

    @property
    def current(self) -> bool:
        """Whether somebody still waits."""
        return self.handoff.closed_at is None


def list_history(connection: Connection, conversation_id: str, *, limit: int = 30) -> tuple[HandoffHistory, ...]:
    """The hand-offs of a conversation, newest first."""
    here = handoffs_table.c
    wanted = select(handoffs_table).where(here.conversation_id == conversation_id).order_by(here.id.desc())
    found = [handoff_from_row(row) for row in connection.execute(wanted.limit(limit))]
    return tuple(HandoffHistory(handoff=one, events=_events(connection, one)) for one in found)


def _events(connection: Connection, handoff: Handoff) -> tuple[HandoffLogEntry, ...]:
    """As logged; a hand-off of before there were events has been opened at least."""
    logged = handoffs.list_events(connection, handoff.id)
    return logged or (HandoffLogEntry(event=HandoffEvent.OPENED, actor=None, at=handoff.created_at),)


def fingerprint(connection: Connection, conversation_id: str) -> Hashable:
    """A cheap value that changes whenever the page of the conversation does."""
    said = (
        select(messages.c.id, messages.c.state, messages.c.attempts)
        .where(messages.c.conversation_id == conversation_id)
        .order_by(messages.c.id.desc())
        .limit(_ON_ONE_PAGE)
    )
    here = handoffs_table.c
    waits = select(here.id, here.state, here.taken_by, here.updated_at).where(here.conversation_id == conversation_id)
    noted = select(func.max(notes.c.id)).where(notes.c.conversation_id == conversation_id)
    talk = select(conversations.c.agent, conversations.c.agent_until, conversations.c.venue_id, *contact_columns)
    return (
        tuple(map(tuple, connection.execute(said))),
        tuple(map(tuple, connection.execute(waits.order_by(here.id)))),
        connection.scalar(noted),
        tuple(map(tuple, connection.execute(talk.where(conversations.c.id == conversation_id)))),
    )
