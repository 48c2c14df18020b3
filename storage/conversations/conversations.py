"""Stores conversations and inbound messages; the caller owns the transaction, and nothing here decides a reply."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, exists, func, or_, select, update
from sqlalchemy.exc import NoResultFound

from handlers.model.details import NO_DETAILS, PersonDetails
from handlers.model.messages import Inbound, MessageKind
from kb.model import Language
from storage.conversations.history import Side
from storage.database.prepared import PreparedStatement, Statement
from storage.database.upsert import insert_into
from storage.tables import announcements, conversations, messages, sessions, venue_keys
from storage.tables.announcements import ANNOUNCEMENT_KINDS
from storage.tables.customers import RECOGNIZING_KINDS

REPEATED_TAP_WINDOW: Final = timedelta(minutes=10)
"""Within this time the same tap is the same act: apps send a tap again whose answer they did not get."""


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """The conversation with one person at one address of a channel; replies go to `address`.

    `forgotten_at` is set while an erased person's conversation is kept only to deliver the erasure notice.
    """

    id: str
    channel: str
    address: str
    sender: str
    language: Language | None
    created_at: datetime
    last_seen_at: datetime
    forgotten_at: datetime | None = None
    username: str | None = None
    location: str | None = None
    profile_name: str | None = None
    details: PersonDetails = NO_DETAILS
    """What the person told of themselves."""
    agent: str | None = None
    agent_until: datetime | None = None
    wants_news: bool = False
    """Whether the person has asked to be sent news as soon as there is any."""

    venue_id: int | None = None
    """The venue that the person is known to be at, by a link or because an agent has confirmed it."""
    venue_till: str | None = None
    """The till of the venue that the link was for."""
    venue_link_id: int | None = None
    """The link that told it; None where an agent did."""

    def agent_at(self, now: datetime) -> str | None:
        """The agent who writes in it at that time, while the bot is silent."""
        return self.agent if self.agent_until is not None and now < self.agent_until else None

    @property
    def person_name(self) -> str | None:
        """The name that the person told, else the one of their profile."""
        return self.details.name or self.profile_name

    @property
    def person_place(self) -> str | None:
        """The place that the person told, else the one that the platform tells."""
        return self.details.place or self.location


def open_and_lock(connection: Connection, inbound: Inbound, now: datetime) -> Conversation:
    """Find or create the conversation of `inbound`, and lock it until the transaction ends.

    The lock serializes the decisions of one conversation: PostgreSQL locks the row that is updated here, SQLite allows
    a single writer.
    """
    values = {
        "id": token_hex(16),
        "channel": inbound.channel,
        "address": inbound.conversation,
        "sender": inbound.sender,
        "language": inbound.language,
        "handle": inbound.username,
        "place": inbound.location,
        "profile_name": inbound.profile_name,
        "created_at": now,
        "last_seen_at": now,
    }
    return conversation_from_row(_upsert.first(connection, values))


def _upsert_conversation(dialect: str) -> Statement:
    fresh = insert_into(dialect, conversations)
    touched = {
        "last_seen_at": fresh.excluded.last_seen_at,
        # Not every message carries these.
        "handle": func.coalesce(fresh.excluded.handle, conversations.c.handle),
        "place": func.coalesce(fresh.excluded.place, conversations.c.place),
        "profile_name": func.coalesce(fresh.excluded.profile_name, conversations.c.profile_name),
    }
    upsert = fresh.on_conflict_do_update(index_elements=["channel", "address", "sender"], set_=touched)
    return upsert.returning(*conversations.c)


_upsert = PreparedStatement(_upsert_conversation)


def get(connection: Connection, conversation_id: str) -> Conversation:
    """The conversation with this id, which must exist; not locked."""
    row = _select_by_id.first(connection, {"talk": conversation_id})
    if row is None:
        raise NoResultFound
    return conversation_from_row(row)


def get_many(connection: Connection, conversation_ids: Collection[str]) -> dict[str, Conversation]:
    """These conversations by their ids, without those that are gone; not locked."""
    rows = connection.execute(select(conversations).where(conversations.c.id.in_(list(conversation_ids))))
    return {row.id: conversation_from_row(row) for row in rows}


_select_by_id = PreparedStatement(lambda _: select(conversations).where(conversations.c.id == bindparam("talk")))


def find(connection: Connection, *, channel: str, address: str, sender: str) -> Conversation | None:
    """The conversation of a person at an address, not locked; None if they never wrote."""
    here = conversations.c
    wanted = select(conversations).where(here.channel == channel, here.address == address, here.sender == sender)
    row = connection.execute(wanted).one_or_none()
    return None if row is None else conversation_from_row(row)


def existing(connection: Connection, ids: Collection[str]) -> frozenset[str]:
    """Those of these conversations that are there."""
    return frozenset(connection.scalars(select(conversations.c.id).where(conversations.c.id.in_(ids))))


def conversation_from_row(row: Row[Any]) -> Conversation:
    """A `Conversation` from a row of the table."""
    return Conversation(
        id=row.id,
        channel=row.channel,
        address=row.address,
        sender=row.sender,
        language=row.language,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        forgotten_at=row.forgotten_at,
        username=row.handle,
        location=row.place,
        agent=row.agent,
        agent_until=row.agent_until,
        profile_name=row.profile_name,
        wants_news=row.news_wanted,
        venue_id=row.venue_id,
        venue_till=row.venue_till,
        venue_link_id=row.venue_link_id,
        details=PersonDetails(name=row.said_name, phone=row.said_phone, place=row.said_place, device=row.said_device),
    )


def record_details(connection: Connection, conversation_id: str, details: PersonDetails) -> None:
    """Store what the person told of themselves, in place of what was stored."""
    told = {
        "said_name": details.name,
        "said_phone": details.phone,
        "said_place": details.place,
        "said_device": details.device,
    }
    connection.execute(update(conversations).where(conversations.c.id == conversation_id).values(told))


@dataclass(frozen=True, kw_only=True)
class RecordedInbound:
    """A message with its sequence number, and what deciding about it needs, read by the same statement.

    `session_json` is what `storage.conversations.sessions` has stored. Where nothing is announced to anybody now, and
    no venue is known by a number, an account or a group, neither needs to be looked for.
    """

    number: int
    session_json: str | None
    anything_announced: bool
    any_venues_known: bool


def record_inbound(
    connection: Connection, conversation: Conversation, inbound: Inbound, now: datetime
) -> RecordedInbound | None:
    """Record `inbound`; None for a duplicate. The conversation must be locked.

    Its text is stored later by `turns.record`, after masking.
    """
    values = {
        "conversation_id": conversation.id,
        "side": Side.PERSON,
        "provider_id": inbound.message_id,
        "kind": inbound.kind,
        "choice": inbound.choice,
        "source_turn": inbound.source_turn,
        "media": inbound.media,
        "text": "",
        "attempts": 0,
        "sent_at": inbound.sent_at,
        "created_at": now,
        "talk": conversation.id,
        "now": now,
    }
    row = _insert_once.first(connection, values)
    if row is None:
        return None
    if conversation.forgotten_at is not None:
        connection.execute(update(conversations).where(conversations.c.id == conversation.id).values(forgotten_at=None))
    return RecordedInbound(
        number=row.id,
        session_json=row.session,
        anything_announced=bool(row.announced),
        any_venues_known=bool(row.venues),
    )


def repeats_an_act(
    connection: Connection, conversation: Conversation, inbound: Inbound, text: str, now: datetime
) -> bool:
    """Whether it is no new act under a new id: the last tap sent again, or an edit that leaves the words as they were.

    `text` is that of the message, masked as stored.
    """
    here = messages.c
    own = select(messages).where(here.conversation_id == conversation.id, here.side == Side.PERSON)
    newest = own.order_by(here.id.desc()).limit(1)
    if inbound.kind is MessageKind.TAP and inbound.source_turn is not None:
        last = connection.execute(newest).one_or_none()
        return (
            last is not None
            and (last.kind, last.choice, last.source_turn) == (MessageKind.TAP, inbound.choice, inbound.source_turn)
            and now - last.created_at <= REPEATED_TAP_WINDOW
        )
    if inbound.edit_of is not None:
        versions = or_(
            here.provider_id == inbound.edit_of, here.provider_id.startswith(f"{inbound.edit_of}:e", autoescape=True)
        )
        last = connection.execute(newest.where(versions)).one_or_none()
        return last is not None and last.text == text
    return False


def _insert_inbound(dialect: str) -> Statement:
    once = insert_into(dialect, messages).on_conflict_do_nothing(index_elements=["conversation_id", "provider_id"])
    # The conversation was locked by a statement before this one: on PostgreSQL, too, its session is the newest here.
    session = select(sessions.c.data).where(sessions.c.conversation_id == bindparam("talk"))
    recognizing = or_(*(venue_keys.c.kind == kind for kind in RECOGNIZING_KINDS))
    running = (
        or_(*(announcements.c.kind == kind for kind in ANNOUNCEMENT_KINDS)),
        announcements.c.ends_at > bindparam("now"),
        announcements.c.withdrawn_at.is_(None),
    )
    return once.returning(
        messages.c.id,
        session.scalar_subquery().label("session"),
        exists(select(announcements.c.id).where(*running)).label("announced"),
        exists(select(venue_keys.c.venue_id).where(recognizing)).label("venues"),
    )


_insert_once = PreparedStatement(_insert_inbound)
