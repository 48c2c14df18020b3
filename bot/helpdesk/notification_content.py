"""Reads the state of a hand-off for its notification, in the transaction that claims it; decides nothing."""

from typing import Final

from sqlalchemy import Connection

from bot.channels.description import ChannelDirectory
from bot.notify.interface import ContactMethod, HandoffNotification, Notification, QuotedMessage, Retraction
from handlers.model.session import DEFAULT_LANGUAGE
from storage.conversations import conversations, history
from storage.conversations.conversations import Conversation
from storage.conversations.history import Side
from storage.delivery import status
from storage.delivery.notifications import ClaimedNotification
from storage.helpdesk import handoffs

MESSAGES_SHOWN: Final = 8
"""Messages of both sides that a notification shows."""


def build_notification(
    connection: Connection, claimed: ClaimedNotification, channels: ChannelDirectory
) -> Notification | None:
    """The content of a notification; None if the hand-off is gone and nobody was notified."""
    if claimed.conversation is None:
        return Retraction(handoff=claimed.handoff)
    handoff = handoffs.get(connection, claimed.handoff)
    if handoff is None:
        return None
    talk = conversations.get(connection, handoff.conversation)
    log_entries = handoffs.list_events(connection, handoff.id)
    last_actor = next((event.actor for event in reversed(log_entries) if event.actor is not None), None)
    messages = history.last_messages(connection, talk.id, limit=MESSAGES_SHOWN)
    return HandoffNotification(
        handoff=handoff.id,
        kind=claimed.kind,
        line=handoff.line,
        reason=handoff.reason,
        state=handoff.state,
        last_actor=last_actor,
        language=talk.language or DEFAULT_LANGUAGE,
        location=talk.location,
        contact=contact_method(talk, channels),
        messages=tuple(QuotedMessage(from_user=one.side is Side.PERSON, text=one.text) for one in messages),
        since=handoff.created_at,
        at=claimed.created_at,
        unreachable=status.is_unreachable(connection, talk.id),
    )


def contact_method(conversation: Conversation, channels: ChannelDirectory) -> ContactMethod:
    """How staff reaches the person, as far as the channel tells."""
    channel = channels.get(conversation.channel)
    if channel is None:
        return ContactMethod(channel=conversation.channel)
    return ContactMethod(
        channel=channel.name,
        phone=channel.phone_of(conversation.sender),
        link=channel.link(conversation.sender, conversation.username),
        name=f"@{conversation.username}" if conversation.username else None,
    )
