"""A talk with the bot's reasons and with what became of its replies."""

from datetime import timedelta

from sqlalchemy import Engine, update

from handlers.model.messages import MessageKind
from storage.conversations import transcript
from storage.conversations.history import Side
from storage.conversations.transcript import DeliveryStatus
from storage.database.engine import read_transaction, write_transaction
from storage.delivery import status
from storage.tables import turns
from tests.contract.asked import TAPPED, MessageRecorder
from tests.contract.talks import NOW, SECOND, TRACE


def test_a_message_has_its_reasons_and_a_reply_its_delivery(engine: Engine) -> None:
    talk = MessageRecorder(engine)("Kā atdot naudu?")
    MessageRecorder(engine)("Cits runā", by="boris")
    with write_transaction(engine) as connection:
        status.reschedule(connection, 2, "429", NOW + SECOND)

    with read_transaction(engine) as connection:
        (message, reply), earlier = transcript.transcript(connection, talk)
    assert not earlier
    assert (message.side, message.text, message.kind, message.at) == (
        Side.PERSON,
        "Kā atdot naudu?",
        MessageKind.TEXT,
        NOW,
    )
    assert message.delivery is None
    reasons = message.decision
    assert reasons is not None
    assert (reasons.turn, reasons.handler, reasons.outcome, reasons.entry) == (1, "topic", "answered", "refund")
    assert (reasons.score, reasons.milliseconds, reasons.content_version) == (0.97, 0.25, "0123456789ab")
    assert reasons.trace == TRACE
    assert (reply.side, reply.text, reply.decision) == (Side.BOT, "Atbilde", None)
    assert reply.delivery == DeliveryStatus(state="pending", attempts=0, error="429", due_at=NOW + SECOND, sent_at=None)


def test_a_tap_names_what_was_chosen(engine: Engine) -> None:
    talk = MessageRecorder(engine)("", TAPPED, kind=MessageKind.TAP)

    with read_transaction(engine) as connection:
        (message, _), _ = transcript.transcript(connection, talk)
    assert (message.kind, message.choice) == (MessageKind.TAP, "entry:refund")


def test_a_long_talk_is_read_from_its_end(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    for number in range(3):
        talk = ask(f"Jautājums {number}", at=NOW + timedelta(minutes=number))

    with read_transaction(engine) as connection:
        last, earlier = transcript.transcript(connection, talk, limit=2)
        before, more = transcript.transcript(connection, talk, before=last[0].sequence, limit=2)
        first, none = transcript.transcript(connection, talk, before=before[0].sequence, limit=2)
    assert [said.text for said in (*first, *before, *last)] == [
        text for number in range(3) for text in (f"Jautājums {number}", "Atbilde")
    ]
    assert (earlier, more, none) == (True, True, False)


def test_a_trace_of_another_version_of_the_program_does_not_hide_the_talk(engine: Engine) -> None:
    talk = MessageRecorder(engine)("Labdien")
    with write_transaction(engine) as connection:
        connection.execute(update(turns).values(trace='{"no": "trace"}'))

    with read_transaction(engine) as connection:
        (message, _), _ = transcript.transcript(connection, talk)
    assert message.decision is not None
    assert message.decision.trace is None
    assert message.decision.handler == "topic"
