"""Replies that did not arrive: seen, tried again, given up."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event

from storage.database.engine import reading, writing
from storage.delivery import outbox, status, undelivered
from storage.delivery.outbox import Outgoing
from storage.delivery.status import State
from tests.contract.talks import HELLO, NOW, SECOND, take_in

LATER = NOW + timedelta(minutes=5)


def claim(engine: Engine, talk: str) -> int:
    with writing(engine) as connection:
        outgoing = outbox.claim(connection, talk, NOW)
    assert isinstance(outgoing, Outgoing)
    return outgoing.id


def shown(engine: Engine) -> list[tuple[int, State, str | None]]:
    with reading(engine) as connection:
        return [(one.id, one.state, one.error) for one in undelivered.listed(connection, NOW)]


def test_what_was_only_just_made_is_not_stuck(engine: Engine) -> None:
    _, (reply,) = take_in(engine, HELLO)

    with reading(engine) as connection:
        assert undelivered.listed(connection, NOW) == ()
        (waiting,) = undelivered.listed(connection, NOW + SECOND)
    assert (waiting.id, waiting.channel, waiting.address, waiting.attempts) == (reply, "webchat", "room", 0)


def test_what_was_tried_or_failed_is_stuck_and_what_arrived_is_not(engine: Engine) -> None:
    talk, (first, second, third) = take_in(engine, HELLO, ["a", "b", "c"])
    claim(engine, talk.id)
    with writing(engine) as connection:
        assert status.sent(connection, first, NOW, receipt="r")
    claim(engine, talk.id)
    with writing(engine) as connection:
        assert status.failed(connection, second, "63016")
    claim(engine, talk.id)
    with writing(engine) as connection:
        assert status.again(connection, third, "429", LATER)

    assert shown(engine) == [(second, State.FAILED, "63016"), (third, State.PENDING, "429")]
    with reading(engine) as connection:
        assert len(undelivered.listed(connection, NOW, limit=1)) == 1


def test_a_reply_that_failed_is_tried_again_before_those_behind_it(engine: Engine) -> None:
    talk, (first, _) = take_in(engine, HELLO, ["a", "b"])
    claim(engine, talk.id)
    with writing(engine) as connection:
        status.failed(connection, first, "63016")
        assert undelivered.retry(connection, first, NOW)

    assert claim(engine, talk.id) == first


def test_a_reply_that_waits_is_tried_at_once(engine: Engine) -> None:
    talk, (reply,) = take_in(engine, HELLO)
    claim(engine, talk.id)
    with writing(engine) as connection:
        status.again(connection, reply, "429", LATER)
        assert outbox.due(connection, NOW) == ()
        assert undelivered.retry(connection, reply, NOW)
        assert outbox.due(connection, NOW) == (talk.id,)


def test_what_is_given_up_lets_the_others_go(engine: Engine) -> None:
    talk, (first, second) = take_in(engine, HELLO, ["a", "b"])
    with writing(engine) as connection:
        assert undelivered.drop(connection, first, NOW)
        assert not undelivered.drop(connection, first, NOW)

    assert claim(engine, talk.id) == second


def test_what_is_being_sent_is_left_alone_until_its_lease_is_over(engine: Engine) -> None:
    talk, (reply,) = take_in(engine, HELLO)
    claim(engine, talk.id)
    with writing(engine) as connection:
        assert not undelivered.retry(connection, reply, NOW)
        assert not undelivered.drop(connection, reply, NOW)
        assert undelivered.retry(connection, reply, NOW + outbox.LEASE)


def test_what_arrived_or_was_never_a_reply_is_not_touched(engine: Engine) -> None:
    talk, (reply,) = take_in(engine, HELLO)
    claim(engine, talk.id)
    with writing(engine) as connection:
        status.sent(connection, reply, NOW, receipt="r")
        for number in (reply, reply - 1, 10_000):
            assert not undelivered.retry(connection, number, LATER)
            assert not undelivered.drop(connection, number, LATER)


def test_what_is_stuck_is_found_without_reading_every_message(engine: Engine) -> None:
    asked: list[tuple[str, Any]] = []
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with reading(engine) as connection:
        if engine.dialect.name == "postgresql":
            # A table without rows is read from end to end as a matter of course.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        undelivered.listed(connection, NOW)
        ((statement, parameters),) = asked
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
        plan = "\n".join(str(tuple(row)[-1]) for row in rows)
    assert "ix_messages_failed" in plan
    assert "ix_messages_queue" in plan
    read_whole = [line for line in plan.splitlines() if line.strip(" ->").startswith(("Seq Scan", "SCAN messages"))]
    assert [line for line in read_whole if "USING INDEX" not in line] == []
