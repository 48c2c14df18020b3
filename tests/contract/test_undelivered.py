"""Replies that did not arrive: seen, tried again, given up."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event

from storage.database.engine import read_transaction, write_transaction
from storage.delivery import outbox, status, undelivered
from storage.delivery.outbox import OutgoingReply
from storage.delivery.status import DeliveryState
from tests.contract.talks import HELLO, NOW, SECOND, said, take_in

LATER = NOW + timedelta(minutes=5)


def claim(engine: Engine, talk: str) -> int:
    with write_transaction(engine) as connection:
        outgoing = outbox.claim(connection, talk, NOW)
    assert isinstance(outgoing, OutgoingReply)
    return outgoing.id


def shown(engine: Engine) -> list[tuple[int, DeliveryState, str | None]]:
    with read_transaction(engine) as connection:
        return [(one.id, one.state, one.error) for one in undelivered.list_undelivered(connection, NOW)]


def test_what_was_only_just_made_is_not_stuck(engine: Engine) -> None:
    _, (reply,) = take_in(engine, HELLO)

    with read_transaction(engine) as connection:
        assert undelivered.list_undelivered(connection, NOW) == ()
        (waiting,) = undelivered.list_undelivered(connection, NOW + SECOND)
    assert (waiting.id, waiting.channel, waiting.address, waiting.attempts) == (reply, "webchat", "room", 0)


def test_what_was_tried_or_failed_is_stuck_and_what_arrived_is_not(engine: Engine) -> None:
    talk, (first, second, third) = take_in(engine, HELLO, ["a", "b", "c"])
    claim(engine, talk.id)
    with write_transaction(engine) as connection:
        assert status.mark_sent(connection, first, NOW, provider_message_id="r")
    claim(engine, talk.id)
    with write_transaction(engine) as connection:
        assert status.mark_failed(connection, second, "63016")
    claim(engine, talk.id)
    with write_transaction(engine) as connection:
        assert status.reschedule(connection, third, "429", LATER)

    assert shown(engine) == [(second, DeliveryState.FAILED, "63016"), (third, DeliveryState.PENDING, "429")]
    with read_transaction(engine) as connection:
        assert len(undelivered.list_undelivered(connection, NOW, limit=1)) == 1


def test_a_reply_that_failed_is_tried_again_before_those_behind_it(engine: Engine) -> None:
    talk, (first, _) = take_in(engine, HELLO, ["a", "b"])
    claim(engine, talk.id)
    with write_transaction(engine) as connection:
        status.mark_failed(connection, first, "63016")
        assert undelivered.retry(connection, first, NOW)

    assert claim(engine, talk.id) == first


def test_a_reply_that_waits_is_tried_at_once(engine: Engine) -> None:
    talk, (reply,) = take_in(engine, HELLO)
    claim(engine, talk.id)
    with write_transaction(engine) as connection:
        status.reschedule(connection, reply, "429", LATER)
        assert outbox.due(connection, NOW) == ()
        assert undelivered.retry(connection, reply, NOW)
        assert outbox.due(connection, NOW) == (talk.id,)


def test_all_are_tried_at_once_except_what_arrived_is_being_sent_or_is_too_old(engine: Engine) -> None:
    numbers = []
    for place, by in enumerate(("anna", "boris", "clara", "dora"), start=1):
        talk, (number,) = take_in(engine, said("Labdien", place, by=by))
        numbers.append(number)
        claim(engine, talk.id)
    failed, waiting, sent, sending = numbers
    with write_transaction(engine) as connection:
        status.mark_failed(connection, failed, "63016")
        status.reschedule(connection, waiting, "429", LATER)
        status.mark_sent(connection, sent, NOW, provider_message_id="r")
        assert undelivered.retry_all(connection, NOW + SECOND, NOW) == 0
        assert undelivered.retry_all(connection, NOW, NOW) == 2
    assert shown(engine) == [
        (failed, DeliveryState.PENDING, "63016"),
        (waiting, DeliveryState.PENDING, "429"),
        (sending, DeliveryState.SENDING, None),
    ]


def test_what_is_given_up_lets_the_others_go(engine: Engine) -> None:
    talk, (first, second) = take_in(engine, HELLO, ["a", "b"])
    with write_transaction(engine) as connection:
        assert undelivered.drop(connection, first, NOW)
        assert not undelivered.drop(connection, first, NOW)

    assert claim(engine, talk.id) == second


def test_what_is_being_sent_is_left_alone_until_its_lease_is_over(engine: Engine) -> None:
    talk, (reply,) = take_in(engine, HELLO)
    claim(engine, talk.id)
    with write_transaction(engine) as connection:
        assert not undelivered.retry(connection, reply, NOW)
        assert not undelivered.drop(connection, reply, NOW)
        assert undelivered.retry(connection, reply, NOW + outbox.CLAIM_LEASE)


def test_what_arrived_or_was_never_a_reply_is_not_touched(engine: Engine) -> None:
    talk, (reply,) = take_in(engine, HELLO)
    claim(engine, talk.id)
    with write_transaction(engine) as connection:
        status.mark_sent(connection, reply, NOW, provider_message_id="r")
        for number in (reply, reply - 1, 10_000):
            assert not undelivered.retry(connection, number, LATER)
            assert not undelivered.drop(connection, number, LATER)


def test_what_is_stuck_is_found_without_reading_every_message(engine: Engine) -> None:
    asked: list[tuple[str, Any]] = []
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with read_transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            # A table without rows is read from end to end as a matter of course.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        undelivered.list_undelivered(connection, NOW)
        ((statement, parameters),) = asked
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
        plan = "\n".join(str(tuple(row)[-1]) for row in rows)
    assert "ix_messages_failed" in plan
    assert "ix_messages_queue" in plan
    read_whole = [line for line in plan.splitlines() if line.strip(" ->").startswith(("Seq Scan", "SCAN messages"))]
    assert [line for line in read_whole if "USING INDEX" not in line] == []
