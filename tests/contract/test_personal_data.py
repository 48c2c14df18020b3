"""A person's own data: all of it is found, given out and erased, and nobody else's."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, select

from handlers.model.messages import Reply
from storage import personal_data
from storage.conversations import conversations, dead_letters
from storage.database.engine import read_transaction, write_transaction
from storage.database.write_ahead_log import checkpoint
from storage.delivery import outbox, status
from storage.delivery.outbox import OutgoingReply
from storage.tables import metadata
from tests.contract.stored import read_daily_counts
from tests.contract.talks import HELLO, NOW, SECOND, at_once, said, take_in

COUNTS_ONLY = {"daily_counts", "daily_count_slots"}
"""The first on SQLite, the second on PostgreSQL until the day is over."""
SUMS_OF_COUNTS = {"monthly_counts"}
COUNTS_OF_FEEDBACK = {"daily_feedback"}
ANNOUNCED = {"announcements", "announcement_counts"}
"""What the helpdesk announces, and how many have seen it."""
LESSONS = {"taught", "ignored", "drafts", "entry_versions", "knowledge_revision"}
"""What the helpdesk has confirmed: nothing in them is of those who write."""
OF_STAFF = {"notice_pace"}
OF_VENUES = {"venues", "venue_keys", "venue_links", "devices"}
"""Of restaurants; a person's own account and number are taken out, see test_venues."""
OF_NOBODY = {"address_counts", "incidents", "places"}
"""One-way keys of addresses, for minutes; and which group is now which, which topic is gone."""
STAFF = {"agents", "agent_sessions", "sign_ins", "sign_in_places", "audit"}
"""Tables of the helpdesk's own people; nothing in them is of those who write."""


@pytest.fixture
def anna(engine: Engine) -> conversations.Conversation:
    """A person who has written in two places, and called for people."""
    take_in(engine, replace(said("Grupā par ŠNICELI", 7), conversation="group"))
    take_in(engine, said("Mans ŠNICELIS"), ["Jūsu ŠNICELIS"], people=True)
    talk, _ = take_in(engine, said("Vēl ŠNICELIS", 2))
    with write_transaction(engine) as connection:
        dead_letters.record_failure(connection, said("Neizlasāms ŠNICELIS", 3), "ValueError", NOW)
    return talk


def everything(connection: Connection) -> Iterator[tuple[str, str]]:
    for table in metadata.sorted_tables:
        for row in connection.execute(select(table)):
            yield table.name, repr(tuple(row))


def test_every_table_but_the_counts_and_the_staff_belongs_to_somebody() -> None:
    owned = {table.name for table in metadata.sorted_tables if {"conversation_id", "sender"} & {*table.c.keys()}}

    counts = COUNTS_ONLY | SUMS_OF_COUNTS | COUNTS_OF_FEEDBACK
    assert {
        table.name for table in metadata.sorted_tables
    } - owned == counts | ANNOUNCED | LESSONS | OF_STAFF | OF_VENUES | OF_NOBODY | STAFF


def test_erasing_a_person_leaves_counts_only(engine: Engine, anna: conversations.Conversation) -> None:
    with write_transaction(engine) as connection:
        erased = personal_data.erase(connection, personal_data.conversations_of_sender(connection, "webchat", "anna"))

    gone = {table: rows for table, rows in erased.rows.items() if rows}
    assert gone == {"conversations": 2, "messages": 6, "turns": 3, "sessions": 2, "handoffs": 1, "parked": 1}
    checkpoint(engine)
    with read_transaction(engine) as connection:
        left = list(everything(connection))
        assert [each.count for each in read_daily_counts(connection, NOW.date(), NOW.date())] == [3]
    assert {table for table, _ in left} < COUNTS_ONLY
    assert not [row for _, row in left if any(word in row for word in ("ŠNICEL", "anna", anna.id))]


def test_erasing_a_person_leaves_everybody_else_alone(engine: Engine, anna: conversations.Conversation) -> None:
    take_in(engine, replace(said("Es nē", by="boris"), conversation="group"))
    take_in(engine, replace(said("Es arī nē"), channel="telegram"))
    with write_transaction(engine) as connection:
        others = [
            personal_data.find_conversations(connection, "boris"),
            personal_data.find_conversations(connection, "telegram:anna"),
        ]
        before = [personal_data.export(connection, talks) for talks in others]
        personal_data.erase(connection, personal_data.conversations_of_sender(connection, "webchat", "anna"))

        assert [personal_data.export(connection, talks) for talks in others] == before


def test_one_talk_can_be_erased_by_itself(engine: Engine, anna: conversations.Conversation) -> None:
    with write_transaction(engine) as connection:
        personal_data.erase(connection, [anna])

        assert [talk.address for talk in personal_data.find_conversations(connection, "anna")] == ["group"]
        assert not personal_data.erase(connection, [anna])
        assert not personal_data.erase(connection, [])


