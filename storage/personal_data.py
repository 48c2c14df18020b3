"""A person's own data: found, given out and erased, over every table that holds some; counts are not a person's."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Table, and_, delete, exists, or_, select, update

from handlers.model.messages import Inbound
from storage.conversations import conversations as talking
from storage.conversations.conversations import Conversation, conversation_from_row
from storage.delivery import notifications
from storage.tables import conversations, messages, personal_tables

_JSON: Final = frozenset({"options", "trace", "data"})
"""Columns that hold JSON."""


@dataclass(frozen=True, kw_only=True)
class ErasureResult:
    """How many rows went, by table."""

    rows: Mapping[str, int]

    def __bool__(self) -> bool:
        return any(self.rows.values())


def find_conversations(connection: Connection, identifier: str) -> tuple[Conversation, ...]:
    """The talks that an id stands for: that of a conversation, `channel:sender`, or a sender on whichever channel."""
    here = conversations.c
    channel, _, sender = identifier.partition(":")
    wanted = or_(here.id == identifier, here.sender == identifier, and_(here.channel == channel, here.sender == sender))
    rows = connection.execute(select(conversations).where(wanted).order_by(here.created_at, here.id))
    return tuple(conversation_from_row(row) for row in rows)


def conversations_of_sender(connection: Connection, channel: str, sender: str) -> tuple[Conversation, ...]:
    """All talks of a person on a channel: alone with the bot, and in groups."""
    here = conversations.c
    wanted = select(conversations).where(here.channel == channel, here.sender == sender)
    return tuple(conversation_from_row(row) for row in connection.execute(wanted.order_by(here.created_at, here.id)))


def erase(connection: Connection, selected: Collection[Conversation]) -> ErasureResult:
    """Delete every row that belongs to these talks, after whatever holds them now is done; daily counts stay."""
    if not selected:
        return ErasureResult(rows={})
    ids = [talk.id for talk in selected]
    # In one order, so that two who erase do not wait for each other.
    locked = select(conversations.c.id).where(conversations.c.id.in_(ids)).order_by(conversations.c.id)
    connection.execute(locked.with_for_update())
    notifications.schedule_retractions(connection, ids)
    rows = {
        table.name: connection.execute(delete(table).where(table.c.conversation_id.in_(ids))).rowcount
        for table in reversed(personal_tables)
    }
    gone = connection.execute(delete(conversations).where(conversations.c.id.in_(ids))).rowcount
    return ErasureResult(rows=rows | {conversations.name: gone})


def erase_sender(connection: Connection, inbound: Inbound, now: datetime) -> Conversation:
    """Erase the person who sent `inbound`, and give the bare talk in which a farewell can be queued (without a turn).

    It holds the address and the id of `inbound`, so that the farewell arrives and a repeated message is known; `sweep`
    takes it away once the farewell is sent, unless the person has written again.
    """
    erase(connection, conversations_of_sender(connection, inbound.channel, inbound.sender))
    talk = talking.open_and_lock(connection, replace(inbound, language=None, username=None, location=None), now)
    talking.record_inbound(connection, talk, replace(inbound, choice=None), now)
    connection.execute(update(conversations).where(conversations.c.id == talk.id).values(forgotten_at=now))
    return replace(talk, forgotten_at=now)


def purge(connection: Connection, before: datetime) -> int:
    """Take away what is left of those forgotten `before`, once no farewell waits to be sent; how many talks."""
    waiting = exists().where(messages.c.conversation_id == conversations.c.id, messages.c.due_at.is_not(None))
    rest = select(conversations).where(conversations.c.forgotten_at < before, ~waiting)
    # Locked and looked at again: whoever writes meanwhile is no longer forgotten.
    rows = connection.execute(rest.order_by(conversations.c.forgotten_at).with_for_update())
    swept = [conversation_from_row(row) for row in rows]
    erase(connection, swept)
    return len(swept)


def export(connection: Connection, selected: Collection[Conversation]) -> dict[str, Any]:
    """All that is stored about these talks, ready for JSON."""
    return {"conversations": [_export_conversation(connection, talk.id) for talk in selected]}


def _export_conversation(connection: Connection, conversation_id: str) -> dict[str, Any]:
    own = select(conversations).where(conversations.c.id == conversation_id)
    head = connection.execute(own).mappings().one()
    return _export_row(head) | {
        table.name: list(_export_rows(connection, table, conversation_id)) for table in personal_tables
    }


def _export_rows(connection: Connection, table: Table, conversation_id: str) -> Iterator[dict[str, Any]]:
    owned = select(table).where(table.c.conversation_id == conversation_id).order_by(*table.primary_key)
    for row in connection.execute(owned).mappings():
        yield _export_row(row)


def _export_row(row: RowMapping) -> dict[str, Any]:
    stored = {str(key): value for key, value in row.items() if value is not None and key != "conversation_id"}
    return {key: _export_value(key, value) for key, value in stored.items()}


def _export_value(key: str, value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return json.loads(value) if key in _JSON and isinstance(value, str) else value
