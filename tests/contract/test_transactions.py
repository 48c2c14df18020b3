"""What a transaction promises, whatever is under it."""

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import IntegrityError

from handlers.model.session import Session
from storage.conversations import conversations, sessions
from storage.database.engine import create_database_engine, read_transaction, write_transaction
from storage.errors import NaiveDateTimeError, SchemaError, StorageError, UnavailableError
from storage.statistics import daily_counts
from storage.tables import sessions as sessions_table
from tests.contract.stored import read_daily_counts
from tests.contract.talks import HELLO, NOW, TRACE, said, take_in


def test_reading_cannot_write(engine: Engine) -> None:
    with pytest.raises(StorageError), read_transaction(engine) as connection:
        conversations.open_and_lock(connection, HELLO, NOW)

    take_in(engine, HELLO)


def test_reading_sees_a_steady_picture(engine: Engine) -> None:
    with read_transaction(engine) as connection:
        assert read_daily_counts(connection, NOW.date(), NOW.date()) == ()
        with write_transaction(engine) as other:
            daily_counts.increment(other, "webchat", TRACE, NOW.date())
        assert read_daily_counts(connection, NOW.date(), NOW.date()) == ()


def test_what_belongs_to_no_talk_is_refused(engine: Engine) -> None:
    with pytest.raises(StorageError) as caught, write_transaction(engine) as connection:
        sessions.write(connection, "nobody", Session(), NOW)

    assert isinstance(caught.value.__cause__, IntegrityError)
    assert caught.value.permanent


def test_a_time_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(NaiveDateTimeError, match="aware"), write_transaction(engine) as connection:
        conversations.open_and_lock(connection, HELLO, NOW.replace(tzinfo=None))


def test_a_database_without_tables_says_what_to_run(empty_engine: Engine) -> None:
    with pytest.raises(SchemaError, match="paligs db upgrade"), read_transaction(empty_engine) as connection:
        sessions.read(connection, "anybody")


def test_errors_do_not_repeat_what_people_wrote(engine: Engine) -> None:
    with pytest.raises(StorageError) as caught, write_transaction(engine) as connection:
        connection.execute(insert(sessions_table).values(conversation_id="nobody", data="ŠNICELIS", updated_at=NOW))

    assert "ŠNICELIS" not in str(caught.value) + str(caught.value.__cause__)


def test_a_transaction_can_be_used_after_another_failed(engine: Engine) -> None:
    for _ in range(20):
        with pytest.raises(StorageError), write_transaction(engine) as connection:
            connection.execute(text("SELECT nonsense FROM nowhere"))

    take_in(engine, said("Labdien"))


@pytest.mark.parametrize(
    "address",
    ["postgresql://anna:geheim@127.0.0.1:1/paligs", "postgres://anna:geheim@localhost/paligs?host=/nowhere"],
)
def test_a_server_out_of_reach_can_be_tried_again(address: str) -> None:
    engine = create_database_engine(address)

    with pytest.raises(UnavailableError) as caught, read_transaction(engine):
        pass

    assert not caught.value.permanent
    assert "geheim" not in f"{caught.value!r} {caught.value.__cause__!r} {engine!r}"
