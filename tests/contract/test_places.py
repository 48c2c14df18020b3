"""Chats that move and topics that die: known to everybody, and conversations go along."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from handlers.model.messages import Inbound
from storage.conversations import conversations
from storage.database.engine import read_transaction, write_transaction
from storage.delivery import places
from tests.contract.talks import HELLO, NOW, take_in

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
