"""Erases what is older than it is to be kept, a batch at a time: conversations as an erasure does, closed hand-offs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, select, update

from storage import personal_data
from storage.conversations.conversations import conversation_from_row
from storage.database.write_ahead_log import truncate_log_after_commit
from storage.delivery import notification_queue
from storage.tables import conversations, handoffs, messages, metadata, notices

MESSAGES_LOOKED_THROUGH: Final = 20_000
"""Of so many messages those with an old picture are found at once."""

_parts_of_handoffs = tuple(table for table in reversed(metadata.sorted_tables) if "handoff_id" in table.c)


def old_conversations(connection: Connection, before: datetime, limit: int, after: str = "") -> list[str]:
    """At most `limit` conversations that may be erased, by id, from the id `after` on: look beside those who write.

    `after` goes on where the last look ended: who is kept is passed over once, not with every batch.
    """
    here = conversations.c
    old = select(here.id).where(_may_be_erased(before), here.id > after).order_by(here.id).limit(limit)
    return list(connection.scalars(old))


def erase_conversations(connection: Connection, before: datetime, ids: Collection[str]) -> int:
    """Erase those of these conversations that were last written in before then; return their number.

    One with an open hand-off, or with a newer message that waits to be sent, is kept until that has ended.
    """
    # Locked and looked at again: whoever has written meanwhile is kept.
    old = select(conversations).where(conversations.c.id.in_(ids), _may_be_erased(before))
    rows = connection.execute(old.order_by(conversations.c.id).with_for_update())
    selected = [conversation_from_row(row) for row in rows]
    personal_data.erase(connection, selected)
    return len(selected)


def _may_be_erased(before: datetime) -> ColumnElement[bool]:
    here = conversations.c
    # An older one waits for a channel that is gone.
    waits = exists().where(
        messages.c.conversation_id == here.id, messages.c.due_at.is_not(None), messages.c.created_at >= before
    )
    is_open = exists().where(handoffs.c.conversation_id == here.id, handoffs.c.closed_at.is_(None))
    return and_(here.last_seen_at < before, here.forgotten_at.is_(None), ~waits, ~is_open)


def erase_handoffs(connection: Connection, before: datetime, limit: int) -> int:
    """Erase at most `limit` hand-offs closed before then, with their events; their notifications are retracted."""
    old = select(handoffs.c.id).where(handoffs.c.closed_at < before).order_by(handoffs.c.id).limit(limit)
    ids = connection.scalars(old.with_for_update()).all()
    if not ids:
        return 0
    truncate_log_after_commit(connection)
    notification_queue.schedule_retractions_of(connection, notices.c.handoff.in_(ids))
    connection.execute(delete(notices).where(notices.c.handoff.in_(ids), notices.c.conversation_id.is_not(None)))
    for table in _parts_of_handoffs:
        connection.execute(delete(table).where(table.c.handoff_id.in_(ids)))
    return connection.execute(delete(handoffs).where(handoffs.c.id.in_(ids))).rowcount


@dataclass(frozen=True, kw_only=True)
class OldMedia:
    """Messages whose picture or recording is old, and up to which message was looked."""

    ids: tuple[int, ...]
    looked_to: int


def old_media(connection: Connection, before: datetime, after: int = 0) -> OldMedia | None:
    """The references sent before then in the next MESSAGES_LOOKED_THROUGH messages after `after`; None at the end.

    Look beside those who write: there is no index of them, so that a message pays for none.
    """
    here = messages.c
    first = connection.scalar(select(here.id).where(here.id > after).order_by(here.id).limit(1))
    if first is None:
        return None
    last = first + MESSAGES_LOOKED_THROUGH - 1
    old = select(here.id).where(here.id.between(first, last), here.media.is_not(None), here.created_at < before)
    return OldMedia(ids=tuple(connection.scalars(old.order_by(here.id))), looked_to=last)


def forget_media(connection: Connection, ids: Collection[int]) -> int:
    """Forget the pictures and recordings of these messages, and what was read from them; return how many."""
    truncate_log_after_commit(connection)
    here = messages.c
    with_media = update(messages).where(here.id.in_(ids), here.media.is_not(None))
    return connection.execute(with_media.values(media=None, picture_text=None)).rowcount
