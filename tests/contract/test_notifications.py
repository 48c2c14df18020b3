"""What staff is told: claimed once, changed where it stands, paced, and taken back when the person is forgotten."""

from datetime import timedelta

from sqlalchemy import Connection, Engine

from handlers.model.actions import HandoffReason
from handlers.model.handoff import NotificationKind
from storage import personal_data
from storage.database.engine import read_transaction, write_transaction
from storage.delivery import notification_queue, notifications
from storage.delivery.notifications import ClaimedNotification, RateLimit, RateLimited
from storage.helpdesk import handoffs
from storage.helpdesk.handoffs import Handoff
from tests.contract.talks import NOW, SECOND, TECHNICAL, at_once, close_handoff, said, take_in

GROUP, MAIL = "telegram:-100", "mailto:ops@bistro.lv"
PACE = RateLimit(max_messages=2, period=timedelta(minutes=1))


def waiting(engine: Engine, number: int = 1, *, by: str = "anna") -> Handoff:
    """Somebody waits, and a group and a mailbox are to be told."""
    talk, _ = take_in(engine, said("Palīgā!", number, by=by))
    with write_transaction(engine) as connection:
        handoff = handoffs.open_handoff(connection, talk, number, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, NOW)
        notification_queue.add(connection, handoff, NotificationKind.INITIAL, {GROUP: True, MAIL: False}, NOW)
    return handoff


def claim(
    engine: Engine, target: str = GROUP, *, seconds: int = 0, pace: RateLimit | None = None
) -> ClaimedNotification:
    with write_transaction(engine) as connection:
        claimed = notifications.claim(connection, target, NOW + seconds * SECOND, rate_limit=pace)
    assert isinstance(claimed, ClaimedNotification)
    return claimed


def show(connection: Connection, target: str, receipt: str, *, seconds: int = 0) -> ClaimedNotification:
    claimed = notifications.claim(connection, target, NOW + seconds * SECOND)
    assert isinstance(claimed, ClaimedNotification)
    notifications.mark_sent(connection, claimed, receipt, NOW + seconds * SECOND)
    return claimed


def test_each_target_is_told_once(engine: Engine) -> None:
    handoff = waiting(engine)
    with write_transaction(engine) as connection:
        notification_queue.add(connection, handoff, NotificationKind.INITIAL, {GROUP: True}, NOW)
        assert notifications.due(connection, NOW) == (MAIL, GROUP)
        first = show(connection, GROUP, "7")
        assert notifications.due(connection, NOW) == (MAIL,)
        assert notifications.claim(connection, GROUP, NOW) is None
    assert (first.handoff, first.kind, first.provider_message_id, first.attempts) == (
        handoff.id,
        NotificationKind.INITIAL,
        None,
        1,
    )


def test_what_one_is_bringing_out_nobody_else_gets_until_its_time_is_over(engine: Engine) -> None:
    waiting(engine)

    def look() -> bool:
        with write_transaction(engine) as connection:
            return isinstance(notifications.claim(connection, GROUP, NOW), ClaimedNotification)

    assert sum(at_once([look] * 6)) == 1
    assert claim(engine, seconds=61).attempts == 2


def test_a_change_is_shown_where_the_notice_stands(engine: Engine) -> None:
    handoff = waiting(engine)
    with write_transaction(engine) as connection:
        show(connection, GROUP, "7")
        notification_queue.schedule_update(connection, handoff.id, NOW + SECOND)
        assert notifications.due(connection, NOW) == (MAIL,)
    assert claim(engine, seconds=1).provider_message_id == "7"


def test_what_changes_while_it_is_sent_is_shown_after_it(engine: Engine) -> None:
    handoff = waiting(engine)
    sending = claim(engine)
    with write_transaction(engine) as connection:
        notification_queue.schedule_update(connection, handoff.id, NOW)
        assert notifications.claim(connection, GROUP, NOW) is None
        notifications.mark_sent(connection, sending, "7", NOW)
    assert claim(engine).provider_message_id == "7"


def test_more_words_in_a_talk_change_notices_and_write_no_letters(engine: Engine) -> None:
    handoff = waiting(engine)
    with write_transaction(engine) as connection:
        show(connection, GROUP, "7")
        show(connection, MAIL, "<1@bistro.lv>")
        notification_queue.schedule_updates_for(connection, handoff.conversation, NOW)
        assert notifications.due(connection, NOW) == (GROUP,)
        close_handoff(connection, handoff.id, NOW)
        show(connection, GROUP, "7")
        notification_queue.schedule_updates_for(connection, handoff.conversation, NOW)
        assert notifications.due(connection, NOW) == ()


