"""Talks and what is heard in them: once, one at a time, and never before it is masked."""

from dataclasses import replace
from functools import partial
from threading import Event, Thread

import pytest
from sqlalchemy import Engine, func, select

from handlers.model.details import PersonDetails
from handlers.model.session import Session
from storage import personal_data
from storage.conversations import conversations, history, sessions, turns
from storage.database.engine import create_database_engine, read_transaction, write_transaction
from storage.tables import conversations as conversations_table
from storage.tables import messages
from storage.tables import turns as turns_table
from tests.contract.stored import replies_to
from tests.contract.talks import DECISION_CONTEXT, HELLO, NOW, SECOND, TRACE, at_once, decision, said, take_in
from tests.patience import PATIENCE_SECONDS


def test_the_first_message_opens_a_talk_and_the_next_finds_it(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        opened = conversations.open_and_lock(connection, HELLO, NOW)
    with write_transaction(engine) as connection:
        found = conversations.open_and_lock(connection, HELLO, NOW + SECOND)

    assert (found.id, found.created_at, found.last_seen_at) == (opened.id, NOW, NOW + SECOND)


def test_two_people_in_one_group_have_a_talk_each(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        anna = conversations.open_and_lock(connection, HELLO, NOW)
        boris = conversations.open_and_lock(connection, replace(HELLO, sender="boris"), NOW)

    assert anna.id != boris.id
    assert anna.address == boris.address


def test_a_talk_is_found_by_who_writes_where(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        opened = conversations.open_and_lock(connection, HELLO, NOW)
    with read_transaction(engine) as connection:
        assert conversations.find(connection, channel="webchat", address="room", sender="anna") == opened
        assert conversations.get(connection, opened.id) == opened
        assert conversations.find(connection, channel="telegram", address="room", sender="anna") is None


def test_a_message_that_comes_twice_is_heard_once_and_answered_from_the_log(engine: Engine) -> None:
    talk, _ = take_in(engine, said("Kā atdot naudu?"), ["Vispirms", "Tad"])

    with write_transaction(engine) as connection:
        again = conversations.open_and_lock(connection, said("Kā atdot naudu?"), NOW + SECOND)
        assert conversations.record_inbound(connection, again, said("Kā atdot naudu?"), NOW + SECOND) is None
        assert [reply.text for reply in replies_to(connection, talk.id, "m1")] == ["Vispirms", "Tad"]


def test_an_id_that_someone_else_used_neither_hides_a_message_nor_shows_their_answer(engine: Engine) -> None:
    take_in(engine, said("Slepens", by="anna"), ["Tikai Annai"])

    with write_transaction(engine) as connection:
        boris = conversations.open_and_lock(connection, said("Labdien", by="boris"), NOW)
        assert replies_to(connection, boris.id, "m1") == ()
        assert conversations.record_inbound(connection, boris, said("Labdien", by="boris"), NOW) is not None


def test_a_message_delivered_eight_times_at_once_is_heard_once(engine: Engine) -> None:
    def deliver() -> bool:
        with write_transaction(engine) as connection:
            talk = conversations.open_and_lock(connection, HELLO, NOW)
            return conversations.record_inbound(connection, talk, HELLO, NOW) is not None

    assert sorted(at_once([deliver] * 8)) == [False] * 7 + [True]


def test_eight_first_messages_at_once_open_one_talk(engine: Engine) -> None:
    at_once([partial(take_in, engine, said(f"Nr. {number}", number)) for number in range(8)])

    with read_transaction(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(conversations_table)) == 1
        numbers = connection.scalars(select(turns_table.c.number).order_by(turns_table.c.number)).all()
    assert numbers == [1, 2, 3, 4, 5, 6, 7, 8]


def test_programs_on_one_database_do_not_get_in_each_others_way(engine: Engine, url: str) -> None:
    engines = [create_database_engine(url) for _ in range(3)]

    def write(own: Engine, start: int) -> None:
        for number in range(start, start + 10):
            take_in(own, said("Sveiki", number))

    at_once([partial(write, own, 100 * number) for number, own in enumerate(engines)])

    with read_transaction(engine) as connection:
        assert connection.scalars(select(turns_table.c.number).order_by(turns_table.c.number)).all() == [*range(1, 31)]
    for own in engines:
        own.dispose()


def test_whoever_decides_sees_what_was_decided_before(engine: Engine) -> None:
    def five_strikes() -> None:
        for _ in range(5):
            with write_transaction(engine) as connection:
                talk = conversations.open_and_lock(connection, HELLO, NOW)
                session = sessions.read(connection, talk.id)
                sessions.write(connection, talk.id, replace(session, failed_turns=session.failed_turns + 1), NOW)

    at_once([five_strikes] * 6)

    with write_transaction(engine) as connection:
        talk = conversations.open_and_lock(connection, HELLO, NOW)
        assert sessions.read(connection, talk.id) == Session(failed_turns=30)


def test_a_second_message_of_a_talk_waits_for_the_first(engine: Engine) -> None:
    entered = Event()

    def second() -> None:
        with write_transaction(engine) as connection:
            conversations.open_and_lock(connection, HELLO, NOW)
            entered.set()

    with write_transaction(engine) as connection:
        conversations.open_and_lock(connection, HELLO, NOW)
        waiting = Thread(target=second)
        waiting.start()
        assert not entered.wait(0.3)
    assert entered.wait(PATIENCE_SECONDS)
    waiting.join()


@pytest.mark.parametrize("backend", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_on_postgresql_other_talks_do_not_wait(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        conversations.open_and_lock(connection, HELLO, NOW)
        at_once([partial(take_in, engine, said("Labdien", by="boris"))])


def test_words_are_stored_masked_and_not_before(engine: Engine) -> None:
    secret = replace(HELLO, text="Karte 4111 1111 1111 1111")
    with write_transaction(engine) as connection:
        talk = conversations.open_and_lock(connection, secret, NOW)
        message = conversations.record_inbound(connection, talk, secret, NOW)
        assert message is not None
        assert connection.scalar(select(messages.c.text)) == ""
        turns.record(connection, talk, message.number, decision("Karte ***"), DECISION_CONTEXT, NOW)

    with read_transaction(engine) as connection:
        assert connection.scalars(select(messages.c.text)).all() == ["Karte ***"]


def test_what_fails_leaves_nothing_behind(engine: Engine) -> None:
    class BrokenHandlerError(Exception):
        pass

    def fail() -> None:
        with write_transaction(engine) as connection:
            talk = conversations.open_and_lock(connection, HELLO, NOW)
            conversations.record_inbound(connection, talk, HELLO, NOW)
            raise BrokenHandlerError

    with pytest.raises(BrokenHandlerError):
        fail()

    talk, _ = take_in(engine, HELLO)
    with read_transaction(engine) as connection:
        assert [spoken.text for spoken in history.messages_after(connection, talk.id)] == ["Sveiki", "Atbilde"]


def test_what_a_person_told_of_themselves_is_kept_exported_and_erased_with_them(engine: Engine) -> None:
    talk, _ = take_in(engine, replace(said("Labdien"), profile_name="Jānis, Lido", location="Lido Krasta"))
    assert (talk.person_name, talk.person_place) == ("Jānis, Lido", "Lido Krasta")
    told = PersonDetails(name="Ilze", phone="+371 29111222", place="Rozengrāls", device="kase 2")
    with write_transaction(engine) as connection:
        conversations.record_details(connection, talk.id, told)
    talk, _ = take_in(engine, said("Vēl", 2))
    assert (talk.details, talk.profile_name) == (told, "Jānis, Lido")
    assert (talk.person_name, talk.person_place) == ("Ilze", "Rozengrāls")
    with write_transaction(engine) as connection:
        (exported,) = personal_data.export(connection, [talk])["conversations"]
        erased = personal_data.erase_sender(connection, replace(said("/forget", 3), profile_name="Jānis, Lido"), NOW)
    assert {exported[f"said_{name}"] for name in ("name", "phone", "place", "device")} == {
        "Ilze",
        "+371 29111222",
        "Rozengrāls",
        "kase 2",
    }
    assert exported["profile_name"] == "Jānis, Lido"
    assert (erased.profile_name, erased.details) == (None, PersonDetails())


def test_staff_is_told_the_language_that_the_person_speaks(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO)
    spoken = Session(language="en", messages_by_language={"lv": 3, "en": 1})
    with write_transaction(engine) as connection:
        message = conversations.record_inbound(connection, talk, said("error", 9), NOW)
        assert message is not None
        told = replace(decision("error", session=spoken), trace=replace(TRACE, language="en"))
        turns.record(connection, talk, message.number, told, DECISION_CONTEXT, NOW)
        assert conversations.get(connection, talk.id).language == "lv"


def test_how_a_person_is_found_again_is_kept_until_something_newer_is_told(engine: Engine) -> None:
    take_in(engine, replace(said("Labdien"), username="anna", location="Bistro"))
    take_in(engine, said("Vēl", 2))
    talk, _ = take_in(engine, replace(said("Un vēl", 3), location="56.95000, 24.10000"))
    assert (talk.username, talk.location) == ("anna", "56.95000, 24.10000")
