"""Messages that could not be taken in: which, how often, and why; never a word of them, and nothing is decided here."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Executable, Row, delete, func, select

from handlers.model.messages import Inbound
from storage.conversations import conversations as talking
from storage.database.upsert import insert_into
from storage.tables import conversations, parked

TRIES: Final = 5
"""A message that failed so often is parked: it is taken without being decided."""


@dataclass(frozen=True, kw_only=True)
class Parked:
    """A message that failed `attempts` times; `provider_id` is the provider's name for it, `error` a class."""

    conversation: str
    channel: str
    address: str
    sender: str
    provider_id: str
    attempts: int
    error: str
    tried_at: datetime


def failed(connection: Connection, inbound: Inbound, error: str, now: datetime) -> int:
    """Count a failure of `inbound`, and say how many there are; in a transaction of its own, after the other's end."""
    talk = talking.open(connection, inbound, now)
    values = {
        "conversation_id": talk.id,
        "provider_id": inbound.message_id,
        "attempts": 1,
        "error": error,
        "tried_at": now,
    }
    attempts: int = connection.execute(_count(connection.dialect.name), values).scalar_one()
    return attempts


@cache
def _count(dialect: str) -> Executable:
    fresh = insert_into(dialect, parked)
    more = {
        "attempts": parked.c.attempts + 1,
        "error": fresh.excluded.error,
        "tried_at": fresh.excluded.tried_at,
    }
    upsert = fresh.on_conflict_do_update(index_elements=["conversation_id", "provider_id"], set_=more)
    return upsert.returning(parked.c.attempts)


_parked = parked.c.attempts >= TRIES


def listed(connection: Connection, *, limit: int = 100) -> tuple[Parked, ...]:
    """What is parked, the latest first."""
    there = conversations.c.id == parked.c.conversation_id
    wanted = select(parked, conversations.c.channel, conversations.c.address, conversations.c.sender)
    rows = connection.execute(
        wanted.join(conversations, there).where(_parked).order_by(parked.c.tried_at.desc()).limit(limit)
    )
    return tuple(_read(row) for row in rows)


def count(connection: Connection) -> int:
    """How many messages are parked, for metrics."""
    return connection.execute(select(func.count()).select_from(parked).where(_parked)).scalar_one()


def sweep(connection: Connection, before: datetime) -> int:
    """Forget failures before that moment which came to nothing: the message got through after all, or was given up."""
    return connection.execute(delete(parked).where(~_parked, parked.c.tried_at < before)).rowcount


def _read(row: Row[Any]) -> Parked:
    return Parked(
        conversation=row.conversation_id,
        channel=row.channel,
        address=row.address,
        sender=row.sender,
        provider_id=row.provider_id,
        attempts=row.attempts,
        error=row.error,
        tried_at=row.tried_at,
    )
