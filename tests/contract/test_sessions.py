"""What the bot remembers of a talk between two messages."""

from dataclasses import fields

import pytest
from sqlalchemy import Engine, update

from handlers.model.details import PersonDetails
from handlers.model.messages import Option
from handlers.model.session import CalledIn, GivenUp, Incident, OpenQuestion, QuestionKind, Session, SessionTurn
from kb.model import EntryId, LineId
from storage.conversations import conversations, sessions
from storage.database.engine import read_transaction, write_transaction
from storage.tables import sessions as sessions_table
from tests.contract.talks import HELLO, NOW, take_in

FULL = Session(
    language="ru",
    language_chosen=True,
    question=OpenQuestion(about=QuestionKind.LINE, options=(Option(id="a", title="Техника 🧰"),), asked_at=NOW),
    failed_turns=2,
    entry=EntryId("refund"),
    line=LineId("technical"),
    incident=Incident.STOPPED,
    ticket_requests=3,
    messages_by_language={"ru": 2, "lv": 1},
    details=PersonDetails(name="Ilze", phone="+371 29111222", place="Rozengrāls", device="kase 2"),
    words="a key",
    same_replies=2,
    given_up=GivenUp(words="a key", at=NOW),
    wants_news=True,
    called_in=CalledIn(line=LineId("technical"), at=NOW, asked_at=NOW),
    turns=(SessionTurn(handler="answer", act="answer", entry=EntryId("refund"), terms=("refund",), at=NOW),),
)


def test_a_new_talk_has_a_new_session(engine: Engine) -> None:
    with read_transaction(engine) as connection:
        assert sessions.read(connection, "nobody") == Session()


def test_a_session_comes_back_as_it_was_kept(engine: Engine) -> None:
    assert all(getattr(FULL, each.name) != each.default for each in fields(Session)), "the test forgets a field"
    with write_transaction(engine) as connection:
        talk = conversations.open_and_lock(connection, HELLO, NOW)
        sessions.write(connection, talk.id, Session(), NOW)
        sessions.write(connection, talk.id, FULL, NOW)
    with read_transaction(engine) as connection:
        assert sessions.read(connection, talk.id) == FULL


@pytest.mark.parametrize(
    "stored", ["", "{", "null", '{"failed_turns": "many"}', '{"strikes": "many"}', '{"question": {"about": "weather"}}']
)
def test_a_session_that_cannot_be_read_becomes_a_new_one(engine: Engine, stored: str) -> None:
    talk, _ = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        connection.execute(update(sessions_table).values(data=stored))

        assert sessions.read(connection, talk.id) == Session()


def test_a_session_of_an_older_or_newer_program_keeps_what_is_known(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        connection.execute(update(sessions_table).values(data='{"language": "en", "mood": "good"}'))

        assert sessions.read(connection, talk.id) == Session(language="en")


def test_a_session_of_the_version_before_still_knows_of_the_outage(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        stored = '{"language": "lv", "strikes": 1, "stopped": true, "ticket_requests": 2}'
        connection.execute(update(sessions_table).values(data=stored))

        assert sessions.read(connection, talk.id) == Session(
            language="lv", failed_turns=1, incident=Incident.STOPPED, ticket_requests=2
        )
