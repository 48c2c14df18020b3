"""Finds the conversation that a page is about; only reads."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlalchemy import Connection

from bot.customers.shown_venue import ShownVenue, shown_venues
from storage import personal_data
from storage.conversations import history, transcript
from storage.conversations.conversations import Conversation
from storage.conversations.transcript import TranscriptEntry
from storage.helpdesk import conversation_handoffs, notes
from storage.helpdesk.conversation_handoffs import HandoffHistory
from storage.helpdesk.notes import Note
from storage.helpdesk.sign_in import agents

PAGE_SIZE = 60
"""Messages on a page."""
WORDS_READ = 3
"""The person's last messages in which a venue is looked for."""


@dataclass(frozen=True, kw_only=True)
class ConversationPage:
    """All that the page of a conversation shows. `colleagues` are the agents who may be given a hand-off."""

    talk: Conversation
    messages: tuple[TranscriptEntry, ...]
    more: bool
    history: tuple[HandoffHistory, ...]
    notes: tuple[Note, ...]
    colleagues: tuple[str, ...]
    venue: ShownVenue | None = None


def load_page(connection: Connection, conversation_id: str, *, before: int | None, now: datetime) -> ConversationPage:
    """The last messages, or those before that sequence number; a hand-off counts as what the venue comes for now.

    Raises:
        HTTPNotFound: there is no such conversation.
    """
    talk = find_conversation(connection, conversation_id)
    said = history.last_user_messages(connection, talk.id, limit=WORDS_READ)
    messages, more = transcript.transcript(connection, talk.id, before=before, limit=PAGE_SIZE)
    hand_offs = conversation_handoffs.list_history(connection, talk.id)
    opened_at = next((one.handoff.created_at for one in hand_offs if one.current), now)
    return ConversationPage(
        talk=talk,
        messages=messages,
        more=more,
        history=hand_offs,
        notes=notes.list_notes(connection, talk.id),
        colleagues=tuple(agent.name for agent in agents.list_all(connection) if agent.active),
        venue=shown_venues(connection, {talk.id: (" ".join(said), opened_at)}).get(talk.id),
    )


def find_conversation(connection: Connection, conversation_id: str) -> Conversation:
    """The conversation with this id.

    Raises:
        HTTPNotFound: there is none.
    """
    found = next(
        (talk for talk in personal_data.find_conversations(connection, conversation_id) if talk.id == conversation_id),
        None,
    )
    if found is None:
        raise web.HTTPNotFound
    return found
