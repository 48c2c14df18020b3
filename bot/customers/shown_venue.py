"""The venue that staff is shown beside a person: known for sure, or guessed from their words until one confirms it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.customers import venue_search
from bot.customers.name_index import name_index
from handlers.model.venue import VenueHistory
from storage.conversations import conversations
from storage.conversations.conversations import Conversation
from storage.customers.venues import Venue
from storage.helpdesk.venue_history import recent_contacts
from storage.helpdesk.venue_people import find_venues, till_of


@dataclass(frozen=True, kw_only=True)
class ShownVenue:
    """A venue; `known` tells whether that is sure, `confirmed` whether an agent has said so."""

    id: int
    label: str
    till: str | None = None
    known: bool = False
    confirmed: bool = False
    history: VenueHistory | None = None
    """How a known venue was in touch in the days before."""


def shown_venues(connection: Connection, words: Mapping[str, tuple[str, datetime]]) -> dict[str, ShownVenue]:
    """The venues of several conversations, each with its last words, and before when its venue's history is wanted.

    The venue of a person, or the one that they name in their words. Nothing is looked for where no venue is stored.
    """
    if not words or not len(name_index(connection)):
        return {}
    talks = conversations.get_many(connection, words.keys())
    known = find_venues(connection, talks.values())
    contacts = recent_contacts(connection, known.values(), min(before for _, before in words.values()))
    shown: dict[str, ShownVenue | None] = {}
    for talk in talks.values():
        said, before = words[talk.id]
        venue = known.get(talk.id)
        if venue is None:
            shown[talk.id] = _named(connection, talk, said)
        else:
            shown[talk.id] = _known(talk, venue, contacts.history(venue, before=before, beside=talk.id))
    return {talk: venue for talk, venue in shown.items() if venue is not None}


def _known(talk: Conversation, venue: Venue, history: VenueHistory | None) -> ShownVenue:
    return ShownVenue(
        id=venue.id,
        label=venue.label,
        till=till_of(talk, venue),
        known=True,
        confirmed=talk.venue_id is not None and talk.venue_link_id is None,
        history=history,
    )


def _named(connection: Connection, talk: Conversation, said: str) -> ShownVenue | None:
    """The venue that is plainly named, by what the person told of their place, or in their words."""
    named = venue_search.guess(connection, (*filter(None, (talk.details.place, talk.location)), said))
    return None if named is None else ShownVenue(id=named.id, label=named.label)
