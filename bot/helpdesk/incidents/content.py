"""Reads the state of an incident for its notification, in the transaction that claims it; decides nothing."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from bot.channels.description import ChannelDirectory
from bot.helpdesk.incidents.outage_proposals import come_together
from bot.notify.interface import ContactMethod, IncidentMember, IncidentNotification
from handlers.model.handoff import NotificationKind
from storage.conversations import conversations
from storage.conversations.conversations import Conversation
from storage.delivery.notifications import ClaimedNotification
from storage.helpdesk import handoffs, incidents
from storage.helpdesk.handoff_states import ASSIGNED_STATES
from storage.helpdesk.handoffs import Handoff

MEMBERS_SHOWN: Final = 25
"""So many hand-offs are listed, the newest: all of them fit into one message of Telegram."""


def build_incident_notification(
    connection: Connection,
    claimed: ClaimedNotification,
    number: int,
    channels: ChannelDirectory,
    console_link: str | None,
) -> IncidentNotification | None:
    """The content of a notification of an incident; None if nobody is in it any more."""
    incident = incidents.get(connection, number)
    found = incidents.members(connection, number)
    if incident is None or not found:
        return None
    newest, assigned = found[-MEMBERS_SHOWN:], [one for one in found if one.state in ASSIGNED_STATES]
    asks = claimed.kind is NotificationKind.QUESTION and assigned
    words = {one.id: one.words for one in incidents.wordings_of(connection, number)}
    actors = (event.actor for one in reversed(found) for event in reversed(handoffs.list_events(connection, one.id)))
    return IncidentNotification(
        handoff=number,
        kind=claimed.kind,
        line=incident.line,
        reason=incident.reason,
        state=incidents.state_of(assigned if asks else found),
        last_actor=_takers(assigned) if asks else next((actor for actor in actors if actor is not None), None),
        verified=incident.verified,
        count=len(found),
        causes=tuple(Counter(one.cause for one in found).most_common()),
        members=tuple(_member(connection, one, words.get(one.id, ""), channels) for one in newest),
        since=found[0].created_at,
        at=claimed.created_at,
        closed_reason=max(found, key=lambda one: one.updated_at).closed_reason,
        link=None if console_link is None else f"{console_link}/now",
        may_be_outage=incident.is_proposable and come_together([one.created_at for one in found]),
        outage_link=None if console_link is None else f"{console_link}/outages?incident={number}",
    )


def _takers(assigned: Iterable[Handoff]) -> str:
    """Everybody who has some of them."""
    return ", ".join(dict.fromkeys(one.taken_by for one in assigned if one.taken_by is not None))


def _member(connection: Connection, handoff: Handoff, words: str, channels: ChannelDirectory) -> IncidentMember:
    talk = conversations.get(connection, handoff.conversation)
    return IncidentMember(
        handoff=handoff.id,
        state=handoff.state,
        words=words,
        cause=handoff.cause,
        language=talk.language or "",
        contact=contact_method(talk, channels),
        location=talk.location,
        profile_name=talk.profile_name,
        details=talk.details,
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
