"""The venue that staff is shown beside a person: known for sure, or guessed from their words until one confirms it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.customers import venue_search
from bot.customers.name_index import name_index
from handlers.model.venue import VenueHistory
from storage.conversations import conversations
from storage.helpdesk.venue_history import RecentCalls, recent_calls
from storage.helpdesk.venue_people import find_venue, till_of


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


def shown_venue(
    connection: Connection, conversation_id: str, words: Sequence[str], before: datetime, calls: RecentCalls
) -> ShownVenue | None:
    """The venue of a person, or the one that they name in their words, newest first; its history before then."""
    talk = conversations.get(connection, conversation_id)
    venue = find_venue(connection, talk)
    if venue is None:
        named = venue_search.guess(connection, (*filter(None, (talk.details.place, talk.location)), *words))
        return None if named is None else ShownVenue(id=named.id, label=named.label)
    by_agent = talk.venue_id is not None and talk.venue_link_id is None
    return ShownVenue(
        id=venue.id,
        label=venue.label,
        till=till_of(talk, venue),
        known=True,
        confirmed=by_agent,
        history=calls.history(connection, venue, before=before, beside=talk.id),
    )


def shown_venues(connection: Connection, words: Mapping[str, tuple[str, datetime]]) -> dict[str, ShownVenue]:
    """The venues of several conversations, each with its last words, and before when its venue's history is wanted.

    Nothing is looked for where no venue is stored.
    """
    if not words or not len(name_index(connection)):
        return {}
    calls = recent_calls(connection, min(before for _, before in words.values()))
    found = {talk: shown_venue(connection, talk, (said,), before, calls) for talk, (said, before) in words.items()}
    return {talk: venue for talk, venue in found.items() if venue is not None}