def test_a_person_is_found_by_each_of_their_ids(engine: Engine, anna: conversations.Conversation) -> None:
    phone, _ = take_in(engine, replace(said("Labdien"), channel="whatsapp", sender="whatsapp:+37120000000"))
    with read_transaction(engine) as connection:
        assert personal_data.find_conversations(connection, anna.id) == (conversations.get(connection, anna.id),)
        assert {talk.address for talk in personal_data.find_conversations(connection, "webchat:anna")} == {
            "anna's room",
            "group",
        }
        for given in (phone.id, "whatsapp:+37120000000", "whatsapp:whatsapp:+37120000000"):
            assert [talk.id for talk in personal_data.find_conversations(connection, given)] == [phone.id]
        for given in ("", "nobody", "telegram:anna", "webchat:", ":anna"):
            assert personal_data.find_conversations(connection, given) == ()


def test_an_export_holds_all_that_is_stored_and_is_json(engine: Engine, anna: conversations.Conversation) -> None:
    with read_transaction(engine) as connection:
        exported = json.loads(json.dumps(personal_data.export(connection, [anna])))

    (talk,) = exported["conversations"]
    assert (talk["id"], talk["sender"], talk["created_at"]) == (anna.id, "anna", NOW.isoformat())
    assert [each["text"] for each in talk["messages"]] == ["Mans ŠNICELIS", "Jūsu ŠNICELIS", "Vēl ŠNICELIS", "Atbilde"]
    assert talk["turns"][0]["trace"]["candidates"][0]["question"] == "Kā atdot naudu?"
    assert talk["sessions"][0]["data"]["language"] == "lv"
    assert talk["handoffs"][0]["line"] == "technical"
    assert {*talk} >= {table.name for table in metadata.sorted_tables if "conversation_id" in table.c}


def test_an_export_of_nobody_is_empty(engine: Engine) -> None:
    with read_transaction(engine) as connection:
        assert personal_data.export(connection, ()) == {"conversations": []}


def forget(engine: Engine, number: int = 9) -> conversations.Conversation:
    asked = replace(said("/forget", number), choice="yes")
    with write_transaction(engine) as connection:
        talk = conversations.open_and_lock(connection, asked, NOW)
        assert conversations.record_inbound(connection, talk, asked, NOW) is not None
        talk = personal_data.erase_sender(connection, asked, NOW)
        outbox.enqueue(connection, talk, None, [Reply(text="Viss dzēsts")], NOW)
    return talk


def say(engine: Engine, talk: conversations.Conversation) -> str:
    with write_transaction(engine) as connection:
        outgoing = outbox.claim(connection, talk.id, NOW)
        assert isinstance(outgoing, OutgoingReply)
        assert outgoing.conversation.address == talk.address
        assert status.mark_sent(connection, outgoing.id, NOW, provider_message_id="SM1")
    return outgoing.text


def sweep(engine: Engine) -> int:
    with write_transaction(engine) as connection:
        return personal_data.purge(connection, NOW + timedelta(minutes=1))


def test_the_forgotten_get_a_farewell_and_then_nothing_is_left(
    engine: Engine, anna: conversations.Conversation
) -> None:
    talk = forget(engine)

    assert sweep(engine) == 0
    with read_transaction(engine) as connection:
        assert not [row for _, row in everything(connection) if "ŠNICEL" in row or "/forget" in row or anna.id in row]
    assert say(engine, talk) == "Viss dzēsts"
    assert sweep(engine) == 1
    with read_transaction(engine) as connection:
        assert {table for table, _ in everything(connection)} < COUNTS_ONLY


def test_the_wish_to_be_forgotten_may_be_delivered_twice(engine: Engine, anna: conversations.Conversation) -> None:
    forget(engine)
    with write_transaction(engine) as connection:
        talk = conversations.open_and_lock(connection, said("/forget", 9), NOW)
        assert conversations.record_inbound(connection, talk, said("/forget", 9), NOW) is None

    say(engine, talk)
    assert sweep(engine) == 1


def test_whoever_writes_again_before_the_sweep_is_not_swept_away(engine: Engine) -> None:
    talk = forget(engine)
    say(engine, talk)
    take_in(engine, said("Vēl viens jautājums", 10))

    assert sweep(engine) == 0
    assert say(engine, talk) == "Atbilde"
    assert sweep(engine) == 0


def test_numbers_of_the_erased_are_not_given_again(engine: Engine) -> None:
    talk, (last,) = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        personal_data.erase(connection, [talk])

    _, (next_one,) = take_in(engine, HELLO)
    assert next_one > last


def test_erasing_while_messages_come_in_breaks_nothing(engine: Engine) -> None:
    def erase() -> None:
        for _ in range(5):
            with write_transaction(engine) as connection:
                personal_data.erase(connection, personal_data.conversations_of_sender(connection, "webchat", "anna"))

    def write(start: int) -> None:
        for number in range(start, start + 10):
            take_in(engine, said("Sveiki", number), at=NOW + SECOND)

    at_once([erase, erase, lambda: write(100), lambda: write(200)])

    with write_transaction(engine) as connection:
        personal_data.erase(connection, personal_data.conversations_of_sender(connection, "webchat", "anna"))
        assert {table for table, _ in everything(connection)} < COUNTS_ONLY
        assert [each.count for each in read_daily_counts(connection, NOW.date(), NOW.date())] == [20]
