"""Stores outages: announcements that agents declare and end, who reported them, and who was told of their end."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, exists, func, insert, select, update

from handlers.model.announcements import Outage
from kb.model import EntryId, Translations
from storage.announcements.stored_texts import dump_texts, load_texts
from storage.conversations.conversations import Conversation, conversation_from_row
from storage.database.upsert import insert_into
from storage.tables import announcement_views, announcements, conversations, outage_reports

OUTAGE: Final = "outage"
"""The kind of these announcements."""
MAX_TOLD: Final = timedelta(days=3)
"""An outage that nobody has touched for so long is told to nobody any more: it was forgotten."""
NOT_SENT_TWICE: Final = "same"
"""The result for who was told in another conversation, or in the same group."""
TOLD: Final = "told"
"""The result for who was sent that it is over."""


@dataclass(frozen=True, kw_only=True)
class OutageDraft:
    """An outage as an agent describes it."""

    kind: str
    """One of the content's kinds, or `other`."""
    texts: Translations
    topics: frozenset[EntryId]
    words: tuple[str, ...] = ()
    expected_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DeclaredOutage:
    """An outage as the helpdesk sees it: who declared it, and how many conversations it has reached.

    `reported` are those that wrote about it, `venues` the known restaurants among them; `told` were told that it is
    over, `untold` could not be, `waiting` are not done yet.
    """

    outage: Outage
    author: str
    ended_at: datetime | None
    reported: int
    venues: int
    told: int
    untold: int
    waiting: int

    def lasted(self, now: datetime) -> timedelta:
        """How long it has run."""
        return (self.ended_at or now) - self.outage.started_at


def declare(connection: Connection, draft: OutageDraft, *, author: str, now: datetime) -> int:
    """It runs from now on; return its number."""
    values = {**_values(draft), "kind": OUTAGE, "source": "", "author": author, "created_at": now}
    wanted = insert(announcements).values(**values, ends_at=now + MAX_TOLD).returning(announcements.c.id)
    return int(connection.execute(wanted).scalar_one())


def edit(connection: Connection, number: int, draft: OutageDraft, now: datetime) -> bool:
    """Describe it anew; False if it does not run."""
    return _change(connection, number, **_values(draft), ends_at=now + MAX_TOLD)


def end(connection: Connection, number: int, now: datetime) -> bool:
    """It is over: tell nobody of it any more; False if it does not run."""
    return _change(connection, number, withdrawn_at=now)


def lock(connection: Connection, number: int) -> None:
    """Lock it until the transaction ends."""
    connection.execute(select(announcements.c.id).where(announcements.c.id == number).with_for_update())


def report(connection: Connection, conversation_id: str, number: int, venue: int | None, now: datetime) -> None:
    """A conversation is about it: whoever writes there is told when it is over. Counted once."""
    values = {"conversation_id": conversation_id, "announcement_id": number, "reported_at": now, "venue_id": venue}
    fresh = insert_into(connection.dialect.name, outage_reports).values(values)
    added = fresh.on_conflict_do_nothing().returning(outage_reports.c.announcement_id)
    if connection.scalar(added) is not None:
        _count(connection, number, "reported")


def waiting(connection: Connection, number: int, *, limit: int) -> tuple[Conversation, ...]:
    """Conversations that reported it, and whose person was not told yet that it is over."""
    here = outage_reports.c
    joined = select(conversations).join(outage_reports, here.conversation_id == conversations.c.id)
    wanted = joined.where(here.announcement_id == number, here.result.is_(None))
    rows = connection.execute(wanted.order_by(here.reported_at, conversations.c.id).limit(limit))
    return tuple(conversation_from_row(row) for row in rows)


def settle(connection: Connection, number: int, conversation_id: str, result: str) -> bool:
    """Keep what became of telling the person; False if that is settled already."""
    here = outage_reports.c
    own = (here.announcement_id == number, here.conversation_id == conversation_id, here.result.is_(None))
    if connection.execute(update(outage_reports).where(*own).values(result=result)).rowcount == 0:
        return False
    _count(connection, number, "told" if result in (TOLD, NOT_SENT_TWICE) else "untold")
    return True


