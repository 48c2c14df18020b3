"""A prepared statement does what SQLAlchemy itself would do with it, without SQLAlchemy's work."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, event, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from storage.database.engine import create_database_engine, write_transaction
from storage.database.prepared import PreparedStatement
from storage.database.upsert import insert_into
from storage.tables import places
from storage.tables.base import metadata

AT = datetime(2026, 11, 28, 12, 30, tzinfo=timezone(timedelta(hours=2)))
PLACE = {"channel": "telegram", "address": "1", "moved_to": "2\x00", "learned_at": AT}

INSERT = PreparedStatement(lambda dialect: insert_into(dialect, places).returning(*places.c))
FORGET = PreparedStatement(lambda _: update(places).where(places.c.address == bindparam("gone")).values(moved_to=""))
FIND = PreparedStatement(lambda _: select(places).where(places.c.address == bindparam("one"), places.c.moved_to != ""))

ALL = PreparedStatement(lambda _: select(places).where(places.c.channel == bindparam("on")).order_by(places.c.address))


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_database_engine("sqlite://")
    with write_transaction(engine) as connection:
        metadata.create_all(connection, tables=[places])
        yield connection
    engine.dispose()


def test_values_and_rows_are_converted_by_the_types_of_their_columns(connection: Connection) -> None:
    row = INSERT.first(connection, PLACE)
    assert row.moved_to == "2"
    assert (row.learned_at, row.learned_at.tzinfo) == (AT, UTC)
    assert connection.execute(select(places)).one() == row


def test_a_value_of_the_statement_itself_needs_not_be_given(connection: Connection) -> None:
    INSERT.first(connection, PLACE)
    assert FORGET.run(connection, {"gone": "1"}) == 1
    assert FORGET.run(connection, {"gone": "another"}) == 0
    assert FIND.first(connection, {"one": "1"}) is None


def test_errors_are_those_of_sqlalchemy_and_do_not_quote_values(connection: Connection) -> None:
    INSERT.first(connection, PLACE)
    with pytest.raises(IntegrityError) as caught:
        INSERT.first(connection, PLACE | {"moved_to": "a secret"})
    assert "a secret" not in str(caught.value)
    metadata.drop_all(connection, tables=[places])
    with pytest.raises(OperationalError, match="no such table"):
        FIND.first(connection, {"one": "1"})


def test_listeners_hear_of_it(connection: Connection) -> None:
    heard: list[tuple[str, Any]] = []
    event.listen(connection, "before_cursor_execute", lambda *given: heard.append((given[2], given[3])))
    INSERT.first(connection, PLACE)
    FORGET.run(connection, {"gone": "1"})
    assert [sql.split()[0] for sql, _ in heard] == ["INSERT", "UPDATE"]
    assert heard[1][1] == ("", "1")


def test_all_rows_are_converted_in_their_order(connection: Connection) -> None:
    for address in ("2", "1"):
        INSERT.first(connection, PLACE | {"address": address})
    rows = ALL.all(connection, {"on": "telegram"})
    assert [(row.address, row.learned_at) for row in rows] == [("1", AT), ("2", AT)]
    assert ALL.all(connection, {"on": "nowhere"}) == []
