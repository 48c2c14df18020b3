"""Reads the hand-off queue for the helpdesk: most urgent first, with the last messages; only reads."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, ScalarSelect, Select, select

from handlers.model.actions import HandoffReason
from handlers.model.handoff import HandoffState
from handlers.model.messages import MessageKind
from kb.model import EntryId, Language, LineId
from storage.conversations.history import Side
from storage.helpdesk.handoffs import Handoff, handoff_from_row
from storage.tables import conversations, handoffs, messages, turns

PICTURE_WINDOW: Final = timedelta(hours=1)
"""A picture that came longer before a hand-off is about something else."""


@dataclass(frozen=True, kw_only=True)
class QueuedHandoff:
    """A current hand-off, and who waits; `last_message` is their own last message, masked, or empty.

    `entry` is what the request for people was about, if that was understood; `place` and `name` are what the person
    or the platform tells; `phone` is the number that the person gave; `picture_text` is what was read from a picture of
    what it is about.
    """

    id: int
    conversation: str
    channel: str
    sender: str
    username: str | None
    language: Language | None
    line: LineId
    reason: HandoffReason
    state: HandoffState
    taken_by: str | None
    entry: EntryId | None
    last_message: str
    created_at: datetime
    updated_at: datetime
    incident: int | None = None
    place: str | None = None
    name: str | None = None
    phone: str | None = None
    picture_text: str = ""

    @property
    def is_outage(self) -> bool:
        """Whether trading has stopped."""
        return self.reason is HandoffReason.TRADING_STOPPED


@dataclass(frozen=True, kw_only=True)
class WaitingHandoff:
    """A hand-off that nobody has taken; nothing personal."""

    id: int
    is_outage: bool


def list_queue(connection: Connection, *, limit: int = 200) -> tuple[QueuedHandoff, ...]:
    """Unassigned hand-offs first, of these outages first, then longest waiting."""
    here = handoffs.c
    urgency = (here.state != HandoffState.OPEN, here.reason != HandoffReason.TRADING_STOPPED, here.created_at, here.id)
    # Ordered and limited before messages are read.
    first = select(handoffs).where(here.closed_at.is_(None)).order_by(*urgency).limit(limit).subquery("first")
    rows = connection.execute(_with_last_message(select(first), first.c.conversation_id, first.c.turn_id))
    return tuple(sorted((_queued_handoff(row) for row in rows), key=_urgency))


def waiting(connection: Connection, *, limit: int = 200) -> tuple[WaitingHandoff, ...]:
    """The hand-offs that nobody has taken, by number: what every page of the console counts, and calls for."""
    here = handoffs.c
    free = select(here.id, here.reason).where(here.closed_at.is_(None), here.state == HandoffState.OPEN)
    return tuple(
        WaitingHandoff(id=row.id, is_outage=row.reason == HandoffReason.TRADING_STOPPED)
        for row in connection.execute(free.order_by(here.id).limit(limit))
    )


def closed_since(connection: Connection, since: datetime, *, limit: int = 20) -> tuple[Handoff, ...]:
    """The hand-offs that were closed since then, the last one first."""
    here = handoffs.c
    wanted = select(handoffs).where(here.closed_at >= since).order_by(here.closed_at.desc(), here.id.desc())
    return tuple(handoff_from_row(row) for row in connection.execute(wanted.limit(limit)))


def fingerprint(
    connection: Connection, *, limit: int = 200
) -> tuple[tuple[int, str, str | None, datetime, int | None], ...]:
    """A cheap value that changes whenever `list_queue` does: number, state, assignee, since when, and the incident."""
    here = handoffs.c
    wanted = select(here.id, here.state, here.taken_by, here.updated_at, here.incident_id)
    rows = connection.execute(wanted.where(here.closed_at.is_(None)).order_by(here.created_at, here.id).limit(limit))
    return tuple((row.id, row.state, row.taken_by, row.updated_at, row.incident_id) for row in rows)


def _with_last_message(wanted: Select[Any], conversation_id: Any, turn: Any) -> Select[Any]:
    last = select(messages.c.text).where(
        messages.c.conversation_id == conversation_id,
        messages.c.side == Side.PERSON,
        messages.c.kind != MessageKind.TAP,
        messages.c.text != "",
        # A command says nothing of what is the matter.
        messages.c.text.not_like("/%"),
    )
    words = last.order_by(messages.c.id.desc()).limit(1).scalar_subquery().label("words")
    about = select(turns.c.entry).where(turns.c.id == turn).scalar_subquery().label("about")
    talk = conversations.c
    who = (talk.channel, talk.sender, talk.handle, talk.language, talk.place, talk.profile_name)
    said = (talk.said_name, talk.said_phone, talk.said_place)
    picture = messages.alias("picture")
    pictured = (picture.c.picture_text, picture.c.created_at.label("pictured_at"))
    known = wanted.add_columns(*who, *said, words, about, *pictured).join(
        conversations, conversations.c.id == conversation_id
    )
    return known.outerjoin(picture, picture.c.id == _last_picture(conversation_id))


def _last_picture(conversation_id: Any) -> ScalarSelect[int]:
    """The number of the last message whose picture was read."""
    read = messages.c.conversation_id == conversation_id, messages.c.picture_text.is_not(None)
    return select(messages.c.id).where(*read).order_by(messages.c.id.desc()).limit(1).scalar_subquery()


def _urgency(one: QueuedHandoff) -> tuple[bool, bool, datetime, int]:
    return one.state is not HandoffState.OPEN, not one.is_outage, one.created_at, one.id


def _queued_handoff(row: Row[Any]) -> QueuedHandoff:
    shown = row.pictured_at is not None and row.pictured_at >= row.created_at - PICTURE_WINDOW
    return QueuedHandoff(
        id=row.id,
        conversation=row.conversation_id,
        channel=row.channel,
        sender=row.sender,
        username=row.handle,
        language=row.language,
        line=LineId(row.line),
        reason=HandoffReason(row.reason),
        state=HandoffState(row.state),
        taken_by=row.taken_by,
        entry=row.about,
        last_message=row.words or "",
        created_at=row.created_at,
        updated_at=row.updated_at,
        incident=row.incident_id,
        place=row.said_place or row.place,
        name=row.said_name or row.profile_name,
        phone=row.said_phone,
        picture_text=row.picture_text if shown else "",
    )