def is_told_elsewhere(connection: Connection, number: int, talk: Conversation) -> bool:
    """Whether the person was told in another conversation, or another one in the same group."""
    here, other = outage_reports.c, conversations.c
    joined = select(here.conversation_id).join(conversations, other.id == here.conversation_id)
    same = (other.address == talk.address) | (other.sender == talk.sender)
    wanted = joined.where(here.announcement_id == number, here.result == TOLD, other.channel == talk.channel, same)
    return connection.scalar(wanted.limit(1)) is not None


def unfinished(connection: Connection) -> tuple[int, ...]:
    """Outages that are over and of which somebody is still to be told."""
    here = announcements.c
    pending = exists().where(outage_reports.c.announcement_id == here.id, outage_reports.c.result.is_(None))
    wanted = select(here.id).where(here.kind == OUTAGE, here.withdrawn_at.is_not(None), pending)
    return tuple(connection.scalars(wanted.order_by(here.id)))


def running(connection: Connection, now: datetime) -> tuple[Outage, ...]:
    """What runs, the newest first."""
    here = announcements.c
    wanted = select(announcements).where(here.kind == OUTAGE, here.ends_at > now, here.withdrawn_at.is_(None))
    return tuple(outage_from_row(row, seen=False) for row in connection.execute(wanted.order_by(here.id.desc())))


def get(connection: Connection, number: int) -> DeclaredOutage | None:
    """The outage with this number."""
    found = _list(connection, announcements.c.id == number, limit=1)
    return found[0] if found else None


def list_declared(connection: Connection, *, limit: int = 50) -> tuple[DeclaredOutage, ...]:
    """The latest first, also those that are over."""
    return _list(connection, limit=limit)


def declared_between(connection: Connection, since: datetime, until: datetime) -> tuple[DeclaredOutage, ...]:
    """Those declared in a period, the latest first."""
    here = announcements.c
    return _list(connection, here.created_at >= since, here.created_at < until, limit=1000)


def was_seen(connection: Connection, number: int, conversation_ids: Collection[str]) -> frozenset[str]:
    """Those of the conversations that were told of it while it ran."""
    here = announcement_views.c
    wanted = select(here.conversation_id).where(here.announcement_id == number)
    return frozenset(connection.scalars(wanted.where(here.conversation_id.in_(conversation_ids))))


def outage_from_row(row: Row[Any], *, seen: bool) -> Outage:
    """An `Outage` from a row of the table."""
    return Outage(
        id=row.id,
        kind=row.cause,
        text=load_texts(row.texts),
        topics=frozenset(EntryId(entry) for entry in (row.topics or "").split()),
        words=tuple((row.words or "").splitlines()),
        started_at=row.created_at,
        expected_until=row.expected_until,
        seen=seen,
    )


def _values(draft: OutageDraft) -> dict[str, Any]:
    about = {"topics": "\n".join(sorted(draft.topics)), "words": "\n".join(draft.words)}
    return {"texts": dump_texts(draft.texts), **about, "cause": draft.kind, "expected_until": draft.expected_until}


def _change(connection: Connection, number: int, **values: object) -> bool:
    here = announcements.c
    own = update(announcements).where(here.id == number, here.kind == OUTAGE, here.withdrawn_at.is_(None))
    return connection.execute(own.values(values)).rowcount == 1


def _count(connection: Connection, number: int, column: str) -> None:
    own = update(announcements).where(announcements.c.id == number)
    connection.execute(own.values({column: announcements.c[column] + 1}))


def _list(connection: Connection, *which: Any, limit: int) -> tuple[DeclaredOutage, ...]:
    here = outage_reports.c
    own = here.announcement_id == announcements.c.id
    venues = select(func.count(here.venue_id.distinct())).where(own).scalar_subquery().label("venues")
    waits = select(func.count()).select_from(outage_reports).where(own, here.result.is_(None))
    columns = (announcements, venues, waits.scalar_subquery().label("waiting"))
    wanted = select(*columns).where(announcements.c.kind == OUTAGE, *which)
    rows = connection.execute(wanted.order_by(announcements.c.id.desc()).limit(limit))
    return tuple(_declared(row) for row in rows)


def _declared(row: Row[Any]) -> DeclaredOutage:
    return DeclaredOutage(
        outage=outage_from_row(row, seen=False),
        author=row.author,
        ended_at=row.withdrawn_at,
        reported=row.reported,
        venues=row.venues,
        told=row.told,
        untold=row.untold,
        waiting=row.waiting,
    )
