"""Stores hand-offs: who waits for which line and why, and who has taken it; notifies nobody."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Update, bindparam, func, insert, select, update

from handlers.model.actions import HandoffReason
from handlers.model.handoff import CloseReason, HandoffState
from kb.model import EntryId, LineId
from storage.conversations.conversations import Conversation
from storage.database.prepared import PreparedStatement
from storage.helpdesk.handoff_states import CURRENT_STATES, HandoffEvent, HandoffLogEntry
from storage.tables import handoff_events, handoffs


@dataclass(frozen=True, kw_only=True)
class Handoff:
    """A person who waits for the staff of a line. `turn` is the newest that asked for them."""

    id: int
    conversation: str
    turn: int
    line: LineId
    reason: HandoffReason
    state: HandoffState
    taken_by: str | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    remind_at: datetime | None = None
    escalate_at: datetime | None = None
    ask_at: datetime | None = None
    closed_reason: CloseReason | None = None
    cause: EntryId | None = None
    """The entry that names what is broken; None where only the effect was told."""
    incident: int | None = None
    """The incident that it has joined."""


def open_handoff(
    connection: Connection,
    conversation: Conversation,
    turn: int,
    line: LineId,
    reason: HandoffReason,
    now: datetime,
    *,
    cause: EntryId | None = None,
) -> Handoff:
    """Open a hand-off, or update the current one of the conversation with the newer request: there is only one.

    An outage stays the reason until the hand-off is closed, whatever is said after it, and stays with its line. Any
    other moves to the line that is asked for, and waits there for somebody to take it, in no incident. A cause stays
    until another one is named.
    """
    current = current_handoff(connection, conversation.id)
    if current is None:
        values = {"conversation_id": conversation.id, "line": line, "state": HandoffState.OPEN, "created_at": now}
        fresh = {**values, "turn_id": turn, "reason": reason, "updated_at": now, "cause": cause}
        return handoff_from_row(_insert.first(connection, fresh))
    outage = current.reason is HandoffReason.TRADING_STOPPED
    newer: dict[str, Any] = {
        "number": current.id,
        "turn": turn,
        "why": current.reason if outage else reason,
        "now": now,
    }
    newer["broken"] = cause or current.cause
    if not outage and reason in _ASKS_FOR_A_LINE and line != current.line:
        return handoff_from_row(_move.first(connection, {**newer, "asked": line}))
    return handoff_from_row(_renew.first(connection, newer))


def _renewal() -> Update:
    newer: dict[str, Any] = {"turn_id": bindparam("turn"), "reason": bindparam("why"), "cause": bindparam("broken")}
    return update(handoffs).where(handoffs.c.id == bindparam("number")).values(**newer, updated_at=bindparam("now"))


_insert = PreparedStatement(lambda _: insert(handoffs).returning(handoffs))
_renew = PreparedStatement(lambda _: _renewal().returning(handoffs))
_move = PreparedStatement(
    lambda _: (
        _renewal()
        .values(line=bindparam("asked"), state=HandoffState.OPEN, taken_by=None, incident_id=None, **_NO_TIMERS)
        .returning(handoffs)
    )
)


_ASKS_FOR_A_LINE: Final = frozenset({HandoffReason.ASKED_FOR_PERSON, HandoffReason.TRADING_STOPPED})
"""Reasons that name the line to come; with the others it is that of what was talked about."""


def asks_for_another_line(handoff: Handoff, line: LineId, reason: HandoffReason) -> bool:
    """Whether a request asks for another line than the one that `handoff` stays with."""
    return reason is HandoffReason.ASKED_FOR_PERSON and line != handoff.line


def current_handoff(connection: Connection, conversation_id: str) -> Handoff | None:
    """The hand-off of the conversation that is not closed."""
    row = _select_current.first(connection, {"talk": conversation_id})
    return None if row is None else handoff_from_row(row)


_select_current = PreparedStatement(
    lambda _: select(handoffs).where(handoffs.c.conversation_id == bindparam("talk"), handoffs.c.closed_at.is_(None))
)


def last_closed(connection: Connection, conversation_id: str, since: datetime) -> Handoff | None:
    """The hand-off of the conversation that was closed last, if that was since then."""
    here = handoffs.c
    wanted = select(handoffs).where(here.conversation_id == conversation_id, here.closed_at >= since)
    row = connection.execute(wanted.order_by(here.closed_at.desc(), here.id.desc()).limit(1)).one_or_none()
    return None if row is None else handoff_from_row(row)


def list_by_state(
    connection: Connection,
    *,
    conversation_id: str | None = None,
    states: Collection[HandoffState] = CURRENT_STATES,
    limit: int = 100,
) -> tuple[Handoff, ...]:
    """Hand-offs in these states, of one conversation or of all, longest waiting first."""
    wanted = select(handoffs).where(handoffs.c.state.in_(states))
    if CURRENT_STATES.issuperset(states):
        wanted = wanted.where(handoffs.c.closed_at.is_(None))
    if conversation_id is not None:
        wanted = wanted.where(handoffs.c.conversation_id == conversation_id)
    rows = connection.execute(wanted.order_by(handoffs.c.created_at, handoffs.c.id).limit(limit))
    return tuple(handoff_from_row(row) for row in rows)


def has_current(connection: Connection, conversation_id: str) -> bool:
    """Whether a conversation has a hand-off that is not closed."""
    return _select_current_id.first(connection, {"talk": conversation_id}) is not None


# It is asked for each message of those who wait for people.
_select_current_id = PreparedStatement(
    lambda _: select(handoffs.c.id).where(
        handoffs.c.conversation_id == bindparam("talk"), handoffs.c.closed_at.is_(None)
    )
)


def waiting_for(connection: Connection, causes: Collection[EntryId], since: datetime) -> tuple[str, ...]:
    """The conversations with a current hand-off that names one of these causes, and was opened since then."""
    here = handoffs.c
    wanted = select(here.conversation_id).where(here.closed_at.is_(None), here.created_at >= since)
    return tuple(connection.scalars(wanted.where(here.cause.in_(causes)).order_by(here.id)))


def get(connection: Connection, handoff: int) -> Handoff | None:
    """The hand-off with this number; None if there is none, or the person was erased."""
    row = connection.execute(select(handoffs).where(handoffs.c.id == handoff)).one_or_none()
    return None if row is None else handoff_from_row(row)


@dataclass(frozen=True, kw_only=True)
class QueueStats:
    """How many hand-offs of a line are in a state, and since when the oldest one waits."""

    line: str
    state: HandoffState
    count: int
    oldest: datetime


def queue_stats(connection: Connection) -> tuple[QueueStats, ...]:
    """Open and taken hand-offs by line, for metrics."""
    here = handoffs.c
    counted = select(here.line, here.state, func.count().label("count"), func.min(here.created_at).label("oldest"))
    rows = connection.execute(counted.where(here.closed_at.is_(None)).group_by(here.line, here.state))
    return tuple(
        QueueStats(line=row["line"], state=HandoffState(row["state"]), count=row["count"], oldest=row["oldest"])
        for row in rows.mappings()
    )


_NO_TIMERS: Final[Mapping[str, None]] = {"remind_at": None, "escalate_at": None, "ask_at": None}


def log_event(
    connection: Connection,
    handoff: Handoff,
    event: HandoffEvent,
    now: datetime,
    *,
    actor: str | None = None,
    detail: str | None = None,
) -> None:
    """Log an event of `handoff`."""
    values = {"conversation_id": handoff.conversation, "handoff_id": handoff.id, "detail": detail}
    _insert_event.run(connection, {**values, "what": event, "who": actor, "created_at": now})


_insert_event = PreparedStatement(lambda _: insert(handoff_events))


def conversations_of(connection: Connection, numbers: Collection[int]) -> Mapping[int, str]:
    """The conversations of these hand-offs, without those that are gone."""
    wanted = select(handoffs.c.id, handoffs.c.conversation_id).where(handoffs.c.id.in_(numbers))
    return {row.id: row.conversation_id for row in connection.execute(wanted)}


def list_events(connection: Connection, handoff: int) -> tuple[HandoffLogEntry, ...]:
    """The events of a hand-off, in order."""
    return tuple(
        HandoffLogEntry(event=HandoffEvent(row.what), actor=row.who, at=row.created_at, detail=row.detail)
        for row in _select_events.all(connection, {"number": handoff})
    )


_select_events = PreparedStatement(
    lambda _: (
        select(handoff_events).where(handoff_events.c.handoff_id == bindparam("number")).order_by(handoff_events.c.id)
    )
)


def handoff_from_row(row: Any) -> Handoff:
    """A `Handoff` from a row of the table."""
    return Handoff(
        id=row.id,
        conversation=row.conversation_id,
        turn=row.turn_id,
        line=LineId(row.line),
        reason=HandoffReason(row.reason),
        state=HandoffState(row.state),
        taken_by=row.taken_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
        closed_at=row.closed_at,
        remind_at=row.remind_at,
        escalate_at=row.escalate_at,
        cause=row.cause,
        incident=row.incident_id,
        ask_at=row.ask_at,
        closed_reason=None if row.closed_reason is None else CloseReason(row.closed_reason),
    )
