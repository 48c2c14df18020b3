"""Finds, exports and erases a person's data over all tables; counts are not personal."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Table, and_, delete, exists, or_, select, update

from handlers.model.messages import Inbound
from storage.conversations import conversations as talking
from storage.conversations.conversations import Conversation, conversation_from_row
from storage.customers import recognition, venues
from storage.database.write_ahead_log import truncate_log_after_commit
from storage.delivery import notification_queue
from storage.helpdesk import incidents
from storage.tables import conversations, messages, personal_tables

_JSON: Final = frozenset({"options", "trace", "data"})
"""Columns that hold JSON."""


@dataclass(frozen=True, kw_only=True)
class ErasureResult:
    """Deleted rows by table."""

    rows: Mapping[str, int]

    def __bool__(self) -> bool:
        return any(self.rows.values())


def find_conversations(connection: Connection, identifier: str) -> tuple[Conversation, ...]:
    """The conversations of an identifier: a conversation's id, `channel:sender`, or a sender on any channel."""
    here = conversations.c
    channel, _, sender = identifier.partition(":")
    wanted = or_(here.id == identifier, here.sender == identifier, and_(here.channel == channel, here.sender == sender))
    rows = connection.execute(select(conversations).where(wanted).order_by(here.created_at, here.id))
    return tuple(conversation_from_row(row) for row in rows)


def conversations_of_sender(connection: Connection, channel: str, sender: str) -> tuple[Conversation, ...]:
    """All conversations of a person on a channel: private ones, and those in groups."""
    here = conversations.c
    wanted = select(conversations).where(here.channel == channel, here.sender == sender)
    return tuple(conversation_from_row(row) for row in connection.execute(wanted.order_by(here.created_at, here.id)))


def erase(connection: Connection, selected: Collection[Conversation]) -> ErasureResult:
    """Delete every row of these conversations, after current locks on them are released; daily counts stay."""
    if not selected:
        return ErasureResult(rows={})
    ids = [talk.id for talk in selected]
    # Always in the same order, so that two erasures do not deadlock.
    locked = select(conversations.c.id).where(conversations.c.id.in_(ids)).order_by(conversations.c.id)
    connection.execute(locked.with_for_update())
    truncate_log_after_commit(connection)
    venues.forget_person(connection, *_own_keys(selected))
    notification_queue.schedule_retractions(connection, ids)
    notification_queue.refresh_incidents(connection, incidents.incidents_of(connection, ids))
    rows = {
        table.name: connection.execute(delete(table).where(table.c.conversation_id.in_(ids))).rowcount
        for table in reversed(personal_tables)
    }
    gone = connection.execute(delete(conversations).where(conversations.c.id.in_(ids))).rowcount
    return ErasureResult(rows=rows | {conversations.name: gone})


def erase_sender(connection: Connection, inbound: Inbound, now: datetime) -> Conversation:
    """Erase the sender of `inbound`, and return an empty conversation in which an erasure notice can be queued (without
    a turn).

    It holds the address and the id of `inbound`, so that the notice arrives and a duplicate is recognized; `purge`
    deletes it once the notice is sent, unless the person has written again.
    """
    erase(connection, conversations_of_sender(connection, inbound.channel, inbound.sender))
    talk = talking.open_and_lock(connection, _without_contact(inbound), now)
    talking.record_inbound(connection, talk, replace(inbound, choice=None, media=None), now)
    connection.execute(update(conversations).where(conversations.c.id == talk.id).values(forgotten_at=now))
    return replace(talk, forgotten_at=now)


def _without_contact(inbound: Inbound) -> Inbound:
    return replace(inbound, language=None, username=None, location=None, profile_name=None, phone=None)


def purge(connection: Connection, before: datetime) -> int:
    """Delete conversations erased `before` that have no pending erasure notice; return their number."""
    waiting = exists().where(messages.c.conversation_id == conversations.c.id, messages.c.due_at.is_not(None))
    rest = select(conversations).where(conversations.c.forgotten_at < before, ~waiting)
    # Locked and checked again: whoever writes meanwhile is no longer erased.
    rows = connection.execute(rest.order_by(conversations.c.forgotten_at).with_for_update())
    swept = [conversation_from_row(row) for row in rows]
    erase(connection, swept)
    return len(swept)


def export(connection: Connection, selected: Collection[Conversation]) -> dict[str, Any]:
    """All that is stored about these conversations, JSON-ready."""
    found: dict[str, Any] = {"conversations": [_export_conversation(connection, talk.id) for talk in selected]}
    known = venues.keys_of_person(connection, *_own_keys(selected))
    return found | {"venues": list(known)} if known else found


def _own_keys(selected: Collection[Conversation]) -> tuple[set[str], set[str]]:
    """The accounts and the numbers by which a venue may know the person."""
    senders = {talk.sender for talk in selected}
    usernames = {talk.username.casefold() for talk in selected if talk.username is not None}
    return senders | usernames, {number for sender in senders for number in recognition.own_numbers(sender)}


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
