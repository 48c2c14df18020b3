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

MAX_ATTEMPTS: Final = 5
"""A message that failed so often is parked: it is taken without being decided."""


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A message that failed `attempts` times; `provider_id` is the provider's name for it, `error` a class."""

    conversation: str
    channel: str
    address: str
    sender: str
    provider_id: str
    attempts: int
    error: str
    tried_at: datetime


def record_failure(connection: Connection, inbound: Inbound, error: str, now: datetime) -> int:
    """Count a failure of `inbound`, and say how many there are; in a transaction of its own, after the other's end."""
    talk = talking.open_and_lock(connection, inbound, now)
    values = {
        "conversation_id": talk.id,
        "provider_id": inbound.message_id,
        "attempts": 1,
        "error": error,
        "tried_at": now,
    }
    attempts: int = connection.execute(_upsert_failure(connection.dialect.name), values).scalar_one()
    return attempts


@cache
def _upsert_failure(dialect: str) -> Executable:
    fresh = insert_into(dialect, parked)
    more = {
        "attempts": parked.c.attempts + 1,
        "error": fresh.excluded.error,
        "tried_at": fresh.excluded.tried_at,
    }
    upsert = fresh.on_conflict_do_update(index_elements=["conversation_id", "provider_id"], set_=more)
    return upsert.returning(parked.c.attempts)


_is_dead_letter = parked.c.attempts >= MAX_ATTEMPTS


def list_dead_letters(connection: Connection, *, limit: int = 100) -> tuple[DeadLetter, ...]:
    """What is parked, the latest first."""
    there = conversations.c.id == parked.c.conversation_id
    wanted = select(parked, conversations.c.channel, conversations.c.address, conversations.c.sender)
    rows = connection.execute(
        wanted.join(conversations, there).where(_is_dead_letter).order_by(parked.c.tried_at.desc()).limit(limit)
    )
    return tuple(_dead_letter(row) for row in rows)


def count_dead_letters(connection: Connection) -> int:
    """How many messages are parked, for metrics."""
    return connection.execute(select(func.count()).select_from(parked).where(_is_dead_letter)).scalar_one()


def purge(connection: Connection, before: datetime) -> int:
    """Forget failures before that moment which came to nothing: the message got through after all, or was given up."""
    return connection.execute(delete(parked).where(~_is_dead_letter, parked.c.tried_at < before)).rowcount


def _dead_letter(row: Row[Any]) -> DeadLetter:
    return DeadLetter(
        conversation=row.conversation_id,
        channel=row.channel,
        address=row.address,
        sender=row.sender,
        provider_id=row.provider_id,
        attempts=row.attempts,
        error=row.error,
        tried_at=row.tried_at,
    )
