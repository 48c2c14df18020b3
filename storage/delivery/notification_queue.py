"""Queues notifications: a row for each hand-off, target and kind, and its updates when the hand-off changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Update, and_, bindparam, case, delete, null, or_, select, update

from handlers.model.handoff import NotificationKind
from storage.database.prepared import PreparedStatement
from storage.database.upsert import insert_into
from storage.delivery.notifications import FOLLOWING_KINDS, NotificationState
from storage.helpdesk.handoffs import Handoff
from storage.tables import handoffs, notices
from storage.tables.types import UtcDateTime


@dataclass(frozen=True, kw_only=True)
class NotificationSubject:
    """What a notification is about: the number, negative for an incident, and whose data it holds."""

    id: int
    conversation: str | None


def incident_subject(incident: int) -> NotificationSubject:
    """An incident as the subject of notifications: it belongs to nobody, and is edited when a person is erased."""
    return NotificationSubject(id=-incident, conversation=None)


Subject = Handoff | NotificationSubject


def add(
    connection: Connection,
    handoff: Subject,
    kind: NotificationKind,
    targets: Mapping[str, bool],
    now: datetime,
    *,
    gather: timedelta = timedelta(0),
) -> None:
    """Queue a notification for these targets; true for targets where it can be edited later. A target that has one
    already gets no second. Where it cannot be edited, what comes within `gather` is part of it."""
    if targets:
        fresh = insert_into(connection.dialect.name, notices).on_conflict_do_nothing(index_elements=_UNIQUE_KEY)
        rows = [_row(handoff, kind, target, now, editable=live) for target, live in targets.items()]
        connection.execute(fresh, [row if row["live"] else {**row, "due_at": now + gather} for row in rows])


def withdraw_unsent(connection: Connection, handoff: int, targets: Collection[str]) -> None:
    """Take back first notifications that these targets have not got yet: others are concerned now."""
    here = notices.c
    unsent = (here.kind == NotificationKind.INITIAL, here.state == NotificationState.PENDING, here.shown == 0)
    connection.execute(delete(notices).where(here.handoff == handoff, here.target.in_(targets), *unsent))


def remind(connection: Connection, handoff: Subject, targets: Mapping[str, bool], now: datetime) -> None:
    """Queue a reminder for these targets, again if they were reminded before and the hand-off was released since."""
    _add_again(connection, handoff, NotificationKind.REMINDER, targets, now, due_at=now)


def add_news(
    connection: Connection, handoff: Subject, now: datetime, due_at: datetime, *, editable: bool | None = None
) -> None:
    """Queue news of a hand-off for every target that was notified: a new message, because nobody hears an edit.

    A notification that was not sent yet will hold the news itself. `editable` limits it to targets where messages can,
    or cannot, be edited.
    """
    told = _told(connection, handoff)
    targets = {target: live for target, live in told.items() if editable is None or live is editable}
    _add_again(connection, handoff, NotificationKind.NEWS, targets, now, due_at=due_at)


def ask(connection: Connection, handoff: Subject, now: datetime) -> None:
    """Queue the question whether whoever has it still does, for every target that was notified."""
    _add_again(connection, handoff, NotificationKind.QUESTION, _told(connection, handoff), now, due_at=now)


def _told(connection: Connection, handoff: Subject) -> dict[str, bool]:
    """The targets that were notified of a hand-off; true where messages can be edited."""
    return {row.target: row.live for row in _select_told.all(connection, {"subject": handoff.id})}


_follows: Final = or_(*(notices.c.kind == kind for kind in FOLLOWING_KINDS))
_select_told = PreparedStatement(
    lambda _: select(notices.c.target, notices.c.live).where(
        notices.c.handoff == bindparam("subject"),
        _follows,
        or_(notices.c.shown > 0, notices.c.state == NotificationState.SENDING),
        notices.c.state != NotificationState.FAILED,
        notices.c.state != NotificationState.DROPPED,
    )
)


def _add_again(
    connection: Connection,
    handoff: Subject,
    kind: NotificationKind,
    targets: Mapping[str, bool],
    now: datetime,
    *,
    due_at: datetime,
) -> None:
    """Queue a message of its own, and another one after it was sent."""
    if targets:
        fresh = insert_into(connection.dialect.name, notices)
        again = {
            "state": NotificationState.PENDING,
            "shown": 0,
            "attempts": 0,
            "receipt": null(),
            "due_at": due_at,
            "created_at": now,
        }
        said = and_(notices.c.state != NotificationState.PENDING, notices.c.state != NotificationState.SENDING)
        upsert = fresh.on_conflict_do_update(index_elements=_UNIQUE_KEY, set_=again, where=said)
        rows = [_row(handoff, kind, target, now, editable=live) for target, live in targets.items()]
        connection.execute(upsert, [{**row, "due_at": due_at} for row in rows])


def notified_targets(connection: Connection, handoff: int, kind: NotificationKind) -> frozenset[str]:
    """Targets that have, or will get, this kind of notification of a hand-off."""
    there = select(notices.c.target).where(notices.c.handoff == handoff, notices.c.kind == kind)
    return frozenset(connection.scalars(there))


_UNIQUE_KEY: Final = ("handoff", "kind", "target")


def _row(handoff: Subject, kind: NotificationKind, target: str, now: datetime, *, editable: bool) -> dict[str, Any]:
    return {
        "conversation_id": handoff.conversation,
        "handoff": handoff.id,
        "kind": kind,
        "target": target,
        "live": editable,
        "state": NotificationState.PENDING,
        "wanted": 1,
        "shown": 0,
        "attempts": 0,
        "due_at": now,
        "created_at": now,
    }


def schedule_update(connection: Connection, handoff: int, at: datetime, *, editable_only: bool = False) -> None:
    """The hand-off has changed: update all its notifications at this time, or those that can be edited."""
    changed = _update_editable if editable_only else _update_all
    changed.run(connection, {"subject": handoff, "when": at})


def discard_unsent(connection: Connection, handoffs_of_it: Collection[int], kinds: Collection[NotificationKind]) -> int:
    """Delete notifications of these kinds that were not sent yet: another one tells it, and no later change of the
    hand-off may bring them back. Returns their number."""
    unsent = delete(notices).where(
        notices.c.handoff.in_(handoffs_of_it),
        notices.c.kind.in_(kinds),
        notices.c.shown == 0,
        notices.c.state == NotificationState.PENDING,
    )
    return connection.execute(unsent).rowcount


def schedule_updates_for(connection: Connection, conversation_id: str, at: datetime) -> None:
    """The conversation has new messages: update its editable notifications at this time; sends no new ones."""
    _update_current.run(connection, {"talk": conversation_id, "when": at})


def _scheduled(*which: ColumnElement[bool]) -> Update:
    at = bindparam("when", type_=UtcDateTime)
    # A row being sent keeps its lease, a failed one its backoff: both show the newest state when they are sent.
    sooner = and_(notices.c.attempts == 0, notices.c.due_at > at, notices.c.state != NotificationState.SENDING)
    when = case((or_(notices.c.due_at.is_(None), sooner), at), else_=notices.c.due_at)
    changing = update(notices).where(*which, _follows, notices.c.state != NotificationState.FAILED)
    return changing.values(wanted=notices.c.wanted + 1, due_at=when)


_current: Final = select(handoffs.c.id).where(
    handoffs.c.conversation_id == bindparam("talk"), handoffs.c.closed_at.is_(None)
)
_update_all = PreparedStatement(lambda _: _scheduled(notices.c.handoff == bindparam("subject")))
_update_editable = PreparedStatement(lambda _: _scheduled(notices.c.handoff == bindparam("subject"), notices.c.live))
_update_current = PreparedStatement(lambda _: _scheduled(notices.c.handoff.in_(_current), notices.c.live))


def post_anew(connection: Connection, target: str, now: datetime) -> None:
    """The messages at this target, and at topics of it, cannot be reached any more, nor do their ids name them: forget
    the ids, and send those of open hand-offs again."""
    there = or_(notices.c.target == target, notices.c.target.startswith(f"{target}/", autoescape=True))
    connection.execute(update(notices).where(there).values(receipt=null()))
    waiting = select(handoffs.c.id).where(handoffs.c.closed_at.is_(None))
    again = update(notices).where(
        there,
        notices.c.handoff.in_(waiting),
        notices.c.kind.in_(FOLLOWING_KINDS),
        notices.c.state == NotificationState.SENT,
    )
    connection.execute(
        again.values(state=NotificationState.PENDING, wanted=notices.c.wanted + 1, attempts=0, due_at=now)
    )


def schedule_retractions(connection: Connection, conversation_ids: Collection[str]) -> None:
    """Queue retractions, detached from these conversations, before they are erased."""
    schedule_retractions_of(connection, notices.c.conversation_id.in_(conversation_ids))


def schedule_retractions_of(connection: Connection, selected: ColumnElement[bool]) -> None:
    """The same for the notifications that are `selected`."""
    shown = or_(notices.c.receipt.is_not(None), notices.c.state == NotificationState.SENDING)
    told = update(notices).where(
        selected,
        # One letter takes all of a thread back; in a group each message is overwritten.
        or_(notices.c.live, notices.c.kind.in_(FOLLOWING_KINDS)),
        shown,
    )
    at_once = case((notices.c.state == NotificationState.SENDING, notices.c.due_at), else_=notices.c.created_at)
    connection.execute(told.values(conversation_id=None, wanted=notices.c.wanted + 1, due_at=at_once, attempts=0))


def refresh_incidents(connection: Connection, incidents: Collection[int]) -> None:
    """Update the messages about these incidents at once: a person is erased who stands in them."""
    told = update(notices).where(notices.c.handoff.in_([-one for one in incidents]), notices.c.live)
    kept = told.where(notices.c.kind.in_(FOLLOWING_KINDS), notices.c.state != NotificationState.FAILED)
    connection.execute(kept.values(wanted=notices.c.wanted + 1, due_at=notices.c.created_at))
