"""Stores incidents: hand-offs of one cause that came close together; decides and notifies nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, insert, select, update

from handlers.model.actions import HandoffReason
from handlers.model.handoff import HandoffState
from kb.model import EntryId, LineId
from storage.conversations.history import Side
from storage.database.prepared import PreparedStatement
from storage.helpdesk.handoff_states import HandoffEvent
from storage.helpdesk.handoffs import Handoff, handoff_from_row
from storage.tables import conversations, handoffs, incidents, messages


@dataclass(frozen=True, kw_only=True)
class HandoffIncident:
    """Hand-offs of one line and reason that belong together; it runs until none of them is current.

    `verified` is whether the platforms vouch for who writes. `cause` is what the first ones named; `rung` counts the
    hand-offs that were notified by themselves after they had joined.
    """

    id: int
    line: LineId
    reason: HandoffReason
    verified: bool
    cause: EntryId | None
    rung: int
    opened_at: datetime
    joined_at: datetime
    reminded_at: datetime | None
    escalated_at: datetime | None
    closed_at: datetime | None
    outage: int | None = None
    """The declared outage that it belongs to."""
    dismissed_at: datetime | None = None
    """When an agent found that it is no outage."""

    @property
    def is_proposable(self) -> bool:
        """Whether it may still be proposed as an outage."""
        return self.closed_at is None and self.outage is None and self.dismissed_at is None


@dataclass(frozen=True, kw_only=True)
class SimilarHandoff:
    """What is compared of a hand-off: its cause, the words that called, and the channel of whoever wrote them."""

    id: int
    channel: str
    sender: str
    cause: EntryId | None
    words: str


_ADVISORY_LOCK: Final = 7_065_108_107


def lock_grouping(connection: Connection) -> None:
    """Let one transaction at a time decide which hand-offs belong together, until it ends: two that are stored at the
    same moment would not see each other. SQLite serializes writes by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))


def find_running(
    connection: Connection, line: LineId, reason: HandoffReason, *, verified: bool, joined_since: datetime
) -> tuple[HandoffIncident, ...]:
    """Incidents of a line and reason that something has joined lately, the newest first."""
    own = {"own_line": line, "why": reason, "vouched_for": verified, "since": joined_since}
    return tuple(_incident(row) for row in _select_running.all(connection, own))


_select_running = PreparedStatement(
    lambda _: (
        select(incidents)
        .where(
            incidents.c.closed_at.is_(None),
            incidents.c.joined_at >= bindparam("since"),
            incidents.c.line == bindparam("own_line"),
            incidents.c.reason == bindparam("why"),
            incidents.c.verified == bindparam("vouched_for"),
        )
        .order_by(incidents.c.id.desc())
    )
)


def find_of_outage(
    connection: Connection, outage: int, line: LineId, reason: HandoffReason, *, verified: bool
) -> HandoffIncident | None:
    """The running incident of a line and reason that belongs to a declared outage."""
    here = incidents.c
    own = (here.outage_id == outage, here.line == line, here.reason == reason, here.verified == verified)
    wanted = select(incidents).where(here.closed_at.is_(None), *own).order_by(here.id.desc()).limit(1)
    row = connection.execute(wanted).one_or_none()
    return None if row is None else _incident(row)


def assign_outage(connection: Connection, incident: int, outage: int) -> None:
    """The incident belongs to a declared outage from now on."""
    connection.execute(update(incidents).where(incidents.c.id == incident).values(outage_id=outage))


def dismiss_outage(connection: Connection, incident: int, now: datetime) -> bool:
    """An agent found that it is no outage: it is proposed no more; False if that was so before."""
    here = incidents.c
    own = update(incidents).where(here.id == incident, here.outage_id.is_(None), here.dismissed_at.is_(None))
    return connection.execute(own.values(dismissed_at=now)).rowcount == 1


def list_proposable(connection: Connection) -> tuple[HandoffIncident, ...]:
    """The running incidents that belong to no declared outage, and of which nobody said that they are none."""
    here = incidents.c
    wanted = select(incidents).where(here.closed_at.is_(None), here.outage_id.is_(None), here.dismissed_at.is_(None))
    return tuple(_incident(row) for row in connection.execute(wanted.order_by(here.id.desc())))


