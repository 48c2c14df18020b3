"""How far a reply has got, by what a worker says and a platform reports."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, select

from storage import personal_data
from storage.database.engine import reading, writing
from storage.delivery import outbox, status
from storage.delivery.status import State
from storage.tables import messages
from tests.contract.talks import HELLO, NOW, SECOND, take_in


@pytest.fixture
def reply(engine: Engine) -> int:
    """A reply that was sent, and that the platform calls `SM1`."""
    talk, (reply,) = take_in(engine, HELLO)
    with writing(engine) as connection:
        outbox.claim(connection, talk.id, NOW)
        assert status.sent(connection, reply, NOW + SECOND, receipt="SM1")
    return reply


def state(engine: Engine, reply: int) -> tuple[str, str | None]:
    with reading(engine) as connection:
        row = connection.execute(select(messages.c.state, messages.c.error).where(messages.c.id == reply)).one()
    return row.state, row.error


@pytest.mark.parametrize(
    ("reports", "end"),
    [
        ([State.DELIVERED, State.READ], State.READ),
        ([State.READ, State.DELIVERED, State.SENT], State.READ),
        ([State.DELIVERED, State.DELIVERED], State.DELIVERED),
        ([State.DELIVERED, State.FAILED], State.DELIVERED),
        ([State.FAILED, State.DELIVERED], State.FAILED),
        ([State.PENDING], State.SENT),
    ],
)
def test_reports_may_come_in_any_order(engine: Engine, reply: int, reports: Sequence[State], end: State) -> None:
    for report in reports:
        with writing(engine) as connection:
            status.reported(connection, "webchat", "SM1", report)

    assert state(engine, reply) == (end, None)


def test_a_report_of_failure_keeps_its_code(engine: Engine, reply: int) -> None:
    with writing(engine) as connection:
        assert status.reported(connection, "webchat", "SM1", State.FAILED, error="63016")

    assert state(engine, reply) == (State.FAILED, "63016")


def test_a_report_of_something_unknown_changes_nothing(engine: Engine, reply: int) -> None:
    with writing(engine) as connection:
        assert not status.reported(connection, "webchat", "SM2", State.READ)
        assert not status.reported(connection, "telegram", "SM1", State.READ)

    assert state(engine, reply) == (State.SENT, None)


def test_what_was_sent_is_sent_whatever_a_slower_worker_says(engine: Engine, reply: int) -> None:
    with writing(engine) as connection:
        assert not status.sent(connection, reply, NOW, receipt="SM9")
        assert not status.failed(connection, reply, "too late")
        assert not status.again(connection, reply, "too late", NOW)

    assert state(engine, reply) == (State.SENT, None)


def test_a_reply_that_is_tried_again_says_why_until_it_is_sent(engine: Engine) -> None:
    talk, (reply,) = take_in(engine, HELLO)
    with writing(engine) as connection:
        outbox.claim(connection, talk.id, NOW)
        assert status.again(connection, reply, "429", NOW)
    assert state(engine, reply) == (State.PENDING, "429")

    with writing(engine) as connection:
        outbox.claim(connection, talk.id, NOW)
        assert status.sent(connection, reply, NOW)
    assert state(engine, reply) == (State.SENT, None)


def test_a_reply_that_was_erased_meanwhile_is_no_error(engine: Engine, reply: int) -> None:
    with writing(engine) as connection:
        personal_data.erase(connection, personal_data.of_person(connection, "webchat", "anna"))

        assert not status.sent(connection, reply, NOW)
        assert not status.reported(connection, "webchat", "SM1", State.READ)
