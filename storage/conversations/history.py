"""Reads the messages of a conversation, of both sides and in order; writes nothing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, bindparam, select

from handlers.details.story import tells_of_trouble
from handlers.model.messages import MessageKind, Option
from storage.database.prepared import PreparedStatement
from storage.tables import messages, turns

options_json: TypeAdapter[tuple[Option, ...]] = TypeAdapter(tuple[Option, ...])


class Side(StrEnum):
    """Who wrote a message."""

    PERSON = "person"
    BOT = "bot"


@dataclass(frozen=True, kw_only=True)
class StoredMessage:
    """One message of a conversation. `sequence` grows with every message of either side, and is never reused.

    `message_id` is the provider's id of a person's message, `state` (storage.delivery.status) the delivery state of a
    reply.
    """

    sequence: int
    side: Side
    text: str
    options: tuple[Option, ...]
    at: datetime
    message_id: str | None
    turn: int | None
    state: str | None


_select_messages = select(messages)


def messages_after(
    connection: Connection, conversation_id: str, *, after: int = 0, limit: int = 100
) -> tuple[StoredMessage, ...]:
    """Both sides in order: the first `limit` messages after the sequence number `after`."""
    wanted = _select_messages.where(messages.c.conversation_id == conversation_id, messages.c.id > after)
    return tuple(_stored_message(row) for row in connection.execute(wanted.order_by(messages.c.id).limit(limit)))


def last_messages(connection: Connection, conversation_id: str, *, limit: int = 100) -> tuple[StoredMessage, ...]:
    """Both sides in order: the last `limit` messages."""
    wanted = _select_messages.where(messages.c.conversation_id == conversation_id)
    rows = connection.execute(wanted.order_by(messages.c.id.desc()).limit(limit)).all()
    return tuple(_stored_message(row) for row in reversed(rows))


def last_user_messages(connection: Connection, conversation_id: str, *, limit: int = 10) -> tuple[str, ...]:
    """The person's last messages, masked as stored, newest last; button taps are left out."""
    own = select(messages.c.text).where(
        messages.c.conversation_id == conversation_id,
        messages.c.side == Side.PERSON,
        messages.c.kind != MessageKind.TAP,
        messages.c.text != "",
    )
    return tuple(reversed(connection.scalars(own.order_by(messages.c.id.desc()).limit(limit)).all()))


@dataclass(frozen=True, kw_only=True)
class PersonMessage:
    """A message of the person, masked as stored, with the handler and the act of the decision about it."""

    text: str
    kind: MessageKind
    at: datetime
    handler: str | None
    act: str | None
    picture_text: str = ""
    """What was read from a picture."""


def last_person_messages(connection: Connection, conversation_id: str, *, limit: int) -> tuple[PersonMessage, ...]:
    """The person's last messages, newest last; button taps are left out."""
    rows = _select_of_person.all(connection, {"talk": conversation_id, "number": limit})
    return tuple(
        PersonMessage(
            text=row.text,
            kind=MessageKind(row.kind),
            at=row.created_at,
            handler=row.handler,
            act=row.act,
            picture_text=row.picture_text or "",
        )
        for row in reversed(rows)
    )


_select_of_person = PreparedStatement(
    lambda _: (
        select(
            messages.c.text,
            messages.c.picture_text,
            messages.c.kind,
            messages.c.created_at,
            turns.c.handler,
            turns.c.act,
        )
        .outerjoin(turns, turns.c.id == messages.c.turn_id)
        .where(
            messages.c.conversation_id == bindparam("talk"),
            messages.c.side == Side.PERSON,
            messages.c.kind != MessageKind.TAP,
        )
        .order_by(messages.c.id.desc())
        .limit(bindparam("number"))
    )
)


def story_messages(connection: Connection, conversation_id: str, *, limit: int = 10) -> tuple[str, ...]:
    """Those of the person's last messages that tell of the trouble, masked as stored, newest last."""
    said = last_person_messages(connection, conversation_id, limit=limit)
    return tuple(one.text for one in said if one.text and tells_of_trouble(one.text, one.act, one.handler))


def parse_options(stored: str | None) -> tuple[Option, ...]:
    """The options of a stored reply."""
    return options_json.validate_json(stored) if stored else ()


def _stored_message(row: Row[Any]) -> StoredMessage:
    return StoredMessage(
        sequence=row.id,
        side=Side(row.side),
        text=row.text,
        options=parse_options(row.options),
        at=row.created_at,
        message_id=row.provider_id,
        turn=row.turn_id,
        state=row.state,
    )
