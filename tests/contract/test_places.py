"""Chats that move and topics that die: known to everybody, and conversations go along."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection, Engine

from handlers.model.actions import HandoffReason
from handlers.model.handoff import NotificationKind
from handlers.model.messages import Inbound
from storage.conversations import conversations
from storage.database.engine import read_transaction, write_transaction
from storage.delivery import notification_queue, notifications, places
from storage.delivery.notifications import ClaimedNotification
from storage.helpdesk import agent_chat, handoffs
from tests.contract.talks import HELLO, NOW, TECHNICAL, close_handoff, said, take_in

OLD, NEW = "-600", "-1000000000600"


def _in_group(address: str, message_id: str) -> Inbound:
    return replace(HELLO, channel="telegram", conversation=address, sender="42", message_id=message_id)


def test_a_conversation_moves_with_its_group(engine: Engine) -> None:
    talk, _ = take_in(engine, _in_group(OLD, "1"))
    with write_transaction(engine) as connection:
        places.record_move(connection, "telegram", OLD, NEW, NOW)
        moved = conversations.open_and_lock(connection, _in_group(NEW, "2"), NOW)

    assert moved.id == talk.id
    assert moved.address == NEW


def test_who_wrote_in_the_new_group_before_keeps_both_conversations(engine: Engine) -> None:
    old, _ = take_in(engine, _in_group(OLD, "1"))
    new, _ = take_in(engine, _in_group(NEW, "2"))
    with write_transaction(engine) as connection:
        places.record_move(connection, "telegram", OLD, NEW, NOW)

        assert conversations.get(connection, old.id).address == OLD
        assert conversations.get(connection, new.id).address == NEW


def test_a_group_of_another_channel_stays(engine: Engine) -> None:
    talk, _ = take_in(engine, _in_group(OLD, "1"))
    with write_transaction(engine) as connection:
        places.record_move(connection, "whatsapp", OLD, NEW, NOW)

        assert conversations.get(connection, talk.id).address == OLD


def test_the_newest_that_was_learned_of_a_place_counts(engine: Engine) -> None:
    later = NOW + timedelta(hours=1)
    with write_transaction(engine) as connection:
        places.record_gone(connection, "telegram", f"{NEW}/17", NOW)
        places.record_gone(connection, "telegram", f"{NEW}/17", later)
        places.record_move(connection, "telegram", OLD, NEW, NOW)

    with read_transaction(engine) as connection:
        known = places.list_known(connection, "telegram")
    assert [(one.address, one.moved_to, one.learned_at) for one in known] == [
        (OLD, NEW, NOW),
        (f"{NEW}/17", None, later),
    ]


def test_notifications_of_a_moved_group_are_posted_anew_once_where_somebody_still_waits(engine: Engine) -> None:
    group, topic, other = f"telegram:{OLD}", f"telegram:{OLD}/17", f"telegram:{OLD}1"
    for number, by in enumerate(("anna", "boris"), start=1):
        talk, _ = take_in(engine, said("Palīgā!", number, by=by))
        with write_transaction(engine) as connection:
            handoff = handoffs.open_handoff(connection, talk, number, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, NOW)
            targets = dict.fromkeys((group, topic, other), True)
            notification_queue.add(connection, handoff, NotificationKind.INITIAL, targets, NOW)
            for target in targets:
                notifications.mark_sent(connection, _claim(connection, target), "5", NOW)
    with write_transaction(engine) as connection:
        close_handoff(connection, 2, NOW)
        places.record_move(connection, "telegram", OLD, NEW, NOW)

        assert notifications.due(connection, NOW) == (group, topic)
        anew = _claim(connection, group)
        assert (anew.handoff, anew.provider_message_id) == (1, None)
        notifications.mark_sent(connection, anew, "6", NOW)
        assert agent_chat.conversation_of_notification(connection, group, "5") is None

        places.record_move(connection, "telegram", OLD, NEW, NOW)
        assert agent_chat.conversation_of_notification(connection, group, "6") is not None
        assert notifications.due(connection, NOW) == (topic,)


def _claim(connection: Connection, target: str) -> ClaimedNotification:
    claimed = notifications.claim(connection, target, NOW)
    assert isinstance(claimed, ClaimedNotification)
    return claimed
