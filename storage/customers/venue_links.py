"""Links that carry a venue and a till: made once for each, revoked for good, and kept with who came by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from storage.customers.venues import Venue
from storage.tables import conversations, venue_links


@dataclass(frozen=True, kw_only=True)
class VenueLink:
    """A link of a venue; `till` is the name of its device, None for the whole venue."""

    id: int
    venue_id: int
    till: str | None
    created_at: datetime


def ensure_links(connection: Connection, venue: Venue, now: datetime) -> tuple[VenueLink, ...]:
    """One link for each device of a stored venue, or one for the venue where it has none; those that are there stay."""
    tills: list[str | None] = [device.name for device in venue.devices]
    known = {link.till: link for link in list_links(connection, venue.id)}
    return tuple(known.get(till) or _add(connection, venue.id, till, now) for till in tills or [None])


def _add(connection: Connection, venue: int, till: str | None, now: datetime) -> VenueLink:
    fresh = insert(venue_links).values(venue_id=venue, till=till, created_at=now).returning(venue_links.c.id)
    number = connection.execute(fresh).scalar_one()
    return VenueLink(id=number, venue_id=venue, till=till, created_at=now)


def list_links(connection: Connection, venue: int) -> tuple[VenueLink, ...]:
    """The links of a venue that are not revoked, oldest first."""
    here = venue_links.c
    wanted = select(venue_links).where(here.venue_id == venue, here.revoked_at.is_(None)).order_by(here.id)
    return tuple(
        VenueLink(id=row.id, venue_id=row.venue_id, till=row.till, created_at=row.created_at)
        for row in connection.execute(wanted)
    )


def get_link(connection: Connection, number: int) -> VenueLink | None:
    """The link with this number; None if there is none or it is revoked."""
    here = venue_links.c
    row = connection.execute(select(venue_links).where(here.id == number, here.revoked_at.is_(None))).one_or_none()
    if row is None:
        return None
    return VenueLink(id=row.id, venue_id=row.venue_id, till=row.till, created_at=row.created_at)


def revoke(connection: Connection, venue: int, numbers: Sequence[int], now: datetime) -> int:
    """Revoke these links of a venue, and forget who came by them; return how many were revoked."""
    here = venue_links.c
    own = update(venue_links).where(here.venue_id == venue, here.id.in_(numbers), here.revoked_at.is_(None))
    gone = connection.scalars(own.values(revoked_at=now).returning(here.id)).all()
    came = update(conversations).where(conversations.c.venue_link_id.in_(gone))
    connection.execute(came.values(venue_id=None, venue_till=None, venue_link_id=None))
    return len(gone)


def attach(connection: Connection, conversation_id: str, link: VenueLink) -> None:
    """Keep that the person of a conversation came by this link."""
    at = {"venue_id": link.venue_id, "venue_till": link.till, "venue_link_id": link.id}
    connection.execute(update(conversations).where(conversations.c.id == conversation_id).values(at))


def confirm(connection: Connection, conversation_id: str, venue: int | None) -> None:
    """Keep which venue an agent says that the person is at; None: none that we know."""
    at = {"venue_id": venue, "venue_till": None, "venue_link_id": None}
    connection.execute(update(conversations).where(conversations.c.id == conversation_id).values(at))
