"""The outbox of notifications: a row for each hand-off, target and kind, claimed like a reply; sends nothing itself."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, case, delete, func, not_, null, or_, select, update

from handlers.model.handoff import NotificationKind
from storage.database.due import CLOCK_SKEW, due_by
from storage.database.upsert import insert_into
from storage.helpdesk.handoffs import Handoff
from storage.tables import handoffs, notice_pace, notices

CLAIM_LEASE: Final = timedelta(seconds=60)
"""How long a process may take to send one notification before another one may claim it."""


class NotificationState(StrEnum):
    """The delivery state. A sent notification becomes pending again when it has to be edited."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True)
class ClaimedNotification:
    """A notification to send now. `attempts` includes this one.

    `provider_message_id` is the target's id of the message when it was last sent, `in_reply_to` that of the
    notification that a reminder or news belong to. `conversation` is empty if the person was erased: then only a
    retraction may be sent; an incident has none.
    """

    id: int
    handoff: int
    kind: NotificationKind
    target: str
    conversation: str | None
    version: int
    provider_message_id: str | None
    in_reply_to: str | None
    attempts: int
    created_at: datetime

    @property
    def incident(self) -> int | None:
        """The incident that it is about, instead of a single hand-off."""
        return -self.handoff if self.handoff < 0 else None

    @property
    def retracts(self) -> bool:
        """Whether it may only be retracted: the person was erased."""
        return self.conversation is None and self.incident is None


@dataclass(frozen=True, kw_only=True)
class NotificationSubject:
    """What a notification is about: the number, negative for an incident, and whose data it holds."""

    id: int
    conversation: str | None


def incident_subject(incident: int) -> NotificationSubject:
    """An incident as the subject of notifications: it belongs to nobody, and is edited when a person is erased."""
    return NotificationSubject(id=-incident, conversation=None)


Subject = Handoff | NotificationSubject


@dataclass(frozen=True, kw_only=True)
class RateLimited:
    """Nothing may be sent to this target before `until`."""

    until: datetime


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """The number of messages that may be sent to one target within a period, over all processes.

    The last `reserved` of them are for first notifications: reminders and edits never hold up a new call.
    """

    max_messages: int
    period: timedelta
    reserved: int = 0


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
    told = select(notices.c.target, notices.c.live).where(
        notices.c.handoff == handoff.id,
        notices.c.kind.in_(_KEPT_UP_TO_DATE),
        or_(notices.c.shown > 0, notices.c.state == NotificationState.SENDING),
        notices.c.state.not_in((NotificationState.FAILED, NotificationState.DROPPED)),
    )
    return {row.target: row.live for row in connection.execute(told)}


_KEPT_UP_TO_DATE: Final = (NotificationKind.INITIAL, NotificationKind.ESCALATION)
"""Kinds that follow their hand-off; the others are sent once."""


_REPEATING: Final = (NotificationKind.REMINDER, NotificationKind.QUESTION)
"""Kinds that repeat what was told."""


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
    here = notices.c.handoff == handoff
    _schedule_updates(connection, and_(here, notices.c.live) if editable_only else here, at)


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
    current = select(handoffs.c.id).where(handoffs.c.conversation_id == conversation_id, handoffs.c.closed_at.is_(None))
    _schedule_updates(connection, and_(notices.c.handoff.in_(current), notices.c.live), at)


def _schedule_updates(connection: Connection, which: Any, at: datetime) -> None:
    # A row being sent keeps its lease, a failed one its backoff: both show the newest state when they are sent.
    sooner = and_(notices.c.attempts == 0, notices.c.due_at > at, notices.c.state != NotificationState.SENDING)
    when = case((or_(notices.c.due_at.is_(None), sooner), at), else_=notices.c.due_at)
    changing = update(notices).where(
        which, notices.c.kind.in_(_KEPT_UP_TO_DATE), notices.c.state != NotificationState.FAILED
    )
    connection.execute(changing.values(wanted=notices.c.wanted + 1, due_at=when))


def post_anew(connection: Connection, target: str, now: datetime) -> None:
    """The messages at this target, and at topics of it, cannot be reached any more, nor do their ids name them: forget
    the ids, and send those of open hand-offs again."""
    there = or_(notices.c.target == target, notices.c.target.startswith(f"{target}/", autoescape=True))
    connection.execute(update(notices).where(there).values(receipt=null()))
    waiting = select(handoffs.c.id).where(handoffs.c.closed_at.is_(None))
    again = update(notices).where(
        there,
        notices.c.handoff.in_(waiting),
        notices.c.kind.in_(_KEPT_UP_TO_DATE),
        notices.c.state == NotificationState.SENT,
    )
    connection.execute(
        again.values(state=NotificationState.PENDING, wanted=notices.c.wanted + 1, attempts=0, due_at=now)
    )


