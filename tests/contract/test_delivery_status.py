"""How far a reply has got, by what a worker says and a platform reports."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, select

from storage import personal_data
from storage.database.engine import read_transaction, write_transaction
from storage.delivery import outbox, status
from storage.delivery.status import DeliveryState
from storage.tables import messages
from tests.contract.talks import HELLO, NOW, SECOND, take_in


@pytest.fixture
def reply(engine: Engine) -> int:
    """A reply that was sent, and that the platform calls `SM1`."""
    talk, (reply,) = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        outbox.claim(connection, talk.id, NOW)
        assert status.mark_sent(connection, reply, NOW + SECOND, provider_message_id="SM1")
    return reply


def state(engine: Engine, reply: int) -> tuple[str, str | None]:
    with read_transaction(engine) as connection:
        row = connection.execute(select(messages.c.state, messages.c.error).where(messages.c.id == reply)).one()
    return row.state, row.error


@pytest.mark.parametrize(
    ("reports", "end"),
    [
        ([DeliveryState.DELIVERED, DeliveryState.READ], DeliveryState.READ),
        ([DeliveryState.READ, DeliveryState.DELIVERED, DeliveryState.SENT], DeliveryState.READ),
        ([DeliveryState.DELIVERED, DeliveryState.DELIVERED], DeliveryState.DELIVERED),
        ([DeliveryState.DELIVERED, DeliveryState.FAILED], DeliveryState.DELIVERED),
        ([DeliveryState.FAILED, DeliveryState.DELIVERED], DeliveryState.FAILED),
        ([DeliveryState.PENDING], DeliveryState.SENT),
    ],
)
def test_reports_may_come_in_any_order(
    engine: Engine, reply: int, reports: Sequence[DeliveryState], end: DeliveryState
) -> None:
    for report in reports:
        with write_transaction(engine) as connection:
            status.apply_status_report(connection, "webchat", "SM1", report)

    assert state(engine, reply) == (end, None)


def test_a_report_of_failure_keeps_its_code(engine: Engine, reply: int) -> None:
    with write_transaction(engine) as connection:
        assert status.apply_status_report(connection, "webchat", "SM1", DeliveryState.FAILED, error="63016")

    assert state(engine, reply) == (DeliveryState.FAILED, "63016")


def test_a_report_of_something_unknown_changes_nothing(engine: Engine, reply: int) -> None:
    with write_transaction(engine) as connection:
        assert not status.apply_status_report(connection, "webchat", "SM2", DeliveryState.READ)
        assert not status.apply_status_report(connection, "telegram", "SM1", DeliveryState.READ)

    assert state(engine, reply) == (DeliveryState.SENT, None)


def test_what_was_sent_is_sent_whatever_a_slower_worker_says(engine: Engine, reply: int) -> None:
    with write_transaction(engine) as connection:
        assert not status.mark_sent(connection, reply, NOW, provider_message_id="SM9")
        assert not status.mark_failed(connection, reply, "too late")
        assert not status.reschedule(connection, reply, "too late", NOW)

    assert state(engine, reply) == (DeliveryState.SENT, None)


def test_a_reply_that_is_tried_again_says_why_until_it_is_sent(engine: Engine) -> None:
    talk, (reply,) = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        outbox.claim(connection, talk.id, NOW)
        assert status.reschedule(connection, reply, "429", NOW)
    assert state(engine, reply) == (DeliveryState.PENDING, "429")

    with write_transaction(engine) as connection:
        outbox.claim(connection, talk.id, NOW)
        assert status.mark_sent(connection, reply, NOW)
    assert state(engine, reply) == (DeliveryState.SENT, None)


def test_a_reply_that_was_erased_meanwhile_is_no_error(engine: Engine, reply: int) -> None:
    with write_transaction(engine) as connection:
        personal_data.erase(connection, personal_data.conversations_of_sender(connection, "webchat", "anna"))

        assert not status.mark_sent(connection, reply, NOW)
        assert not status.apply_status_report(connection, "webchat", "SM1", DeliveryState.READ)


def test_a_failure_that_is_reported_before_the_id_is_known_counts(engine: Engine) -> None:
    talk, (reply,) = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        outbox.claim(connection, talk.id, NOW)
        assert status.apply_status_report(
            connection, "webchat", "SM1", DeliveryState.FAILED, error="63024", reply=reply
        )
        assert not status.mark_sent(connection, reply, NOW + SECOND, provider_message_id="SM1")

    assert state(engine, reply) == (DeliveryState.FAILED, "63024")


@pytest.mark.parametrize("report", [DeliveryState.DELIVERED, DeliveryState.READ])
def test_an_unknown_outcome_is_mended_by_a_later_report(engine: Engine, report: DeliveryState) -> None:
    talk, (reply,) = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        outbox.claim(connection, talk.id, NOW)
        status.mark_failed(connection, reply, "It may have been sent")
        assert status.apply_status_report(connection, "webchat", "SM1", report, reply=reply)

    assert state(engine, reply) == (report, None)


def test_a_reply_that_waits_for_another_try_is_not_sent_again_once_it_is_reported(engine: Engine) -> None:
    talk, (reply,) = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        outbox.claim(connection, talk.id, NOW)
        status.reschedule(connection, reply, "It may have been sent", NOW + SECOND)
        assert status.apply_status_report(connection, "webchat", "SM1", DeliveryState.SENT, reply=reply)

        assert outbox.claim(connection, talk.id, NOW + 2 * SECOND) is None


def test_a_reference_undoes_nothing_that_is_known(engine: Engine, reply: int) -> None:
    with write_transaction(engine) as connection:
        status.apply_status_report(connection, "webchat", "SM1", DeliveryState.FAILED, error="63024")
        assert not status.apply_status_report(connection, "webchat", "SM0", DeliveryState.DELIVERED, reply=reply)
        assert not status.apply_status_report(connection, "telegram", "SM0", DeliveryState.DELIVERED, reply=reply)

    assert state(engine, reply) == (DeliveryState.FAILED, "63024")


def test_a_reply_that_nobody_tried_to_send_is_not_reported(engine: Engine) -> None:
    _, (reply,) = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        assert not status.apply_status_report(connection, "webchat", "SM1", DeliveryState.DELIVERED, reply=reply)

    assert state(engine, reply) == (DeliveryState.PENDING, None)
