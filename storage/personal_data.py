"""A person's own data: found, given out and erased, over every table that holds some; counts are not a person's."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Table, and_, delete, exists, or_, select, update

from handlers.model.messages import Inbound
from storage.conversations import conversations as talking
from storage.conversations.conversations import Conversation, conversation
from storage.delivery import notifications
from storage.tables import conversations, messages, personal

_JSON: Final = frozenset({"options", "trace", "data"})
"""Columns that hold JSON."""


@dataclass(frozen=True, kw_only=True)
class Erased:
    """How many rows went, by table."""

    rows: Mapping[str, int]

    def __bool__(self) -> bool:
        return any(self.rows.values())


def find(connection: Connection, given: str) -> tuple[Conversation, ...]:
    """The talks that an id stands for: that of a conversation, `channel:sender`, or a sender on whichever channel."""
    here = conversations.c
    channel, _, sender = given.partition(":")
    wanted = or_(here.id == given, here.sender == given, and_(here.channel == channel, here.sender == sender))
    rows = connection.execute(select(conversations).where(wanted).order_by(here.created_at, here.id))
    return tuple(conversation(row) for row in rows)


def of_person(connection: Connection, channel: str, sender: str) -> tuple[Conversation, ...]:
    """All talks of a person on a channel: alone with the bot, and in groups."""
    here = conversations.c
    wanted = select(conversations).where(here.channel == channel, here.sender == sender)
    return tuple(conversation(row) for row in connection.execute(wanted.order_by(here.created_at, here.id)))


def erase(connection: Connection, talks: Collection[Conversation]) -> Erased:
    """Delete every row that belongs to these talks, after whatever holds them now is done; daily counts stay."""
    if not talks:
        return Erased(rows={})
    ids = [talk.id for talk in talks]
    # In one order, so that two who erase do not wait for each other.
    locked = select(conversations.c.id).where(conversations.c.id.in_(ids)).order_by(conversations.c.id)
    connection.execute(locked.with_for_update())
    notifications.withdraw(connection, ids)
    rows = {
        table.name: connection.execute(delete(table).where(table.c.conversation_id.in_(ids))).rowcount
        for table in reversed(personal)
    }
    gone = connection.execute(delete(conversations).where(conversations.c.id.in_(ids))).rowcount
    return Erased(rows=rows | {conversations.name: gone})


def forget(connection: Connection, inbound: Inbound, now: datetime) -> Conversation:
    """Erase the person who sent `inbound`, and give the bare talk in which a farewell can be queued (without a turn).

    It holds the address and the id of `inbound`, so that the farewell arrives and a repeated message is known; `sweep`
    takes it away once the farewell is sent, unless the person has written again.
    """
    erase(connection, of_person(connection, inbound.channel, inbound.sender))
    talk = talking.open(connection, replace(inbound, language=None, username=None, location=None), now)
    talking.heard(connection, talk, replace(inbound, choice=None), now)
    connection.execute(update(conversations).where(conversations.c.id == talk.id).values(forgotten_at=now))
    return replace(talk, forgotten_at=now)


def sweep(connection: Connection, before: datetime) -> int:
    """Take away what is left of those forgotten `before`, once no farewell waits to be sent; how many talks."""
    waiting = exists().where(messages.c.conversation_id == conversations.c.id, messages.c.due_at.is_not(None))
    rest = select(conversations).where(conversations.c.forgotten_at < before, ~waiting)
    # Locked and looked at again: whoever writes meanwhile is no longer forgotten.
    rows = connection.execute(rest.order_by(conversations.c.forgotten_at).with_for_update())
    swept = [conversation(row) for row in rows]
    erase(connection, swept)
    return len(swept)


def export(connection: Connection, talks: Collection[Conversation]) -> dict[str, Any]:
    """All that is stored about these talks, ready for JSON."""
    return {"conversations": [_everything(connection, talk.id) for talk in talks]}


def _everything(connection: Connection, talk: str) -> dict[str, Any]:
    own = select(conversations).where(conversations.c.id == talk)
    head = connection.execute(own).mappings().one()
    return _readable(head) | {table.name: list(_rows(connection, table, talk)) for table in personal}


def _rows(connection: Connection, table: Table, talk: str) -> Iterator[dict[str, Any]]:
    owned = select(table).where(table.c.conversation_id == talk).order_by(*table.primary_key)
    for row in connection.execute(owned).mappings():
        yield _readable(row)


def _readable(row: RowMapping) -> dict[str, Any]:
    stored = {str(key): value for key, value in row.items() if value is not None and key != "conversation_id"}
    return {key: _value(key, value) for key, value in stored.items()}


def _value(key: str, value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return json.loads(value) if key in _JSON and isinstance(value, str) else value
