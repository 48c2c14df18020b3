"""Stores which agent writes in a conversation and until when the bot is silent there; sends nothing."""

from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from handlers.model.handoff import HandoffState
from storage.conversations.conversations import Conversation, conversation_from_row
from storage.helpdesk.handoff_states import ASSIGNED_STATES
from storage.tables import conversations, handoffs, messages, notices


def lock(connection: Connection, conversation_id: str) -> Conversation | None:
    """The conversation, locked until the transaction ends; None if it is gone, or the person was erased."""
    here = conversations.c
    wanted = select(conversations).where(here.id == conversation_id, here.forgotten_at.is_(None)).with_for_update()
    row = connection.execute(wanted).one_or_none()
    return None if row is None else conversation_from_row(row)


def start(connection: Connection, conversation_id: str, agent: str, until: datetime) -> None:
    """`agent` writes to the person; the bot is silent until then."""
    own = update(conversations).where(conversations.c.id == conversation_id)
    connection.execute(own.values(agent=agent, agent_until=until))


def end(connection: Connection, conversation_id: str, now: datetime) -> bool:
    """The bot answers again. False if it did already."""
    here = conversations.c
    silent = update(conversations).where(here.id == conversation_id, here.agent_until > now)
    return connection.execute(silent.values(agent=None, agent_until=None)).rowcount == 1


def is_stored(connection: Connection, conversation_id: str, provider_id: str) -> bool:
    """Whether a message with the provider's id is stored: the platform may tell of one twice."""
    here = messages.c
    wanted = select(here.id).where(here.conversation_id == conversation_id, here.provider_id == provider_id)
    return connection.execute(wanted).first() is not None


def conversation_of_notification(connection: Connection, target: str, provider_message_id: str) -> str | None:
    """The conversation that a notification is about: by its target (or a topic of it) and the provider's id."""
    here = notices.c
    there = or_(here.target == target, here.target.startswith(f"{target}/", autoescape=True))
    wanted = select(here.conversation_id).where(here.receipt == provider_message_id, there)
    found: str | None = connection.scalar(wanted.limit(1))
    return found


def reassign(connection: Connection, handoff: int, to: str, now: datetime) -> bool:
    """Give a taken hand-off to `to`, whoever has it. False if it is closed, waits for somebody, or is theirs."""
    here = handoffs.c
    other = update(handoffs).where(here.id == handoff, here.state.in_(ASSIGNED_STATES), here.taken_by != to)
    return connection.execute(other.values(state=HandoffState.TAKEN, taken_by=to, updated_at=now)).rowcount == 1