def test_a_burst_of_words_is_one_change_and_taking_it_does_not_wait_for_more(engine: Engine) -> None:
    handoff = waiting(engine)
    with write_transaction(engine) as connection:
        show(connection, GROUP, "7")
        for seconds in (4, 5, 6):
            notification_queue.schedule_updates_for(connection, handoff.conversation, NOW + seconds * SECOND)
        assert notifications.due(connection, NOW + 3 * SECOND) == (MAIL,)
        assert GROUP in notifications.due(connection, NOW + 4 * SECOND)
        notification_queue.schedule_update(connection, handoff.id, NOW + SECOND)
        assert GROUP in notifications.due(connection, NOW + SECOND)
        show(connection, GROUP, "7", seconds=1)
        assert GROUP not in notifications.due(connection, NOW + 9 * SECOND)


def test_a_failure_waits_and_is_not_hurried_by_a_change(engine: Engine) -> None:
    handoff = waiting(engine)
    with write_transaction(engine) as connection:
        claimed = notifications.claim(connection, MAIL, NOW)
        assert isinstance(claimed, ClaimedNotification)
        notifications.reschedule(connection, claimed, "busy", NOW + 9 * SECOND)
        notification_queue.schedule_update(connection, handoff.id, NOW)
        assert notifications.due(connection, NOW + 8 * SECOND) == (GROUP,)
        assert MAIL in notifications.due(connection, NOW + 9 * SECOND)


def test_what_has_failed_for_good_is_left_alone_and_when_all_have_nobody_was_told(engine: Engine) -> None:
    handoff = waiting(engine)
    for target in (GROUP, MAIL):
        claimed = claim(engine, target)
        with write_transaction(engine) as connection:
            assert not notifications.all_failed(connection, handoff.id)
            notifications.mark_failed(connection, claimed, "no such place")
            notification_queue.schedule_update(connection, handoff.id, NOW)
    with read_transaction(engine) as connection:
        assert notifications.all_failed(connection, handoff.id)
        assert notifications.due(connection, NOW + 99 * SECOND) == ()


def test_no_more_than_the_pace_allows_goes_to_a_target_and_news_goes_before_changes(engine: Engine) -> None:
    first = waiting(engine)
    with write_transaction(engine) as connection:
        claimed = notifications.claim(connection, GROUP, NOW, rate_limit=PACE)
        assert isinstance(claimed, ClaimedNotification)
        notifications.mark_sent(connection, claimed, "7", NOW)
        notification_queue.schedule_update(connection, first.id, NOW)
    second = waiting(engine, 2, by="boris")

    assert claim(engine, seconds=1, pace=PACE).handoff == second.id
    with write_transaction(engine) as connection:
        held = notifications.claim(connection, GROUP, NOW + 2 * SECOND, rate_limit=PACE)
        assert held == RateLimited(until=NOW + 60 * SECOND)
        assert isinstance(notifications.claim(connection, MAIL, NOW + 2 * SECOND), ClaimedNotification)
    assert claim(engine, seconds=60, pace=PACE).handoff == first.id


def test_edits_leave_room_for_a_new_call_and_topics_share_it_with_their_group(engine: Engine) -> None:
    pace = RateLimit(max_messages=20, period=60 * SECOND, reserved=5, burst=2, interval=10 * SECOND)
    topic, first = f"{GROUP}/7", waiting(engine)
    with write_transaction(engine) as connection:
        notification_queue.add(connection, first, NotificationKind.ESCALATION, {topic: True}, NOW)
        for target in (GROUP, topic):
            claimed = notifications.claim(connection, target, NOW, rate_limit=pace)
            assert isinstance(claimed, ClaimedNotification)
            notifications.mark_sent(connection, claimed, "7", NOW)
        notification_queue.schedule_update(connection, first.id, NOW)
        for target in (GROUP, topic):
            held = notifications.claim(connection, target, NOW + 9 * SECOND, rate_limit=pace)
            assert held == RateLimited(until=NOW + 10 * SECOND), "an edit waits for the room that it may have"
        notification_queue.remind(connection, first, {GROUP: True}, NOW)
        assert isinstance(notifications.claim(connection, GROUP, NOW, rate_limit=pace), RateLimited)
    second = waiting(engine, 2, by="boris")
    assert claim(engine, pace=pace).handoff == second.id, "a new call goes at once"
    with write_transaction(engine) as connection:
        held = notifications.claim(connection, GROUP, NOW + 19 * SECOND, rate_limit=pace)
        assert held == RateLimited(until=NOW + 20 * SECOND), "and takes the room of an edit"
    assert claim(engine, seconds=20, pace=pace).kind is NotificationKind.REMINDER


