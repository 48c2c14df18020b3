"""Remembers chats that moved and topics that are gone, and takes the conversations of a moved chat along."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from storage.database.upsert import insert_into
from storage.delivery import notification_queue
from storage.tables import conversations, places


@dataclass(frozen=True, kw_only=True)
class KnownPlace:
    """What was learned of an address: it is now `moved_to`, or (None) it is gone."""

    address: str
    moved_to: str | None
    learned_at: datetime


def list_known(connection: Connection, channel: str) -> tuple[KnownPlace, ...]:
    """Everything that was learned about the addresses of a channel."""
    rows = connection.execute(select(places).where(places.c.channel == channel).order_by(places.c.learned_at))
    return tuple(KnownPlace(address=row.address, moved_to=row.moved_to, learned_at=row.learned_at) for row in rows)


def record_move(connection: Connection, channel: str, before: str, after: str, now: datetime) -> None:
    """The chat `before` is now `after`. Its conversations go along, each with its open question; notifications of open
    hand-offs are posted anew, because messages of before cannot be edited.

    Whoever wrote in the new chat before this was known keeps both conversations.
    """
    known = select(places.c.moved_to).where(places.c.channel == channel, places.c.address == before)
    if connection.scalar(known) != after:
        notification_queue.post_anew(connection, f"{channel}:{before}", now)
    _record(connection, channel, before, {"moved_to": after, "learned_at": now})
    here = conversations.c
    other = conversations.alias("other")
    there_already = select(other.c.id).where(
        other.c.channel == here.channel, other.c.address == after, other.c.sender == here.sender
    )
    moving = update(conversations).where(here.channel == channel, here.address == before, ~there_already.exists())
    connection.execute(moving.values(address=after))


def record_gone(connection: Connection, channel: str, address: str, now: datetime) -> None:
    """Nothing can be written to this address now."""
    _record(connection, channel, address, {"moved_to": None, "learned_at": now})


def _record(connection: Connection, channel: str, address: str, learned: Mapping[str, Any]) -> None:
    fresh = insert_into(connection.dialect.name, places).values(channel=channel, address=address, **learned)
    connection.execute(fresh.on_conflict_do_update(index_elements=["channel", "address"], set_=dict(learned)))
