"""Applies the steps of a hand-off to its row, one at a time; which steps there are is decided in handoff_states."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from handlers.model.handoff import CloseReason, HandoffState
from storage.helpdesk.handoff_states import HandoffEvent, HandoffStatus, next_status, status_before_last_step
from storage.helpdesk.handoffs import Handoff, current_handoff, handoff_from_row, list_events
from storage.tables import handoffs


def apply_step(
    connection: Connection,
    number: int,
    event: HandoffEvent,
    actor: str | None,
    now: datetime,
    *,
    reason: CloseReason | None = None,
) -> bool:
    """Do a step. False if the hand-off is gone, or the step is not possible: somebody was faster, or has it."""
    found = _lock(connection, number)
    if found is None:
        return False
    status = next_status(HandoffStatus(state=found.state, agent=found.taken_by), event, actor)
    if status is None or (event is HandoffEvent.REOPENED and current_handoff(connection, found.conversation)):
        return False
    _store(connection, number, status, now, reason=reason)
    return True


def undo(connection: Connection, number: int, actor: str, now: datetime) -> bool:
    """Undo the last step if it was `actor`'s, and not long ago."""
    found = _lock(connection, number)
    if found is None:
        return False
    status = status_before_last_step(list_events(connection, number), actor, now)
    if status is None or (found.closed_at is not None and current_handoff(connection, found.conversation)):
        return False
    _store(connection, number, status, now, reason=None)
    return True


def _lock(connection: Connection, number: int) -> Handoff | None:
    row = connection.execute(select(handoffs).where(handoffs.c.id == number).with_for_update()).one_or_none()
    return None if row is None else handoff_from_row(row)


def _store(
    connection: Connection, number: int, status: HandoffStatus, now: datetime, *, reason: CloseReason | None
) -> None:
    closed = status.state is HandoffState.CLOSED
    values: dict[str, Any] = {
        "state": status.state,
        "taken_by": status.agent,
        "updated_at": now,
        "closed_at": now if closed else None,
        "closed_reason": reason if closed else None,
        # Whoever applies the step sets the timers of the new state.
        "remind_at": None,
        "escalate_at": None,
        "ask_at": None,
    }
    connection.execute(update(handoffs).where(handoffs.c.id == number).values(values))
