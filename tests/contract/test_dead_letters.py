"""Messages that could not be taken in: counted each by itself, shown to the operator, erased with their person."""

from dataclasses import fields, replace
from datetime import timedelta

from sqlalchemy import Engine

from handlers.model.messages import Inbound
from storage import personal_data
from storage.conversations import dead_letters, history
from storage.conversations.dead_letters import MAX_ATTEMPTS
from storage.database.engine import read_transaction, write_transaction
from storage.delivery import outbox
from tests.contract.talks import HELLO, NOW, SECOND, at_once, said, take_in


def fail(engine: Engine, inbound: Inbound = HELLO, *, times: int = 1, error: str = "KeyError") -> int:
    attempts = 0
    for number in range(times):
        with write_transaction(engine) as connection:
            attempts = dead_letters.record_failure(connection, inbound, error, NOW + number * SECOND)
    return attempts


def shown(engine: Engine) -> list[tuple[str, int]]:
    with read_transaction(engine) as connection:
        return [(one.sender, one.attempts) for one in dead_letters.list_dead_letters(connection)]


def test_the_failures_of_a_message_are_counted(engine: Engine) -> None:
    assert [fail(engine) for _ in range(3)] == [1, 2, 3]
    assert fail(engine, replace(HELLO, message_id="other")) == 1
    assert fail(engine, replace(HELLO, sender="boris")) == 1


def test_only_what_failed_too_often_is_parked(engine: Engine) -> None:
    fail(engine, times=MAX_ATTEMPTS - 1)
    assert shown(engine) == []

    fail(engine)

    assert shown(engine) == [("anna", MAX_ATTEMPTS)]
    with read_transaction(engine) as connection:
        assert dead_letters.count_dead_letters(connection) == 1


def test_the_operator_sees_whose_it_is_and_what_failed_last(engine: Engine) -> None:
    fail(engine, times=MAX_ATTEMPTS)
    fail(engine, error="RecursionError", times=2)

    with read_transaction(engine) as connection:
        (one,) = dead_letters.list_dead_letters(connection)
    assert (one.channel, one.address, one.sender, one.provider_id) == ("webchat", "room", "anna", "m1")
    assert (one.attempts, one.error, one.tried_at) == (MAX_ATTEMPTS + 2, "RecursionError", NOW + SECOND)


def test_not_a_word_of_the_message_is_kept(engine: Engine) -> None:
    fail(engine, replace(HELLO, text="ŠNICELIS"), times=MAX_ATTEMPTS)

    with read_transaction(engine) as connection:
        assert "ŠNICELIS" not in str(
            personal_data.export(connection, personal_data.find_conversations(connection, "anna"))
        )
    assert "text" not in {field.name for field in fields(dead_letters.DeadLetter)}


def test_the_latest_comes_first_and_a_list_has_an_end(engine: Engine) -> None:
    for number in range(3):
        with write_transaction(engine) as connection:
            for _ in range(MAX_ATTEMPTS):
                dead_letters.record_failure(
                    connection, said("?", number, by=f"p{number}"), "KeyError", NOW + number * SECOND
                )

    with read_transaction(engine) as connection:
        assert [one.sender for one in dead_letters.list_dead_letters(connection, limit=2)] == ["p2", "p1"]
        assert dead_letters.count_dead_letters(connection) == 3


def test_failing_at_once_counts_every_time(engine: Engine) -> None:
    at_once([lambda: fail(engine)] * 6)

    assert shown(engine) == [("anna", 6)]


def test_a_message_that_failed_can_still_get_through(engine: Engine) -> None:
    fail(engine)

    talk, _ = take_in(engine, HELLO)

    with read_transaction(engine) as connection:
        assert len(history.messages_after(connection, talk.id)) == 2
        assert outbox.backlog(connection).waiting == 1


def test_old_failures_that_came_to_nothing_are_swept_away_and_what_is_parked_stays(engine: Engine) -> None:
    fail(engine, replace(HELLO, message_id="once"))
    fail(engine, replace(HELLO, message_id="often"), times=MAX_ATTEMPTS)
    with write_transaction(engine) as connection:
        assert dead_letters.purge(connection, NOW) == 0
        assert dead_letters.purge(connection, NOW + timedelta(days=1)) == 1

    assert shown(engine) == [("anna", MAX_ATTEMPTS)]


def test_what_is_parked_is_exported_and_erased_with_its_person(engine: Engine) -> None:
    fail(engine, times=MAX_ATTEMPTS)
    with write_transaction(engine) as connection:
        talks = personal_data.find_conversations(connection, "anna")
        (exported,) = personal_data.export(connection, talks)["conversations"]
        assert exported["parked"][0]["error"] == "KeyError"
        assert personal_data.erase(connection, talks).rows["parked"] == 1

    assert shown(engine) == []
