"""Who waits for people, on which line and why; it tells nobody."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from handlers.actions import Reason
from kb.model import LineId
from storage.conversations import Conversation
from storage.tables import handoffs


class State(StrEnum):
    """It is current while open or taken; the others close it."""

    OPEN = "open"
    TAKEN = "taken"
    REACHED = "reached"
    NOT_NEEDED = "not_needed"
    CLOSED = "closed"


CURRENT = frozenset({State.OPEN, State.TAKEN})


@dataclass(frozen=True, kw_only=True)
class Handoff:
    """A person who waits for people of a line. `turn` is the newest that called for them."""

    id: int
    conversation: str
    turn: int
    line: LineId
    reason: Reason
    state: State
    taken_by: str | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None


def open(  # noqa: A001
    connection: Connection, talk: Conversation, turn: int, line: LineId, reason: Reason, now: datetime
) -> Handoff:
    """Call for the people of a line. Whoever already waits for them is not put down twice: the newer call updates it.

    A stopped till stays the reason until the hand-off is closed, whatever is said after it.
    """
    current = _current(connection, talk.id, line)
    if current is None:
        values = {"conversation_id": talk.id, "line": line, "state": State.OPEN, "created_at": now}
        fresh = insert(handoffs).values(**values, turn_id=turn, reason=reason, updated_at=now)
        return _handoff(connection.execute(fresh.returning(handoffs)).one())
    urgent = Reason.TRADING_STOPPED if current.reason is Reason.TRADING_STOPPED else reason
    newer = update(handoffs).where(handoffs.c.id == current.id).values(turn_id=turn, reason=urgent, updated_at=now)
    return _handoff(connection.execute(newer.returning(handoffs)).one())


def _current(connection: Connection, talk: str, line: LineId) -> Handoff | None:
    here = handoffs.c
    wanted = select(handoffs).where(here.conversation_id == talk, here.line == line, here.closed_at.is_(None))
    row = connection.execute(wanted).one_or_none()
    return None if row is None else _handoff(row)


def listed(
    connection: Connection, *, talk: str | None = None, states: Collection[State] = CURRENT, limit: int = 100
) -> tuple[Handoff, ...]:
    """Hand-offs in these states, of one talk or of all, the longest waiting first."""
    wanted = select(handoffs).where(handoffs.c.state.in_(states))
    if CURRENT.issuperset(states):
        wanted = wanted.where(handoffs.c.closed_at.is_(None))
    if talk is not None:
        wanted = wanted.where(handoffs.c.conversation_id == talk)
    return tuple(
        _handoff(row) for row in connection.execute(wanted.order_by(handoffs.c.created_at, handoffs.c.id).limit(limit))
    )


def close(connection: Connection, handoff: int, state: State, now: datetime) -> bool:
    """Close a hand-off as reached, not needed or closed. False where somebody was faster."""
    if state in CURRENT:
        message = f"A hand-off is not closed by being {state}."
        raise ValueError(message)
    current = update(handoffs).where(handoffs.c.id == handoff, handoffs.c.closed_at.is_(None))
    return connection.execute(current.values(state=state, updated_at=now, closed_at=now)).rowcount == 1


def _handoff(row: Row[Any]) -> Handoff:
    return Handoff(
        id=row.id,
        conversation=row.conversation_id,
        turn=row.turn_id,
        line=LineId(row.line),
        reason=Reason(row.reason),
        state=State(row.state),
        taken_by=row.taken_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
        closed_at=row.closed_at,
    )
