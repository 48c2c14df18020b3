"""How venues were in touch in the last days, many at once: their calls, or that they only wrote."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from handlers.model.venue import HISTORY_DAYS, VenueHistory
from kb.model import EntryId
from storage.customers import recognition
from storage.customers.recognition import PersonKeys
from storage.customers.venues import Venue
from storage.helpdesk.venue_people import PHONE_NOTATIONS
from storage.tables import conversations, handoffs, turns


@dataclass(frozen=True, kw_only=True)
class RecentCall:
    """A call of somebody at a venue: when, and what it was about."""

    at: datetime
    topic: EntryId | None


@dataclass(frozen=True, kw_only=True)
class RecentCalls:
    """The calls since some day of everybody who is known to be at a venue, by its number; the newest first."""

    calls: Mapping[int, Sequence[RecentCall]]

    def history(
        self, connection: Connection, venue: Venue, *, before: datetime, beside: str | None = None
    ) -> VenueHistory | None:
        """How a venue was in touch in the days before then.

        What it wrote counts where it has not called, beside that conversation.
        """
        since = before - timedelta(days=HISTORY_DAYS)
        called = [call for call in self.calls.get(venue.id, ()) if since <= call.at < before]
        if called:
            return VenueHistory(last_at=called[0].at, calls=len(called), topic=called[0].topic)
        wrote = _last_written(connection, venue, since, before, beside)
        return None if wrote is None else VenueHistory(last_at=wrote, calls=0)


def recent_calls(connection: Connection, since: datetime) -> RecentCalls:
    """Those since the first day that a history before then tells of."""
    here, talk = handoffs.c, conversations.c
    topic = func.coalesce(here.cause, turns.c.entry).label("topic")
    who = (talk.sender, talk.address, talk.handle, talk.venue_id)
    wanted = select(here.created_at, topic, *who).join(turns, turns.c.id == here.turn_id)
    wanted = wanted.join(conversations, talk.id == here.conversation_id)
    wanted = wanted.where(here.created_at >= since - timedelta(days=HISTORY_DAYS))
    rows = connection.execute(wanted.order_by(here.created_at.desc(), here.id.desc())).all()
    people = [PersonKeys(row.sender, row.address, row.handle, row.venue_id) for row in rows]
    found: defaultdict[int, list[RecentCall]] = defaultdict(list)
    for row, number in zip(rows, recognition.recognize_all(connection, people), strict=True):
        if number is not None:
            found[number].append(RecentCall(at=row.created_at, topic=EntryId(row.topic) if row.topic else None))
    return RecentCalls(calls=found)


def history_of_venue(
    connection: Connection, venue: Venue, *, before: datetime, beside: str | None = None
) -> VenueHistory | None:
    """The same of a single venue."""
    return recent_calls(connection, before).history(connection, venue, before=before, beside=beside)


def _last_written(
    connection: Connection, venue: Venue, since: datetime, before: datetime, beside: str | None
) -> datetime | None:
    """When somebody wrote who came by a link, or from a number or account of the venue: both are found by an index."""
    talk = conversations.c
    senders = [*venue.accounts, *(f"{notation}{phone}" for phone in venue.phones for notation in PHONE_NOTATIONS)]
    ways: tuple[ColumnElement[bool], ...] = (
        talk.venue_id == venue.id,
        talk.venue_id.is_(None) & talk.sender.in_(senders),
    )
    times = (
        connection.scalar(
            select(func.max(talk.last_seen_at)).where(
                way, talk.id != (beside or ""), talk.last_seen_at >= since, talk.last_seen_at < before
            )
        )
        for way in ways
    )
    return max((time for time in times if time is not None), default=None)
