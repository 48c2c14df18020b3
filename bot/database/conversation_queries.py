"""Queries of the endpoints, each in a thread and a transaction of its own; decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from bot.channels.interface import OutgoingMessage
from bot.database.transactions import Transactions
from handlers.model.details import NO_DETAILS, PersonDetails
from storage.conversations import conversations, history
from storage.conversations.history import Side, StoredMessage
from storage.customers import venue_links, venues
from storage.delivery import status
from storage.helpdesk.venue_people import find_venue, till_of

VENUE_LINK_PREFIX: Final = "venue-link:"
"""In place of a conversation: the draft of who has a venue's link and has not written; its number follows."""


@dataclass(frozen=True, kw_only=True)
class ConversationQueries:
    """Queries the database without blocking the event loop."""

    transactions: Transactions

    async def messages_after(self, channel: str, address: str, after_sequence: int) -> Sequence[OutgoingMessage]:
        """Both sides of a person's conversation, in order, after a sequence number."""

        def read(connection: Connection) -> Sequence[OutgoingMessage]:
            known = conversations.find(connection, channel=channel, address=address, sender=address)
            spoken = history.messages_after(connection, known.id, after=after_sequence) if known is not None else ()
            return [_outgoing_message(one) for one in spoken]

        return await self.transactions.read(read)

    async def story_messages(self, conversation_id: str) -> Sequence[str]:
        """Those of a person's last messages in a conversation that tell of the trouble, masked, newest last."""
        return await self.transactions.read(lambda connection: history.story_messages(connection, conversation_id))

    async def person_details(self, conversation_id: str) -> PersonDetails:
        """What the person of a conversation told of themselves; where they told no place, their venue and its till."""

        def read(connection: Connection) -> PersonDetails:
            if conversation_id.startswith(VENUE_LINK_PREFIX):
                return _details_of_link(connection, int(conversation_id.removeprefix(VENUE_LINK_PREFIX)))
            talk = conversations.get(connection, conversation_id)
            venue = find_venue(connection, talk)
            if venue is None:
                return talk.details
            return talk.details.completed(place=venue.label, device=till_of(talk, venue))

        return await self.transactions.read(read)

    async def apply_status_report(
        self, channel: str, provider_message_id: str, state: str, error: str | None, reply: int | None = None
    ) -> None:
        """Record a status report of a platform; `reply` is our own number of the reply, where the report carries it."""

        delivery_state = status.DeliveryState(state)
        await self.transactions.write(
            lambda connection: status.apply_status_report(
                connection, channel, provider_message_id, delivery_state, error=error, reply=reply
            )
        )


def _details_of_link(connection: Connection, number: int) -> PersonDetails:
    link = venue_links.get_link(connection, number)
    venue = None if link is None else venues.get(connection, link.venue_id)
    return NO_DETAILS if link is None or venue is None else PersonDetails(place=venue.label, device=link.till)


def _outgoing_message(stored: StoredMessage) -> OutgoingMessage:
    return OutgoingMessage(
        sequence=stored.sequence,
        from_user=stored.side is Side.PERSON,
        text=stored.text,
        options=stored.options,
        at=stored.at,
        message_id=stored.message_id,
        turn=None if stored.turn is None else str(stored.turn),
    )