def test_a_new_call_is_told_before_the_reminders_of_older_ones(engine: Engine) -> None:
    older = waiting(engine)
    with write_transaction(engine) as connection:
        show(connection, GROUP, "7")
        notification_queue.remind(connection, older, {GROUP: True}, NOW)
    newer = waiting(engine, 2, by="boris")
    with write_transaction(engine) as connection:
        told = [show(connection, GROUP, receipt, seconds=5) for receipt in ("8", "9")]
    assert [(one.handoff, one.kind) for one in told] == [
        (newer.id, NotificationKind.INITIAL),
        (older.id, NotificationKind.REMINDER),
    ]


def test_a_reminder_answers_the_notice(engine: Engine) -> None:
    handoff = waiting(engine)
    with write_transaction(engine) as connection:
        show(connection, GROUP, "7")
        notification_queue.add(connection, handoff, NotificationKind.REMINDER, {GROUP: True}, NOW)
    reminder = claim(engine)
    assert (reminder.kind, reminder.in_reply_to, reminder.provider_message_id) == (NotificationKind.REMINDER, "7", None)
    with write_transaction(engine) as connection:
        notifications.discard(connection, reminder)
        notification_queue.schedule_update(connection, handoff.id, NOW)
        assert notifications.due(connection, NOW) == (MAIL, GROUP)
        assert show(connection, GROUP, "7").kind is NotificationKind.INITIAL


def test_who_is_forgotten_leaves_nothing_but_where_their_notices_stand(engine: Engine) -> None:
    handoff = waiting(engine)
    with write_transaction(engine) as connection:
        show(connection, GROUP, "7")
        erased = personal_data.erase(connection, personal_data.find_conversations(connection, handoff.conversation))
        assert erased.rows["notices"] == 1, "that to the mailbox, which nobody had seen"
    left = claim(engine)
    assert (left.conversation, left.provider_message_id, left.handoff) == (None, "7", handoff.id)
    with write_transaction(engine) as connection:
        notifications.mark_sent(connection, left, "7", NOW)
        assert notifications.due(connection, NOW + 99 * SECOND) == ()
        assert notifications.all_failed(connection, handoff.id), "nothing of it is left"


def test_who_is_forgotten_while_a_notice_is_on_its_way_is_taken_back_too(engine: Engine) -> None:
    handoff = waiting(engine)
    sending = claim(engine)
    with write_transaction(engine) as connection:
        personal_data.erase(connection, personal_data.find_conversations(connection, handoff.conversation))
        notifications.mark_sent(connection, sending, "7", NOW)
    left = claim(engine)
    assert (left.conversation, left.provider_message_id) == (None, "7")


def test_what_a_killed_program_had_claimed_is_given_back(engine: Engine) -> None:
    waiting(engine)
    claim(engine)
    with write_transaction(engine) as connection:
        assert notifications.release_leases(connection, NOW) == 1
    assert claim(engine).attempts == 2


def test_what_failed_and_nobody_saw_is_tried_again_when_the_program_starts(engine: Engine) -> None:
    handoff = waiting(engine)
    with write_transaction(engine) as connection:
        show(connection, GROUP, "7")
    lost = claim(engine, MAIL)
    with write_transaction(engine) as connection:
        notifications.mark_failed(connection, lost, "no such mailbox")
        assert notifications.retry_failed(connection, NOW) == 1
        assert notifications.due(connection, NOW) == (MAIL,)
        again = notifications.claim(connection, MAIL, NOW)
        assert isinstance(again, ClaimedNotification)
        notifications.mark_failed(connection, again, "no such mailbox")
        notifications.reschedule(connection, again, "wrong password", NOW + timedelta(minutes=10))
        assert notifications.due(connection, NOW) == ()
        assert notifications.retry_failed(connection, NOW) == 0
        assert notifications.due(connection, NOW) == (MAIL,), "the password may have been corrected"
        again = notifications.claim(connection, MAIL, NOW)
        assert isinstance(again, ClaimedNotification)
        notifications.mark_failed(connection, again, "no such mailbox")
        close_handoff(connection, handoff.id, NOW)
        assert notifications.retry_failed(connection, NOW) == 0, "nobody waits any more"
