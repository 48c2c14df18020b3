"""How venues were in touch in the last days, many at once: their calls, or that they only wrote."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from handlers.model.venue import HISTORY_DAYS, VenueHistory
from kb.model import EntryId
from storage.customers import recognition
from storage.customers.recognition import PersonKeys
from storage.customers.venues import Venue
from storage.helpdesk.venue_people import PHONE_NOTATIONS
from storage.tables import conversations, handoffs, turns

_PERSON: Final = tuple(conversations.c[name] for name in ("sender", "address", "handle", "venue_id"))


@dataclass(frozen=True, kw_only=True)
class RecentCall:
    """A call of somebody at a venue: when, and what it was about."""

    at: datetime
    topic: EntryId | None


@dataclass(frozen=True, kw_only=True)
class RecentWriter:
    """A conversation of somebody at a venue, and when they last wrote."""

    conversation: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RecentContacts:
    """The calls, the newest first, and the writers of some venues since some day, by the number of the venue."""

    calls: Mapping[int, Sequence[RecentCall]]
    writers: Mapping[int, Sequence[RecentWriter]]

    def history(self, venue: Venue, *, before: datetime, beside: str | None = None) -> VenueHistory | None:
        """How a venue was in touch in the days before then.

        What it wrote counts where it has not called, beside that conversation.
        """
        since = before - timedelta(days=HISTORY_DAYS)
        called = [call for call in self.calls.get(venue.id, ()) if since <= call.at < before]
        if called:
            return VenueHistory(last_at=called[0].at, calls=len(called), topic=called[0].topic)
        others = (one.at for one in self.writers.get(venue.id, ()) if one.conversation != beside)
        wrote = max((at for at in others if since <= at < before), default=None)
        return None if wrote is None else VenueHistory(last_at=wrote, calls=0)


def recent_contacts(connection: Connection, venues: Collection[Venue], before: datetime) -> RecentContacts:
    """Of these venues, since the first day that a history before then tells of; in four statements, however many."""
    since, wanted = before - timedelta(days=HISTORY_DAYS), {venue.id for venue in venues}
    calls: defaultdict[int, list[RecentCall]] = defaultdict(list)
    writers: defaultdict[int, list[RecentWriter]] = defaultdict(list)
    if wanted:
        for number, row in _recognized(connection, _callers(connection, venues, since), wanted):
            calls[number].append(RecentCall(at=row.created_at, topic=EntryId(row.topic) if row.topic else None))
        for number, row in _recognized(connection, _writers(connection, venues, since), wanted):
            writers[number].append(RecentWriter(conversation=row.id, at=row.last_seen_at))
    return RecentContacts(calls=calls, writers=writers)


def history_of_venue(
    connection: Connection, venue: Venue, *, before: datetime, beside: str | None = None
) -> VenueHistory | None:
    """The same of a single venue."""
    return recent_contacts(connection, (venue,), before).history(venue, before=before, beside=beside)


def _callers(connection: Connection, venues: Collection[Venue], since: datetime) -> Sequence[Row[Any]]:
    """The hand-offs since then of whoever may be at one of the venues, the newest first."""
    here, talk = handoffs.c, conversations.c
    topic = func.coalesce(here.cause, turns.c.entry).label("topic")
    wanted = select(here.created_at, topic, *_PERSON).join(turns, turns.c.id == here.turn_id)
    wanted = wanted.join(conversations, talk.id == here.conversation_id).where(here.created_at >= since)
    usernames = [account for venue in venues for account in venue.accounts if not account.isdigit()]
    by = (
        *_by_link_or_sender(venues),
        talk.address.in_([group for venue in venues for group in venue.groups]),
        func.lower(talk.handle).in_(usernames),
    )
    return connection.execute(wanted.where(or_(*by)).order_by(here.created_at.desc(), here.id.desc())).all()


def _writers(connection: Connection, venues: Collection[Venue], since: datetime) -> Sequence[Row[Any]]:
    """The conversations since then of who came by a link, or has a number or account: each found by an index."""
    talk = conversations.c
    wanted = select(talk.id, talk.last_seen_at, *_PERSON).where(talk.last_seen_at >= since)
    return [row for way in _by_link_or_sender(venues) for row in connection.execute(wanted.where(way))]


def _by_link_or_sender(venues: Collection[Venue]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    talk = conversations.c
    senders = [account for venue in venues for account in venue.accounts]
    senders += [f"{notation}{phone}" for venue in venues for phone in venue.phones for notation in PHONE_NOTATIONS]
    return talk.venue_id.in_([venue.id for venue in venues]), talk.venue_id.is_(None) & talk.sender.in_(senders)


def _recognized(
    connection: Connection, rows: Sequence[Row[Any]], wanted: Collection[int]
) -> Iterable[tuple[int, Row[Any]]]:
    """The rows of people at the wanted venues, each with the number of theirs."""
    people = [PersonKeys(row.sender, row.address, row.handle, row.venue_id) for row in rows]
    numbers = recognition.recognize_all(connection, people)
    return ((number, row) for number, row in zip(numbers, rows, strict=True) if number in wanted and number is not None)