def due(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Targets with a due notification."""
    waiting = select(notices.c.target).where(due_by(notices.c.due_at, now)).distinct()
    return tuple(connection.scalars(waiting.order_by(notices.c.target)))


def claim(
    connection: Connection,
    target: str,
    now: datetime,
    *,
    rate_limit: RateLimit | None = None,
    lease: timedelta = CLAIM_LEASE,
) -> ClaimedNotification | RateLimited | None:
    """Claim the next notification for a target, new ones before reminders and those before updates; None if nothing is
    due. Nobody else can claim it meanwhile.

    The caller records the result (`mark_sent`, `reschedule`, `mark_failed`, `discard`), and claims again.
    """
    first = connection.execute(_select_first(target, now)).one_or_none()
    if first is None:
        return None
    recent = _recent_sends(connection, target, now, rate_limit.period) if rate_limit is not None else []
    if rate_limit is not None:
        is_first = first.shown == 0 and first.kind not in _REPEATING
        allowed = rate_limit.max_messages - (0 if is_first else rate_limit.reserved)
        if len(recent) >= allowed:
            return RateLimited(until=recent[-allowed] + rate_limit.period)
    take = update(notices).where(notices.c.id == first.id, notices.c.due_at == first.due_at)
    taken = take.values(state=NotificationState.SENDING, attempts=notices.c.attempts + 1, due_at=now + lease)
    row = connection.execute(taken.returning(notices)).one_or_none()
    if row is None:
        return RateLimited(until=now)
    if rate_limit is not None:
        stamps = json.dumps([at.isoformat() for at in (*recent, now)])
        connection.execute(update(notice_pace).where(notice_pace.c.target == target).values(recent=stamps))
    return _claimed_notification(connection, row)


def _select_first(target: str, now: datetime) -> Any:
    # New calls and news of them come before what repeats them, and that before edits.
    repeats = notices.c.kind.in_(_REPEATING)
    fresh = case((and_(notices.c.shown == 0, not_(repeats)), 0), (notices.c.shown == 0, 1), else_=2)
    waiting = select(notices).where(notices.c.target == target, due_by(notices.c.due_at, now))
    return waiting.order_by(fresh, notices.c.due_at, notices.c.id).limit(1)


def _recent_sends(connection: Connection, target: str, now: datetime, period: timedelta) -> list[datetime]:
    """When something was sent to `target` within the period; locks the row, so that two processes cannot both keep to
    the limit."""
    fresh = insert_into(connection.dialect.name, notice_pace).values(target=target, recent="[]")
    touched = fresh.on_conflict_do_update(index_elements=["target"], set_={"target": target})
    stored = connection.scalar(touched.returning(notice_pace.c.recent))
    times = (datetime.fromisoformat(at) for at in json.loads(stored or "[]"))
    # What was sent by a clock that was ahead counts no more: it would silence the target until then.
    return [at for at in times if now - period < at <= now + CLOCK_SKEW]


def _claimed_notification(connection: Connection, row: Row[Any]) -> ClaimedNotification:
    answers = None
    if row.kind not in _KEPT_UP_TO_DATE:
        told = select(notices.c.receipt).where(notices.c.handoff == row.handoff, notices.c.target == row.target)
        answers = connection.scalar(told.where(notices.c.kind.in_(_KEPT_UP_TO_DATE)).order_by(notices.c.id).limit(1))
    return ClaimedNotification(
        id=row.id,
        handoff=row.handoff,
        kind=NotificationKind(row.kind),
        target=row.target,
        conversation=row.conversation_id,
        version=row.wanted,
        provider_message_id=row.receipt,
        in_reply_to=answers,
        attempts=row.attempts,
        created_at=row.created_at,
    )


def mark_sent(
    connection: Connection, claimed: ClaimedNotification, provider_message_id: str | None, now: datetime
) -> None:
    """Record that it was sent as `provider_message_id`; changes made meanwhile are due at once."""
    own = notices.c.id == claimed.id
    if claimed.retracts:
        connection.execute(delete(notices).where(own))
        return
    newer = case((notices.c.wanted > claimed.version, now), else_=null())
    done = {
        "state": NotificationState.SENT,
        "shown": claimed.version,
        "attempts": 0,
        "receipt": provider_message_id,
        "error": None,
    }
    connection.execute(update(notices).where(own).values(**done, due_at=newer))


def reschedule(connection: Connection, claimed: ClaimedNotification, error: str, not_before: datetime) -> None:
    """Record that sending failed, and retry it later."""
    waits = {"state": NotificationState.PENDING, "due_at": not_before, "error": error}
    connection.execute(update(notices).where(notices.c.id == claimed.id).values(waits))


def mark_failed(connection: Connection, claimed: ClaimedNotification, error: str) -> None:
    """Record that it failed permanently."""
    _finish(connection, claimed, NotificationState.FAILED, error)


def discard(connection: Connection, claimed: ClaimedNotification) -> None:
    """Discard it: the hand-off to be reminded of was taken."""
    _finish(connection, claimed, NotificationState.DROPPED, None)


def _finish(connection: Connection, claimed: ClaimedNotification, state: NotificationState, error: str | None) -> None:
    own = notices.c.id == claimed.id
    if claimed.retracts:
        connection.execute(delete(notices).where(own))
    else:
        connection.execute(update(notices).where(own).values(state=state, due_at=None, error=error))


def schedule_retractions(connection: Connection, conversation_ids: Collection[str]) -> None:
    """Queue retractions, detached from these conversations, before they are erased."""
    schedule_retractions_of(connection, notices.c.conversation_id.in_(conversation_ids))


def schedule_retractions_of(connection: Connection, selected: ColumnElement[bool]) -> None:
    """The same for the notifications that are `selected`."""
    shown = or_(notices.c.receipt.is_not(None), notices.c.state == NotificationState.SENDING)
    told = update(notices).where(
        selected,
        # One letter takes all of a thread back; in a group each message is overwritten.
        or_(notices.c.live, notices.c.kind.in_(_KEPT_UP_TO_DATE)),
        shown,
    )
    at_once = case((notices.c.state == NotificationState.SENDING, notices.c.due_at), else_=notices.c.created_at)
    connection.execute(told.values(conversation_id=None, wanted=notices.c.wanted + 1, due_at=at_once, attempts=0))


def refresh_incidents(connection: Connection, incidents: Collection[int]) -> None:
    """Update the messages about these incidents at once: a person is erased who stands in them."""
    told = update(notices).where(notices.c.handoff.in_([-one for one in incidents]), notices.c.live)
    kept = told.where(notices.c.kind.in_(_KEPT_UP_TO_DATE), notices.c.state != NotificationState.FAILED)
    connection.execute(kept.values(wanted=notices.c.wanted + 1, due_at=notices.c.created_at))


def all_failed(connection: Connection, handoff: int) -> bool:
    """Whether all notifications of a hand-off have failed."""
    left = select(func.count()).select_from(notices).where(notices.c.handoff == handoff)
    return (
        connection.scalar(left.where(notices.c.state.not_in((NotificationState.FAILED, NotificationState.DROPPED))))
        == 0
    )


def release_leases(connection: Connection, now: datetime) -> int:
    """Release the claims of a killed process, when a process starts that is the only one; return their number."""
    claimed = update(notices).where(notices.c.due_at.is_not(None), notices.c.state == NotificationState.SENDING)
    return connection.execute(claimed.values(state=NotificationState.PENDING, due_at=now)).rowcount


def retry_failed(connection: Connection, now: datetime) -> int:
    """Retry failed notifications of open hand-offs, and those that wait for their next attempt: the settings may have
    been corrected since. Returns the number of failed ones."""
    delayed = update(notices).where(notices.c.state == NotificationState.PENDING, notices.c.error.is_not(None))
    connection.execute(delayed.where(notices.c.due_at > now).values(due_at=now))
    waiting = select(handoffs.c.id).where(handoffs.c.closed_at.is_(None))
    unseen = update(notices).where(notices.c.state == NotificationState.FAILED, notices.c.receipt.is_(None))
    # Incidents have negative numbers; of one that is over, nothing is sent.
    running = or_(notices.c.handoff.in_(waiting), notices.c.handoff < 0)
    again = unseen.where(running, notices.c.kind.in_(_KEPT_UP_TO_DATE))
    return connection.execute(
        again.values(state=NotificationState.PENDING, due_at=now, attempts=0, error=None)
    ).rowcount
