"""Who comes by a venue link, and what the bot is told of the venue of a person; decides no reply."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Final

from sqlalchemy import Connection

from bot.customers.link_tokens import VenueLinkTokens
from handlers.model.details import PersonDetails
from handlers.model.messages import Inbound, MessageKind
from handlers.model.venue import KnownVenue, VenueCall
from storage.conversations.conversations import Conversation
from storage.customers import venue_links, venues
from storage.customers.venue_links import VenueLink
from storage.customers.venues import Venue
from storage.helpdesk import venue_people
from storage.helpdesk.venue_people import find_venue, till_of

START: Final = "/start"
CLOSED_SHOWN: Final = timedelta(hours=24)
"""So long a closed call is shown to the venue."""
MAX_CALLS: Final = 5

VenuePageLink = Callable[[str], str | None]
"""The address of a venue's page for a token."""


def no_venue_page(token: str) -> None:
    """For a program without pages."""


@dataclass(frozen=True, kw_only=True)
class VenueArrivals:
    """Reads venue links in messages, and tells of the venue that a person is known to be at."""

    tokens: VenueLinkTokens
    page_link: VenuePageLink = no_venue_page

    def read_link(self, connection: Connection, inbound: Inbound) -> tuple[Inbound, VenueLink | None]:
        """The message without its token, and the link; of one that is forged or revoked only the words are left."""
        found = self.tokens.find(inbound.text) if inbound.kind is MessageKind.TEXT else None
        if found is None:
            return inbound, None
        link = None if found.number is None else venue_links.get_link(connection, found.number)
        return replace(inbound, text=found.rest or START), link

    def known_venue(
        self, connection: Connection, conversation: Conversation, now: datetime, zone: tzinfo, *, just_came: bool
    ) -> KnownVenue | None:
        """The venue of the person; None where it is not known for sure."""
        venue = find_venue(connection, conversation)
        if venue is None:
            return None
        by_link = conversation.venue_link_id
        known = KnownVenue(
            name=venue.name,
            address=venue.address,
            tills=tuple(device.name for device in venue.devices),
            till=till_of(conversation, venue),
        )
        if by_link is None:
            return known
        return replace(
            known,
            by_link=True,
            just_came=just_came,
            calls=venue_calls(connection, venue, now, zone),
            page=self.page_link(self.tokens.make(by_link)),
        )


def venue_of_token(
    connection: Connection, tokens: VenueLinkTokens, token: str, now: datetime, zone: tzinfo
) -> KnownVenue | None:
    """What the page of a link shows; None where the link is forged or revoked."""
    number = tokens.read(token)
    link = None if number is None else venue_links.get_link(connection, number)
    venue = None if link is None else venues.get(connection, link.venue_id)
    if link is None or venue is None:
        return None
    tills = tuple(device.name for device in venue.devices)
    return KnownVenue(
        name=venue.name,
        address=venue.address,
        tills=tills,
        till=link.till if link.till in tills else None,
        by_link=True,
        calls=venue_calls(connection, venue, now, zone),
    )


def venue_calls(connection: Connection, venue: Venue, now: datetime, zone: tzinfo) -> tuple[VenueCall, ...]:
    """The open calls of a venue, and those just closed: no words, no names, no numbers."""
    found = venue_people.handoffs_of_venue(connection, venue, closed_since=now - CLOSED_SHOWN, limit=MAX_CALLS)
    return tuple(VenueCall(line=one.line, state=one.state, since=one.created_at.astimezone(zone)) for one in found)


def words_left(text: str, venue: KnownVenue) -> str:
    """What a person wrote beside the name of the venue and the till that the link had filled in."""
    for label in (venue.title, venue.name):
        if text.casefold().startswith(label.casefold()):
            return text[len(label) :].lstrip(" ,:-\n") or START
    return text


def with_venue(details: PersonDetails, venue: KnownVenue | None) -> PersonDetails:
    """What a person told, with the venue and the till where they told none."""
    return details if venue is None else details.completed(place=venue.label, device=venue.till)
