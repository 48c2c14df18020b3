"""The people of a venue, known by a link, an agent, a number, an account or a group: conversations and hand-offs."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from storage.conversations.conversations import Conversation, conversation_from_row
from storage.customers import recognition, venues
from storage.customers.recognition import PersonKeys
from storage.customers.venues import KeyKind, Venue
from storage.helpdesk.handoffs import Handoff, handoff_from_row
from storage.tables import conversations, handoffs, venue_keys

PHONE_NOTATIONS: Final = ("", "whatsapp:")
"""What stands before a phone number in the notation of the channels."""


def find_venue(connection: Connection, conversation: Conversation) -> Venue | None:
    """The venue that the person of a conversation is known to be at."""
    return recognition.recognize(
        connection,
        sender=conversation.sender,
        address=conversation.address,
        username=conversation.username,
        venue_id=conversation.venue_id,
    )


def find_venues(connection: Connection, talks: Collection[Conversation]) -> dict[str, Venue]:
    """The same of many conversations, by their ids, without those whose venue is not known."""
    people = [PersonKeys(talk.sender, talk.address, talk.username, talk.venue_id) for talk in talks]
    recognized = dict(zip((talk.id for talk in talks), recognition.recognize_all(connection, people), strict=True))
    numbers = {talk: number for talk, number in recognized.items() if number is not None}
    found = {venue.id: venue for venue in venues.load_many(connection, sorted({*numbers.values()}))}
    return {talk: found[number] for talk, number in numbers.items() if number in found}


def till_of(conversation: Conversation, venue: Venue) -> str | None:
    """The till whose link the person came by, as long as it is there."""
    names = [device.name for device in venue.devices]
    return conversation.venue_till if conversation.venue_till in names else None


def handoffs_of_venue(
    connection: Connection, venue: Venue, *, closed_since: datetime | None = None, limit: int = 20
) -> tuple[Handoff, ...]:
    """The current hand-offs of a venue, and those that were closed since then; newest first."""
    here = handoffs.c
    wanted: ColumnElement[bool] = here.closed_at.is_(None)
    if closed_since is not None:
        wanted = or_(wanted, here.closed_at >= closed_since)
    own = select(handoffs).join(conversations, conversations.c.id == here.conversation_id)
    rows = connection.execute(
        own.where(wanted, _people_of(connection, venue)).order_by(here.created_at.desc(), here.id.desc()).limit(limit)
    )
    return tuple(handoff_from_row(row) for row in rows)


def conversations_of_venue(connection: Connection, venue: Venue, *, limit: int = 20) -> tuple[Conversation, ...]:
    """The conversations of a venue's people, the last one first."""
    wanted = select(conversations).where(_people_of(connection, venue), conversations.c.forgotten_at.is_(None))
    rows = connection.execute(wanted.order_by(conversations.c.last_seen_at.desc(), conversations.c.id).limit(limit))
    return tuple(conversation_from_row(row) for row in rows)


def _people_of(connection: Connection, venue: Venue) -> ColumnElement[bool]:
    """By a link or an agent, else as recognition does it: what belongs to several venues tells of none."""
    here, unknown = conversations.c, conversations.c.venue_id.is_(None)
    accounts, groups = (_own(connection, kind, values) for kind, values in _accounts_and_groups(venue))
    phones = _own(connection, KeyKind.PHONE, venue.phones)
    senders = [*accounts, *(f"{before}{phone}" for phone in phones for before in PHONE_NOTATIONS)]
    usernames = [account for account in accounts if not account.isdigit()]
    named = [and_(unknown, func.lower(here.handle).in_(usernames))] if usernames else []
    return or_(
        *named,
        here.venue_id == venue.id,
        and_(unknown, here.sender.in_(senders)),
        and_(unknown, here.address.in_(groups), here.sender != here.address),
    )


def _accounts_and_groups(venue: Venue) -> tuple[tuple[KeyKind, Collection[str]], ...]:
    return (KeyKind.ACCOUNT, venue.accounts), (KeyKind.GROUP, venue.groups)


def _own(connection: Connection, kind: KeyKind, values: Collection[str]) -> Collection[str]:
    """Those of a venue's keys that no other venue has."""
    here = venue_keys.c
    several = select(here.value).where(here.kind == kind, here.value.in_(values)).group_by(here.value)
    shared = frozenset(connection.scalars(several.having(func.count() > 1))) if values else frozenset()
    return [value for value in values if value not in shared]