def list_of_outage(connection: Connection, outage: int) -> tuple[HandoffIncident, ...]:
    """The incidents that belong to a declared outage, oldest first."""
    wanted = select(incidents).where(incidents.c.outage_id == outage).order_by(incidents.c.id)
    return tuple(_incident(row) for row in connection.execute(wanted))


def list_running(connection: Connection) -> tuple[HandoffIncident, ...]:
    """The incidents that are not over, oldest first."""
    wanted = select(incidents).where(incidents.c.closed_at.is_(None)).order_by(incidents.c.id)
    return tuple(_incident(row) for row in connection.execute(wanted))


def get(connection: Connection, incident: int) -> HandoffIncident | None:
    """The incident with this number."""
    row = connection.execute(select(incidents).where(incidents.c.id == incident)).one_or_none()
    return None if row is None else _incident(row)


def waiting_alone(connection: Connection, handoff: Handoff, since: datetime) -> tuple[SimilarHandoff, ...]:
    """Current hand-offs of the same line and reason that are in no incident, opened since then, oldest first; this one
    is among them."""
    own = {"own_line": handoff.line, "why": handoff.reason, "since": since}
    return _compared(_select_alone.all(connection, own))


def wordings_of(connection: Connection, incident: int) -> tuple[SimilarHandoff, ...]:
    """What is compared of the newest hand-offs of an incident, closed ones too."""
    return _compared(_select_members.all(connection, {"incident": incident}))


def words_of(connection: Connection, handoff: Handoff) -> str:
    """The words that called people in, as they are compared."""
    (own,) = _compared(_select_handoff.all(connection, {"number": handoff.id}))
    return own.words


def names_cause(connection: Connection, incident: int, cause: EntryId, *, besides: int) -> bool:
    """Whether a hand-off of the incident names this cause, besides the one with that number."""
    wanted = {"incident": incident, "broken": cause, "besides": besides}
    return _select_of_cause.first(connection, wanted) is not None


MAX_COMPARED: Final = 60
"""So many hand-offs a new one is compared with, the newest: a flood must not make it slow."""


def _similar(*which: ColumnElement[bool]) -> Select[Any]:
    words = (
        select(func.min(messages.c.text))
        .where(messages.c.turn_id == handoffs.c.turn_id, messages.c.side == Side.PERSON)
        .scalar_subquery()
        .label("words")
    )
    wanted = select(handoffs.c.id, conversations.c.channel, conversations.c.sender, handoffs.c.cause, words)
    joined = wanted.join(conversations, conversations.c.id == handoffs.c.conversation_id).where(*which)
    return joined.order_by(handoffs.c.id.desc()).limit(MAX_COMPARED)


_select_alone = PreparedStatement(
    lambda _: _similar(
        handoffs.c.closed_at.is_(None),
        handoffs.c.incident_id.is_(None),
        handoffs.c.line == bindparam("own_line"),
        handoffs.c.reason == bindparam("why"),
        handoffs.c.created_at >= bindparam("since"),
    )
)
_select_members = PreparedStatement(lambda _: _similar(handoffs.c.incident_id == bindparam("incident")))
_select_handoff = PreparedStatement(lambda _: _similar(handoffs.c.id == bindparam("number")))
_select_of_cause = PreparedStatement(
    lambda _: (
        select(handoffs.c.id)
        .where(
            handoffs.c.incident_id == bindparam("incident"),
            handoffs.c.cause == bindparam("broken"),
            handoffs.c.id != bindparam("besides"),
        )
        .limit(1)
    )
)


def _compared(rows: Sequence[Any]) -> tuple[SimilarHandoff, ...]:
    return tuple(
        SimilarHandoff(id=row.id, channel=row.channel, sender=row.sender, cause=row.cause, words=row.words or "")
        for row in reversed(rows)
    )


def open_incident(
    connection: Connection, handoff: Handoff, members: Collection[int], now: datetime, *, verified: bool
) -> HandoffIncident:
    """Make an incident of these hand-offs; line, reason and cause are those of `handoff`."""
    values = {"line": handoff.line, "reason": handoff.reason, "verified": verified, "cause": handoff.cause, "rung": 0}
    fresh = insert(incidents).values(**values, opened_at=now, joined_at=now)
    incident = _incident(connection.execute(fresh.returning(incidents)).one())
    connection.execute(update(handoffs).where(handoffs.c.id.in_(members)).values(incident_id=incident.id))
    return incident


