"""What was decided, and why."""

from dataclasses import replace

from sqlalchemy import Engine, select, update

from handlers.model.session import Session
from storage.conversations import conversations, turns
from storage.database.engine import read_transaction, write_transaction
from storage.tables import turns as turns_table
from tests.contract.stored import read_trace
from tests.contract.talks import DECISION_CONTEXT, HELLO, NOW, OLD_TRACE, TRACE, decision, said, take_in


def test_a_decision_is_kept_with_its_trace_and_the_knowledge_it_rests_on(engine: Engine) -> None:
    take_in(engine, HELLO)

    with read_transaction(engine) as connection:
        row = connection.execute(select(turns_table)).one()
        assert read_trace(connection, row.id) == TRACE

    assert (row.handler, row.outcome, row.act, row.entry, row.line) == (
        "topic",
        "answered",
        "answer",
        "refund",
        "technical",
    )
    assert (row.score, row.language, row.created_at) == (0.97, "lv", NOW)
    assert (row.content_version, row.milliseconds) == ("0123456789ab", 0.25)


def test_a_trace_of_the_version_before_is_read(engine: Engine) -> None:
    take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        connection.execute(update(turns_table).values(trace=OLD_TRACE))

    with read_transaction(engine) as connection:
        assert read_trace(connection, 1) == TRACE


def test_turns_are_numbered_within_their_talk(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        numbers = []
        for inbound in (said("a", 1), said("b", 2), said("c", 1, by="boris")):
            talk = conversations.open_and_lock(connection, inbound, NOW)
            message = conversations.record_inbound(connection, talk, inbound, NOW)
            assert message is not None
            turn = turns.record(connection, talk, message.number, decision("a"), DECISION_CONTEXT, NOW)
            numbers.append(turn.number)

    assert numbers == [1, 2, 1]


def test_a_turn_that_is_not_there_has_no_trace(engine: Engine) -> None:
    with read_transaction(engine) as connection:
        assert read_trace(connection, 1) is None


def test_a_talk_has_the_language_it_was_last_held_in(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        talk = conversations.open_and_lock(connection, replace(HELLO, language="en"), NOW)
        assert talk.language == "en"
        message = conversations.record_inbound(connection, talk, HELLO, NOW)
        assert message is not None
        russian = decision("Привет", session=Session(language="ru"), trace=replace(TRACE, language="ru"))
        turns.record(connection, talk, message.number, russian, DECISION_CONTEXT, NOW)

        assert conversations.get(connection, talk.id).language == "ru"
