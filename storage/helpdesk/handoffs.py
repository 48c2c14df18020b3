"""Who waits for people, on which line and why, and who has taken it; it tells nobody."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, Update, func, insert, select, update

from handlers.model.actions import HandoffReason
from kb.model import LineId
from storage.conversations.conversations import Conversation
from storage.tables import handoff_events, handoffs


class State(StrEnum):
    """It is current while open or taken; the others close it."""

    OPEN = "open"
    TAKEN = "taken"
    REACHED = "reached"
    NOT_NEEDED = "not_needed"
    CLOSED = "closed"


CURRENT = frozenset({State.OPEN, State.TAKEN})


class What(StrEnum):
    """What happened to a hand-off. `state` says how it stands, the events how it came to that."""

    OPENED = "opened"
    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    REACHED = "reached"
    NOT_NEEDED = "not_needed"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Handoff:
    """A person who waits for people of a line. `turn` is the newest that called for them."""

    id: int
    conversation: str
    turn: int
    line: LineId
    reason: HandoffReason
    state: State
    taken_by: str | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    remind_at: datetime | None = None
    escalate_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened to a hand-off; `who` is empty where the program or the person themselves did it."""

    what: What
    who: str | None
    at: datetime


def open(  # noqa: A001
    connection: Connection, talk: Conversation, turn: int, line: LineId, reason: HandoffReason, now: datetime
) -> Handoff:
    """Call for the people of a line. Whoever already waits for them is not put down twice: the newer call updates it.

    A stopped till stays the reason until the hand-off is closed, whatever is said after it.
    """
    current = _current(connection, talk.id, line)
    if current is None:
        values = {"conversation_id": talk.id, "line": line, "state": State.OPEN, "created_at": now}
        fresh = insert(handoffs).values(**values, turn_id=turn, reason=reason, updated_at=now)
        return handoff_row(connection.execute(fresh.returning(handoffs)).one())
    urgent = HandoffReason.TRADING_STOPPED if current.reason is HandoffReason.TRADING_STOPPED else reason
    newer = update(handoffs).where(handoffs.c.id == current.id).values(turn_id=turn, reason=urgent, updated_at=now)
    return handoff_row(connection.execute(newer.returning(handoffs)).one())


def _current(connection: Connection, talk: str, line: LineId) -> Handoff | None:
    here = handoffs.c
    wanted = select(handoffs).where(here.conversation_id == talk, here.line == line, here.closed_at.is_(None))
    row = connection.execute(wanted).one_or_none()
    return None if row is None else handoff_row(row)


def listed(
    connection: Connection, *, talk: str | None = None, states: Collection[State] = CURRENT, limit: int = 100
) -> tuple[Handoff, ...]:
    """Hand-offs in these states, of one talk or of all, the longest waiting first."""
    wanted = select(handoffs).where(handoffs.c.state.in_(states))
    if CURRENT.issuperset(states):
        wanted = wanted.where(handoffs.c.closed_at.is_(None))
    if talk is not None:
        wanted = wanted.where(handoffs.c.conversation_id == talk)
    rows = connection.execute(wanted.order_by(handoffs.c.created_at, handoffs.c.id).limit(limit))
    return tuple(handoff_row(row) for row in rows)


def get(connection: Connection, handoff: int) -> Handoff | None:
    """The hand-off of this number as it stands; None where there is none, or the person was forgotten."""
    row = connection.execute(select(handoffs).where(handoffs.c.id == handoff)).one_or_none()
    return None if row is None else handoff_row(row)


def take(connection: Connection, handoff: int, by: str, now: datetime) -> bool:
    """Put `by` down as who looks after it. False where somebody was faster, or it is closed: `get` tells which."""
    free = update(handoffs).where(handoffs.c.id == handoff, handoffs.c.state == State.OPEN)
    return _changed(connection, free.values(state=State.TAKEN, taken_by=by, updated_at=now, **_NO_TIMERS))


def give_back(connection: Connection, handoff: int, by: str, now: datetime) -> bool:
    """Let others take what `by` had taken. False where `by` does not have it."""
    own = update(handoffs).where(handoffs.c.id == handoff, handoffs.c.state == State.TAKEN, handoffs.c.taken_by == by)
    return _changed(connection, own.values(state=State.OPEN, taken_by=None, updated_at=now))


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many hand-offs of a line nobody has taken or closed, by state, and since when the oldest of them waits."""

    line: str
    state: State
    count: int
    oldest: datetime


def waiting(connection: Connection) -> tuple[Waiting, ...]:
    """What is open and taken on each line, for metrics."""
    here = handoffs.c
    counted = select(here.line, here.state, func.count().label("count"), func.min(here.created_at).label("oldest"))
    rows = connection.execute(counted.where(here.closed_at.is_(None)).group_by(here.line, here.state))
    return tuple(
        Waiting(line=row["line"], state=State(row["state"]), count=row["count"], oldest=row["oldest"])
        for row in rows.mappings()
    )


def close(connection: Connection, handoff: int, state: State, now: datetime) -> bool:
    """Close a hand-off as reached, not needed or closed. False where somebody was faster."""
    if state in CURRENT:
        message = f"A hand-off is not closed by being {state}."
        raise ValueError(message)
    current = update(handoffs).where(handoffs.c.id == handoff, handoffs.c.closed_at.is_(None))
    return _changed(connection, current.values(state=state, updated_at=now, closed_at=now, **_NO_TIMERS))


_NO_TIMERS: Final[Mapping[str, None]] = {"remind_at": None, "escalate_at": None}


def note(connection: Connection, handoff: Handoff, what: What, now: datetime, *, who: str | None = None) -> None:
    """Keep that this happened to `handoff`."""
    values = {"conversation_id": handoff.conversation, "handoff_id": handoff.id}
    connection.execute(insert(handoff_events).values(**values, what=what, who=who, created_at=now))


def events(connection: Connection, handoff: int) -> tuple[Event, ...]:
    """What happened to a hand-off, in order."""
    here = handoff_events.c
    rows = connection.execute(select(handoff_events).where(here.handoff_id == handoff).order_by(here.id))
    return tuple(Event(what=What(row.what), who=row.who, at=row.created_at) for row in rows)


def _changed(connection: Connection, change: Update) -> bool:
    return connection.execute(change).rowcount == 1


def handoff_row(row: Row[Any]) -> Handoff:
    """A row of the table as a value."""
    return Handoff(
        id=row.id,
        conversation=row.conversation_id,
        turn=row.turn_id,
        line=LineId(row.line),
        reason=HandoffReason(row.reason),
        state=State(row.state),
        taken_by=row.taken_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
        closed_at=row.closed_at,
        remind_at=row.remind_at,
        escalate_at=row.escalate_at,
    )
