"""The venue that staff is shown beside a person: known for sure, or guessed from their words until one confirms it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.customers import venue_search
from bot.customers.name_index import name_index
from storage.conversations import conversations
from storage.helpdesk.venue_people import find_venue, till_of


@dataclass(frozen=True, kw_only=True)
class ShownVenue:
    """A venue; `known` tells whether that is sure, `confirmed` whether an agent has said so."""

    id: int
    label: str
    till: str | None = None
    known: bool = False
    confirmed: bool = False


def shown_venue(connection: Connection, conversation_id: str, words: Sequence[str]) -> ShownVenue | None:
    """The venue of a person, or the one that they name in their words, newest first."""
    talk = conversations.get(connection, conversation_id)
    venue = find_venue(connection, talk)
    if venue is None:
        named = venue_search.guess(connection, (*filter(None, (talk.details.place, talk.location)), *words))
        return None if named is None else ShownVenue(id=named.id, label=named.label)
    by_agent = talk.venue_id is not None and talk.venue_link_id is None
    return ShownVenue(id=venue.id, label=venue.label, till=till_of(talk, venue), known=True, confirmed=by_agent)


def shown_venues(connection: Connection, words: Mapping[str, str]) -> dict[str, ShownVenue]:
    """The venues of several conversations, each with its last words; nothing is looked for where no venue is stored."""
    if not len(name_index(connection)):
        return {}
    found = {talk: shown_venue(connection, talk, (said,)) for talk, said in words.items()}
    return {talk: venue for talk, venue in found.items() if venue is not None}