def join(connection: Connection, incident: HandoffIncident, handoff: int, now: datetime, *, rings: bool) -> None:
    """Add a hand-off; `rings` if it is notified by itself as well."""
    _join_handoff.run(connection, {"number": handoff, "incident": incident.id})
    _join_incident.run(connection, {"incident": incident.id, "now": now, "ringing": int(rings)})


_join_handoff = PreparedStatement(
    lambda _: update(handoffs).where(handoffs.c.id == bindparam("number")).values(incident_id=bindparam("incident"))
)
_join_incident = PreparedStatement(
    lambda _: (
        update(incidents)
        .where(incidents.c.id == bindparam("incident"))
        .values(joined_at=bindparam("now"), rung=incidents.c.rung + bindparam("ringing"))
    )
)


def leave(connection: Connection, incident: int, handoff: int) -> bool:
    """Part a hand-off from its incident. False if it is in none, or in another one."""
    there = update(handoffs).where(handoffs.c.id == handoff, handoffs.c.incident_id == incident)
    return connection.execute(there.values(incident_id=None)).rowcount == 1


def members(connection: Connection, incident: int) -> tuple[Handoff, ...]:
    """The hand-offs of an incident in the order of their numbers, closed ones too."""
    rows = connection.execute(select(handoffs).where(handoffs.c.incident_id == incident).order_by(handoffs.c.id))
    return tuple(handoff_from_row(row) for row in rows)


def incidents_of(connection: Connection, conversation_ids: Collection[str]) -> frozenset[int]:
    """The running incidents that hand-offs of these conversations are in."""
    joined = select(handoffs.c.incident_id).join(incidents, incidents.c.id == handoffs.c.incident_id)
    wanted = joined.where(handoffs.c.conversation_id.in_(conversation_ids), incidents.c.closed_at.is_(None))
    return frozenset(connection.scalars(wanted))


def claim_timer(
    connection: Connection, incident: int, event: HandoffEvent, now: datetime, *, last_before: datetime
) -> bool:
    """Whether the incident is to be reminded of, escalated or asked about now: once, however many of its hand-offs are
    due."""
    column = _TIMERS[event]
    due = update(incidents).where(incidents.c.id == incident, column.is_(None) | (column <= last_before))
    return connection.execute(due.values({column: now})).rowcount == 1


_TIMERS: Final = {
    HandoffEvent.REMINDED: incidents.c.reminded_at,
    HandoffEvent.ESCALATED: incidents.c.escalated_at,
    HandoffEvent.ASKED: incidents.c.asked_at,
}


def close_if_over(connection: Connection, incident: int, now: datetime) -> bool:
    """Close the incident if none of its hand-offs is current; return whether that was so."""
    current = select(handoffs.c.id).where(handoffs.c.incident_id == incident, handoffs.c.closed_at.is_(None))
    over = update(incidents).where(incidents.c.id == incident, incidents.c.closed_at.is_(None), ~current.exists())
    return connection.execute(over.values(closed_at=now)).rowcount == 1


def state_of(members_of_it: Collection[Handoff]) -> HandoffState:
    """The state of an incident: waiting while one of its hand-offs waits, taken while one is taken."""
    states = [one.state for one in members_of_it]
    current = (state for state in (HandoffState.OPEN, HandoffState.TAKEN, HandoffState.CONTACTED) if state in states)
    closing = max(members_of_it, key=lambda one: one.updated_at).state if members_of_it else HandoffState.CLOSED
    return next(current, closing)


def _incident(row: Any) -> HandoffIncident:
    return HandoffIncident(
        id=row.id,
        line=LineId(row.line),
        reason=HandoffReason(row.reason),
        verified=row.verified,
        cause=row.cause,
        rung=row.rung,
        opened_at=row.opened_at,
        joined_at=row.joined_at,
        reminded_at=row.reminded_at,
        escalated_at=row.escalated_at,
        closed_at=row.closed_at,
        outage=row.outage_id,
        dismissed_at=row.dismissed_at,
    )
