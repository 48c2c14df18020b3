"""Replies on their way out: in order, by one worker at a time, and none forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from handlers.model.messages import Option, Reply
from storage.conversations import history
from storage.conversations.conversations import Conversation
from storage.database.engine import read_transaction, write_transaction
from storage.delivery import outbox, status
from storage.delivery.outbox import Backlog, NotDue, OutgoingReply
from storage.tables import messages
from tests.contract.talks import HELLO, NOW, SECOND, at_once, said, take_in
from tests.patience import PATIENCE_SECONDS

LATER = NOW + timedelta(minutes=5)


def claim(engine: Engine, talk: str) -> OutgoingReply | NotDue | None:
    with write_transaction(engine) as connection:
        return outbox.claim(connection, talk, LATER)


def claimed(engine: Engine, talk: str) -> OutgoingReply:
    outgoing = claim(engine, talk)
    assert isinstance(outgoing, OutgoingReply)
    return outgoing


def send_all(engine: Engine, talk: str) -> list[str]:
    texts = []
    while isinstance(outgoing := claim(engine, talk), OutgoingReply):
        texts.append(outgoing.text)
        with write_transaction(engine) as connection:
            assert status.mark_sent(connection, outgoing.id, LATER, provider_message_id=f"r{outgoing.id}")
    return texts


def test_replies_leave_in_the_order_of_the_talk(engine: Engine) -> None:
    talk, _ = take_in(engine, said("Viens", 1), ["a", "b"])
    take_in(engine, said("Divi", 2), ["c"])

    assert send_all(engine, talk.id) == ["a", "b", "c"]
    assert claim(engine, talk.id) is None


def test_a_claimed_reply_says_where_it_goes(engine: Engine) -> None:
    talk, (reply,) = take_in(engine, HELLO)

    outgoing = claimed(engine, talk.id)

    assert (outgoing.id, outgoing.text, outgoing.attempts, outgoing.created_at) == (reply, "Atbilde", 1, NOW)
    assert (outgoing.conversation.channel, outgoing.conversation.address) == ("webchat", "room")


def test_a_claimed_reply_says_what_it_answers(engine: Engine) -> None:
    talk, _ = take_in(engine, said("Viens", 1), ["a", "b"])
    take_in(engine, said("Divi", 2), ["c"])
    with write_transaction(engine) as connection:
        outbox.enqueue(connection, talk, None, [Reply(text="of itself")], NOW)

    answered = []
    while isinstance(outgoing := claim(engine, talk.id), OutgoingReply):
        answered.append(outgoing.in_reply_to)
        with write_transaction(engine) as connection:
            status.mark_sent(connection, outgoing.id, LATER)

    assert answered == ["m1", "m1", "m2", None]


def test_a_message_may_have_no_reply(engine: Engine) -> None:
    talk, replies = take_in(engine, HELLO, [])

    assert replies == ()
    assert claim(engine, talk.id) is None


def test_of_eight_workers_one_gets_the_reply(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO)

    results = at_once([lambda: claim(engine, talk.id)] * 8)

    assert sum(isinstance(result, OutgoingReply) for result in results) == 1
    assert sum(isinstance(result, NotDue) for result in results) == 7


@pytest.mark.parametrize("backend", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_worker_that_comes_a_moment_too_late_waits_for_the_lease(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO)
    with ThreadPoolExecutor(1) as pool:
        with write_transaction(engine) as connection:
            assert isinstance(outbox.claim(connection, talk.id, LATER), OutgoingReply)
            late = pool.submit(claim, engine, talk.id)
            with pytest.raises(TimeoutError):
                late.result(timeout=0.3)

        assert late.result(timeout=PATIENCE_SECONDS) == NotDue(until=LATER + outbox.CLAIM_LEASE)


def test_a_reply_whose_worker_died_is_given_to_another_after_its_lease(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        outbox.claim(connection, talk.id, NOW, SECOND)
        assert outbox.claim(connection, talk.id, NOW) == NotDue(until=NOW + SECOND)

    assert claimed(engine, talk.id).attempts == 2


def test_a_program_that_starts_alone_takes_back_what_was_claimed(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO, ["a", "b"])
    claimed(engine, talk.id)
    with write_transaction(engine) as connection:
        assert outbox.due(connection, LATER) == ()
        assert outbox.release_leases(connection, LATER) == 1
        assert outbox.due(connection, LATER) == (talk.id,)

    assert send_all(engine, talk.id) == ["a", "b"]


def handed(engine: Engine, talk: Conversation, text: str) -> OutgoingReply | None:
    options = (Option(id="a", title="A"),)
    reply = OutgoingReply(id=0, conversation=talk, turn=None, text=text, options=options, attempts=1, created_at=NOW)
    with write_transaction(engine) as connection:
        return outbox.enqueue_claimed(connection, reply, LATER + SECOND)


def test_a_reply_that_is_handed_over_is_claimed_and_nobody_else_gets_it(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO, [])

    reply = handed(engine, talk, "a")

    assert reply is not None
    assert claim(engine, talk.id) == NotDue(until=LATER + SECOND)
    with write_transaction(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(messages).where(messages.c.state == "sending")) == 1
        assert status.mark_sent(connection, reply.id, LATER)
        (said_there,) = (spoken for spoken in history.messages_after(connection, talk.id) if spoken.side == "bot")
    assert (said_there.text, said_there.options, said_there.state) == ("a", reply.options, "sent")
    assert claim(engine, talk.id) is None


def test_a_reply_that_is_handed_over_goes_behind_what_waits(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO, ["a"])

    assert handed(engine, talk, "b") is None
    assert send_all(engine, talk.id) == ["a", "b"]
    assert handed(engine, talk, "c") is not None


def test_a_reply_that_was_handed_over_to_a_program_that_died_is_sent_by_the_next(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO, [])
    assert handed(engine, talk, "a") is not None
    with write_transaction(engine) as connection:
        assert outbox.release_leases(connection, NOW) == 1

    outgoing = claimed(engine, talk.id)

    assert (outgoing.text, outgoing.attempts) == ("a", 2)


def test_a_reply_that_must_wait_holds_back_those_behind_it(engine: Engine) -> None:
    talk, _ = take_in(engine, said("Viens", 1), ["a"])
    take_in(engine, said("Divi", 2), ["b"])
    with write_transaction(engine) as connection:
        first = outbox.claim(connection, talk.id, NOW)
        assert isinstance(first, OutgoingReply)
        assert status.reschedule(connection, first.id, "429", NOW + SECOND)

        assert outbox.claim(connection, talk.id, NOW) == NotDue(until=NOW + SECOND)
        assert outbox.due(connection, NOW) == ()
        assert outbox.due(connection, NOW + SECOND) == (talk.id,)

    assert send_all(engine, talk.id) == ["a", "b"]


def test_a_reply_that_failed_for_good_lets_the_others_go(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO, ["a", "b"])
    first = claimed(engine, talk.id)
    with write_transaction(engine) as connection:
        assert status.mark_failed(connection, first.id, "63016")

    assert send_all(engine, talk.id) == ["b"]
    with read_transaction(engine) as connection:
        assert [spoken.state for spoken in history.messages_after(connection, talk.id)] == [None, "failed", "sent"]


def test_what_is_due_is_named_by_talk_longest_waiting_first(engine: Engine) -> None:
    anna, _ = take_in(engine, said("a", by="anna"), ["1", "2"], at=NOW + SECOND)
    boris, _ = take_in(engine, said("b", by="boris"), at=NOW)

    with read_transaction(engine) as connection:
        assert outbox.due(connection, NOW - SECOND) == ()
        assert outbox.due(connection, NOW) == (boris.id,)
        assert outbox.due(connection, LATER) == (boris.id, anna.id)
        assert outbox.due(connection, LATER, limit=1) == (boris.id,)


def test_the_backlog_counts_what_waits_and_since_when(engine: Engine) -> None:
    with read_transaction(engine) as connection:
        assert outbox.backlog(connection) == Backlog(waiting=0, oldest=None)
        assert outbox.due(connection, LATER) == ()
    talk, _ = take_in(engine, HELLO, ["a", "b"])
    with read_transaction(engine) as connection:
        assert outbox.backlog(connection) == Backlog(waiting=2, oldest=NOW)
    send_all(engine, talk.id)
    with read_transaction(engine) as connection:
        assert outbox.backlog(connection) == Backlog(waiting=0, oldest=None)
