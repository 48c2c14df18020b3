"""The states of a hand-off and the steps between them, for console, groups and timers alike; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from handlers.model.handoff import HandoffState

CURRENT_STATES: Final = frozenset({HandoffState.OPEN, HandoffState.TAKEN, HandoffState.CONTACTED})
ASSIGNED_STATES: Final = frozenset({HandoffState.TAKEN, HandoffState.CONTACTED})

UNDO_WINDOW: Final = timedelta(minutes=5)
"""For how long an agent may undo their last step."""


class HandoffEvent(StrEnum):
    """What happened to a hand-off: its state is the result of these events."""

    OPENED = "opened"
    MOVED = "moved"
    LINE_ASKED = "line_asked"
    TAKEN = "taken"
    RELEASED = "given_back"
    ASSIGNED = "assigned"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    ASKED = "asked"
    KEPT = "kept"
    CONTACTED = "reached"
    CLOSED = "closed"
    REOPENED = "reopened"
    UNDONE = "undone"


@dataclass(frozen=True, kw_only=True)
class HandoffLogEntry:
    """One event of a hand-off; `actor` is empty if the program or the person themselves caused it.

    `detail` is the line that it was moved from, or that was asked for, or why it was closed.
    """

    event: HandoffEvent
    actor: str | None
    at: datetime
    detail: str | None = None


@dataclass(frozen=True, kw_only=True)
class HandoffStatus:
    """The state of a hand-off, and the agent who has it, or had it when it was closed."""

    state: HandoffState
    agent: str | None = None


_WAITS: Final = HandoffStatus(state=HandoffState.OPEN)
_ALLOWED_IN: Final[Mapping[HandoffEvent, frozenset[HandoffState]]] = {
    HandoffEvent.TAKEN: frozenset({HandoffState.OPEN}),
    HandoffEvent.RELEASED: ASSIGNED_STATES,
    HandoffEvent.KEPT: ASSIGNED_STATES,
    HandoffEvent.CONTACTED: frozenset({HandoffState.OPEN, HandoffState.TAKEN}),
    HandoffEvent.CLOSED: CURRENT_STATES,
    HandoffEvent.REOPENED: frozenset({HandoffState.CLOSED}),
}
_ONLY_WHO_HAS_IT: Final = frozenset({HandoffEvent.RELEASED, HandoffEvent.KEPT})
_UNDOABLE: Final = frozenset(_ALLOWED_IN) - {HandoffEvent.KEPT}
_ENDS_UNDO: Final = _UNDOABLE | {HandoffEvent.MOVED, HandoffEvent.UNDONE, HandoffEvent.ASSIGNED}


def next_status(before: HandoffStatus, event: HandoffEvent, actor: str | None) -> HandoffStatus | None:
    """The status after `actor` did a step; None if it is not theirs to do, or not in this state."""
    if before.state not in _ALLOWED_IN[event]:
        return None
    if event in _ONLY_WHO_HAS_IT and before.agent != actor:
        return None
    return _after(before, event, actor)


def _after(before: HandoffStatus, event: HandoffEvent, actor: str | None) -> HandoffStatus:
    if event is HandoffEvent.TAKEN:
        return HandoffStatus(state=HandoffState.TAKEN, agent=actor)
    if event is HandoffEvent.CONTACTED:
        return HandoffStatus(state=HandoffState.CONTACTED, agent=before.agent or actor)
    if event is HandoffEvent.CLOSED:
        return HandoffStatus(state=HandoffState.CLOSED, agent=before.agent)
    if event in (HandoffEvent.RELEASED, HandoffEvent.REOPENED, HandoffEvent.MOVED, HandoffEvent.OPENED):
        return _WAITS
    return before


def status_before_last_step(log: Sequence[HandoffLogEntry], actor: str, now: datetime) -> HandoffStatus | None:
    """What the hand-off was before `actor` did the last step; None if that was another's, or is too long ago."""
    last = next((one for one in reversed(log) if one.event in _ENDS_UNDO), None)
    if last is None or last.event not in _UNDOABLE or last.actor != actor or now - last.at > UNDO_WINDOW:
        return None
    return _replay(log)[-2]


def _replay(log: Iterable[HandoffLogEntry]) -> list[HandoffStatus]:
    """The status before and after each step that still counts."""
    known = [_WAITS]
    for one in log:
        if one.event is HandoffEvent.UNDONE:
            known = known[:-1] or [_WAITS]
        elif one.event in _UNDOABLE or one.event is HandoffEvent.MOVED:
            known.append(_after(known[-1], one.event, one.actor))
    return known


def last_taker(log: Sequence[HandoffLogEntry]) -> str | None:
    """The agent who had it last."""
    return next((one.actor for one in reversed(log) if one.event is HandoffEvent.TAKEN), None)


def count_since_wait_began(log: Sequence[HandoffLogEntry], event: HandoffEvent) -> int:
    """How often something happened since the hand-off began to wait for somebody, or somebody to have it."""
    count = 0
    for one in reversed(log):
        if one.event in _BEGINS_WAIT:
            break
        count += one.event is event
    return count


_BEGINS_WAIT: Final = _ENDS_UNDO | {HandoffEvent.KEPT, HandoffEvent.OPENED}
