"""Notifications of hand-offs as rows, claimed like a reply and finished by whoever sends them; sends nothing itself."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, case, delete, func, not_, null, or_, select, update

from handlers.model.handoff import NotificationKind
from storage.database.due import CLOCK_SKEW, due_by
from storage.database.upsert import insert_into
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
class RateLimited:
    """Nothing may be sent to this target before `until`."""

    until: datetime


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """The number of messages that may be sent to one chat within a period, over all processes and all topics of it.

    The last `reserved` of them are for first notifications: reminders and edits never hold up a new call. These go
    only where, of all that is sent, `burst` came at once and then one every `interval`.
    """

    max_messages: int
    period: timedelta
    reserved: int = 0
    burst: int = 1
    interval: timedelta = timedelta(0)


FOLLOWING_KINDS: Final = (NotificationKind.INITIAL, NotificationKind.ESCALATION)
"""Kinds that follow their hand-off; the others are sent once."""


_REPEATING: Final = (NotificationKind.REMINDER, NotificationKind.QUESTION)
"""Kinds that repeat what was told."""


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
        until = _allowed_at(rate_limit, recent) if is_first else _repeat_allowed_at(rate_limit, recent)
        if until > now:
            return RateLimited(until=until)
    take = update(notices).where(notices.c.id == first.id, notices.c.due_at == first.due_at)
    taken = take.values(state=NotificationState.SENDING, attempts=notices.c.attempts + 1, due_at=now + lease)
    row = connection.execute(taken.returning(notices)).one_or_none()
    if row is None:
        return RateLimited(until=now)
    if rate_limit is not None:
        stamps = json.dumps([at.isoformat() for at in (*recent, now)])
        connection.execute(update(notice_pace).where(notice_pace.c.target == _chat_of(target)).values(recent=stamps))
    return _claimed_notification(connection, row)


def _select_first(target: str, now: datetime) -> Any:
    # New calls and news of them come before what repeats them, and that before edits.
    repeats = notices.c.kind.in_(_REPEATING)
    fresh = case((and_(notices.c.shown == 0, not_(repeats)), 0), (notices.c.shown == 0, 1), else_=2)
    waiting = select(notices).where(notices.c.target == target, due_by(notices.c.due_at, now))
    return waiting.order_by(fresh, notices.c.due_at, notices.c.id).limit(1)


_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def _allowed_at(limit: RateLimit, recent: Sequence[datetime], *, reserved: int = 0) -> datetime:
    """When the next message may be sent, after those of the last period."""
    allowed = limit.max_messages - reserved
    return _LONG_AGO if len(recent) < allowed else recent[-allowed] + limit.period


def _repeat_allowed_at(limit: RateLimit, recent: Sequence[datetime]) -> datetime:
    """When the next edit or reminder may be sent: the bucket that every message fills has to be empty enough."""
    empty_at = _LONG_AGO
    for at in recent:
        empty_at = max(empty_at, at) + limit.interval
    room_at = empty_at - (limit.burst - 1) * limit.interval if recent else _LONG_AGO
    return max(room_at, _allowed_at(limit, recent, reserved=limit.reserved))


def _recent_sends(connection: Connection, target: str, now: datetime, period: timedelta) -> list[datetime]:
    """When something was sent to the chat of `target` within the period; locks the row, so that two processes cannot
    both stay within the limit."""
    chat = _chat_of(target)
    fresh = insert_into(connection.dialect.name, notice_pace).values(target=chat, recent="[]")
    touched = fresh.on_conflict_do_update(index_elements=["target"], set_={"target": chat})
    stored = connection.scalar(touched.returning(notice_pace.c.recent))
    times = (datetime.fromisoformat(at) for at in json.loads(stored or "[]"))
    # What was sent by a clock that was ahead counts no more: it would silence the target until then.
    return [at for at in times if now - period < at <= now + CLOCK_SKEW]


def _chat_of(target: str) -> str:
    """The target without its topic: the topics of a group share its limit."""
    return target.partition("/")[0]


def _claimed_notification(connection: Connection, row: Row[Any]) -> ClaimedNotification:
    answers = None
    if row.kind not in FOLLOWING_KINDS:
        told = select(notices.c.receipt).where(notices.c.handoff == row.handoff, notices.c.target == row.target)
        answers = connection.scalar(told.where(notices.c.kind.in_(FOLLOWING_KINDS)).order_by(notices.c.id).limit(1))
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
    again = unseen.where(running, notices.c.kind.in_(FOLLOWING_KINDS))
    return connection.execute(
        again.values(state=NotificationState.PENDING, due_at=now, attempts=0, error=None)
    ).rowcount
