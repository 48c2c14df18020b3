"""The clock was an hour ahead, and is right again: what waited meanwhile waits no hour."""

from datetime import timedelta

from sqlalchemy import Engine, select

from handlers.model.actions import HandoffReason
from handlers.model.handoff import NotificationKind
from storage.database.due import LONGEST_WAIT, bounded, is_due
from storage.database.engine import read_transaction, write_transaction
from storage.delivery import notification_queue, notifications, outbox, status
from storage.delivery.notifications import ClaimedNotification, RateLimit
from storage.delivery.outbox import NotDue, OutgoingReply
from storage.helpdesk import escalations, handoffs
from storage.tables import handoffs as handoff_rows
from tests.contract.talks import HELLO, NOW, TECHNICAL, take_in

AHEAD = NOW + timedelta(hours=1)
MINUTE = timedelta(minutes=1)
GROUP = "telegram:-100"


def test_a_reply_that_was_queued_ahead_is_sent_now(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        first = outbox.claim(connection, talk.id, NOW)
        assert isinstance(first, OutgoingReply)
        status.reschedule(connection, first.id, "not now", AHEAD)
        assert outbox.due(connection, NOW) == (talk.id,)
        assert isinstance(outbox.claim(connection, talk.id, NOW), OutgoingReply)


def test_a_pause_as_long_as_any_is_waited_out(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        first = outbox.claim(connection, talk.id, NOW)
        assert isinstance(first, OutgoingReply)
        status.reschedule(connection, first.id, "not now", NOW + bounded(timedelta(days=1)))
        assert outbox.due(connection, NOW) == ()
        assert outbox.claim(connection, talk.id, NOW) == NotDue(until=NOW + LONGEST_WAIT)
    assert is_due(NOW, NOW)
    assert not is_due(NOW + LONGEST_WAIT, NOW - MINUTE / 2), "another machine's clock may be half a minute ahead"


def test_staff_is_told_now_and_a_group_is_not_silent_for_what_it_was_sent_ahead(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO)
    pace = RateLimit(max_messages=1, period=MINUTE)
    with write_transaction(engine) as connection:
        handoff = handoffs.open_handoff(connection, talk, 1, TECHNICAL, HandoffReason.TRADING_STOPPED, NOW)
        notification_queue.add(connection, handoff, NotificationKind.INITIAL, {GROUP: True}, AHEAD)
        sent = notifications.claim(connection, GROUP, AHEAD, rate_limit=pace)
        assert isinstance(sent, ClaimedNotification)
        notifications.reschedule(connection, sent, "not now", AHEAD + MINUTE)
        assert notifications.due(connection, NOW) == (GROUP,)
        assert isinstance(notifications.claim(connection, GROUP, NOW, rate_limit=pace), ClaimedNotification)


def test_reminder_and_escalation_come_after_the_time_that_was_set(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        right = handoffs.open_handoff(connection, talk, 1, TECHNICAL, HandoffReason.TRADING_STOPPED, AHEAD)
        escalations.schedule(connection, right.id, remind=AHEAD + 3 * MINUTE, escalate=AHEAD + 6 * MINUTE)
        assert escalations.correct(connection, AHEAD) == 0
        assert escalations.correct(connection, NOW) == 1
        assert escalations.correct(connection, NOW) == 0
        assert not escalations.has_due(connection, NOW + 2 * MINUTE)
        assert escalations.has_due(connection, NOW + 3 * MINUTE)
    with read_transaction(engine) as connection:
        row = connection.execute(select(handoff_rows)).one()
    assert (row.remind_at, row.escalate_at, row.ask_at) == (NOW + 3 * MINUTE, NOW + 6 * MINUTE, None)
