"""Reads the state of a hand-off for its notification, in the transaction that claims it; decides nothing."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from bot.channels.description import ChannelDirectory
from bot.helpdesk.incidents.content import build_incident_notification, contact_method
from bot.notify.interface import HandoffNotification, Notification, Retraction
from handlers.model.messages import MessageKind
from kb.model import Act, LineId
from storage.conversations import conversations, history, turns
from storage.conversations.history import PersonMessage
from storage.delivery import outbox, status
from storage.delivery.notifications import ClaimedNotification
from storage.helpdesk import handoffs
from storage.helpdesk.handoff_states import ASSIGNED_STATES, HandoffEvent, HandoffLogEntry, last_taker
from storage.helpdesk.venue_history import history_of_venue
from storage.helpdesk.venue_people import find_venue, till_of

MESSAGES_READ: Final = 60
"""The person's newest messages that first and newest words are taken from."""
EPISODE_GAP: Final = timedelta(hours=1)
"""A longer pause before a hand-off parts what led to it from what was talked about earlier."""
NEWEST_SHOWN: Final = 4
"""The newest messages that are shown beside the first one."""
_TELLING_TALK: Final = frozenset({"resolved", "trading_answered", "calling"})
"""Handlers of small talk that says how it stands."""

ConversationLink = Callable[[str], str | None]
"""The address of a conversation in the console, if it is known."""


def no_conversation_link(conversation_id: str) -> None:
    """For a program without PUBLIC_URL."""


def build_notification(
    connection: Connection,
    claimed: ClaimedNotification,
    channels: ChannelDirectory,
    conversation_link: ConversationLink = no_conversation_link,
    console_link: str | None = None,
) -> Notification | None:
    """The content of a notification; None if the hand-off is gone and nobody was notified."""
    if claimed.incident is not None:
        return build_incident_notification(connection, claimed, claimed.incident, channels, console_link)
    if claimed.conversation is None:
        return Retraction(handoff=claimed.handoff)
    handoff = handoffs.get(connection, claimed.handoff)
    if handoff is None:
        return None
    talk = conversations.get(connection, handoff.conversation)
    log_entries = handoffs.list_events(connection, handoff.id)
    last_actor = next((event.actor for event in reversed(log_entries) if event.actor is not None), None)
    news = [one for one in log_entries if one.at >= claimed.created_at]
    said = episode(history.last_person_messages(connection, talk.id, limit=MESSAGES_READ), handoff.created_at)
    words = telling_words(said)
    venue = find_venue(connection, talk)
    return HandoffNotification(
        handoff=handoff.id,
        kind=claimed.kind,
        line=handoff.line,
        reason=handoff.reason,
        state=handoff.state,
        last_actor=handoff.taken_by if handoff.state in ASSIGNED_STATES else last_actor,
        language=talk.language or "",
        venue=None if venue is None else venue.label,
        till=None if venue is None else till_of(talk, venue),
        venue_history=None
        if venue is None
        else history_of_venue(connection, venue, before=handoff.created_at, beside=talk.id),
        location=talk.location,
        contact=contact_method(talk, channels),
        first_words=words[0] if words else "",
        newest_words=words[1:][-NEWEST_SHOWN:],
        media=Counter(one.kind for one in said if one.kind is not MessageKind.TEXT),
        picture_text=next((one.picture_text for one in reversed(said) if one.picture_text), ""),
        details=talk.details,
        profile_name=talk.profile_name,
        topic=handoff.cause or turns.entry_of(connection, handoff.turn),
        incident=handoff.incident,
        link=conversation_link(talk.id),
        since=handoff.created_at,
        at=claimed.created_at,
        unreachable=status.is_unreachable(connection, talk.id),
        opted_out=bool(outbox.opted_out(connection, [talk.id])),
        also_asked=_lines_of(log_entries, HandoffEvent.LINE_ASKED),
        moved_from=next(iter(_lines_of(news, HandoffEvent.MOVED)), None),
        closed_reason=handoff.closed_reason,
        reopened=any(one.event is HandoffEvent.REOPENED for one in news),
        last_taker=last_taker(log_entries),
    )


def _lines_of(log_entries: Sequence[HandoffLogEntry], event: HandoffEvent) -> tuple[LineId, ...]:
    return tuple(dict.fromkeys(LineId(one.detail) for one in log_entries if one.event is event and one.detail))


def episode(messages: Sequence[PersonMessage], opened_at: datetime) -> tuple[PersonMessage, ...]:
    """The messages that led to a hand-off, and all after them: from the last long pause before it."""
    pauses = (
        place
        for place in range(1, len(messages))
        if messages[place].at <= opened_at and messages[place].at - messages[place - 1].at > EPISODE_GAP
    )
    return tuple(messages[max(pauses, default=0) :])


def telling_words(messages: Sequence[PersonMessage]) -> tuple[str, ...]:
    """The words, without commands, greetings and thanks; all of them if there is nothing else."""
    spoken = [one for one in messages if one.text.strip() and not one.text.startswith("/")]
    telling = [one for one in spoken if one.act != Act.TALK or one.handler in _TELLING_TALK]
    return tuple(one.text for one in telling or spoken)
