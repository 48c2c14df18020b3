"""Notices that did not reach staff: seen while somebody waits, and tried again."""

from datetime import timedelta

from sqlalchemy import Engine

from handlers.model.actions import HandoffReason
from handlers.model.handoff import NotificationKind
from storage.database.engine import read_transaction, write_transaction
from storage.delivery import notification_queue, notifications, undelivered_notifications
from storage.delivery.notifications import ClaimedNotification, NotificationState
from storage.helpdesk import handoffs
from storage.helpdesk.handoffs import Handoff
from tests.contract.talks import NOW, SECOND, TECHNICAL, close_handoff, said, take_in

TARGETS = {"telegram:-100": True, "mailto:ops@bistro.lv": False}


def waiting(engine: Engine) -> Handoff:
    """Somebody waits; a group and a mailbox are to be told."""
    talk, _ = take_in(engine, said("Palīgā!"))
    with write_transaction(engine) as connection:
        handoff = handoffs.open_handoff(connection, talk, 1, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, NOW)
        notification_queue.add(connection, handoff, NotificationKind.INITIAL, TARGETS, NOW)
    return handoff


def tried(engine: Engine, target: str, *, final: bool) -> int:
    """Once, in vain; the notice's number."""
    with write_transaction(engine) as connection:
        claimed = notifications.claim(connection, target, NOW)
        assert isinstance(claimed, ClaimedNotification)
        if final:
            notifications.mark_failed(connection, claimed, "the bot is not in the group")
        else:
            notifications.reschedule(connection, claimed, "timed out", NOW + timedelta(minutes=5))
    return claimed.id


def listed(engine: Engine) -> dict[int, tuple[NotificationState, int, str | None]]:
    with read_transaction(engine) as connection:
        return {
            one.id: (one.state, one.attempts, one.error)
            for one in undelivered_notifications.list_undelivered(connection)
        }


def test_what_failed_and_what_was_tried_in_vain_is_listed_while_somebody_waits(engine: Engine) -> None:
    handoff = waiting(engine)
    assert listed(engine) == {}

    failed = tried(engine, "telegram:-100", final=True)
    waits = tried(engine, "mailto:ops@bistro.lv", final=False)

    assert listed(engine) == {
        failed: (NotificationState.FAILED, 1, "the bot is not in the group"),
        waits: (NotificationState.PENDING, 1, "timed out"),
    }
    with read_transaction(engine) as connection:
        first, second = undelivered_notifications.list_undelivered(connection)
    assert (first.handoff, first.conversation, first.target) == (handoff.id, handoff.conversation, "telegram:-100")
    assert (first.due_at, second.due_at) == (None, NOW + timedelta(minutes=5))
    with write_transaction(engine) as connection:
        close_handoff(connection, handoff.id, NOW)
    assert listed(engine) == {}


def test_one_that_failed_or_waits_is_tried_again_at_once(engine: Engine) -> None:
    waiting(engine)
    failed = tried(engine, "telegram:-100", final=True)
    waits = tried(engine, "mailto:ops@bistro.lv", final=False)
    with write_transaction(engine) as connection:
        assert undelivered_notifications.retry(connection, failed, NOW)
        assert undelivered_notifications.retry(connection, waits, NOW)
        assert notifications.due(connection, NOW) == tuple(sorted(TARGETS))
    assert listed(engine) == {}


def test_one_that_is_being_sent_or_has_arrived_is_left_alone(engine: Engine) -> None:
    waiting(engine)
    with write_transaction(engine) as connection:
        claimed = notifications.claim(connection, "telegram:-100", NOW)
        assert isinstance(claimed, ClaimedNotification)
        assert not undelivered_notifications.retry(connection, claimed.id, NOW)
        assert undelivered_notifications.retry(connection, claimed.id, NOW + notifications.CLAIM_LEASE + SECOND)
        again = notifications.claim(connection, "telegram:-100", NOW + notifications.CLAIM_LEASE + SECOND)
        assert isinstance(again, ClaimedNotification)
        notifications.mark_sent(connection, again, "7", NOW)
        assert not undelivered_notifications.retry(connection, claimed.id, NOW)
        assert not undelivered_notifications.retry(connection, 777, NOW)
