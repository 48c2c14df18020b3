"""What nobody got an answer to."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from handlers.model.messages import MessageKind
from storage.conversations import conversations, feedback
from storage.curation import unanswered
from storage.curation.unanswered import FailureReason, UnansweredMessage
from storage.database.engine import read_transaction, write_transaction
from tests.contract.asked import CLARIFIED, TAPPED, UNKNOWN, MessageRecorder
from tests.contract.talks import NOW

WAITS = timedelta(minutes=30)
DAY = timedelta(days=1)


def newest(engine: Engine, *, since: timedelta = 30 * DAY, limit: int = 1500) -> tuple[UnansweredMessage, ...]:
    with read_transaction(engine) as connection:
        return unanswered.list_newest(connection, NOW, NOW - since, answer_timeout=WAITS, limit=limit)


def test_what_was_not_understood_is_listed_newest_first(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    talk = ask("Blabla", UNKNOWN)
    ask("Kā atdot naudu?")
    ask("Tralala", replace(UNKNOWN, language="ru"), by="boris")

    last, first = newest(engine)
    assert (last.text, last.language, first.text) == ("Tralala", "ru", "Blabla")
    assert first == UnansweredMessage(
        turn=1, conversation=talk, text="Blabla", language="lv", reason=FailureReason.UNKNOWN, at=NOW
    )
    assert [one.text for one in newest(engine, limit=1)] == ["Tralala"]


def test_a_question_asked_back_counts_where_nothing_was_chosen(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    old = NOW - DAY
    ask("Tika izvēlēts", CLARIFIED, by="anna", at=old)
    ask("", TAPPED, by="anna", kind=MessageKind.TAP, at=old)
    ask("Izvēlēts vārdos", CLARIFIED, by="boris", at=old)
    ask("otro", replace(TAPPED, handler="choice"), by="boris", at=old)
    ask("Neviens no šiem", CLARIFIED, by="clara", at=old)
    ask("", replace(UNKNOWN, handler="tapped"), by="clara", kind=MessageKind.TAP, at=old)
    ask("Rakstīja tālāk", CLARIFIED, by="dora", at=old)
    ask("Kā atdot naudu?", by="dora", at=old)
    ask("Aizgāja", CLARIFIED, by="emma", at=old)

    assert [one.text for one in newest(engine)] == ["Aizgāja", "Rakstīja tālāk", "Neviens no šiem"]
    assert {one.reason for one in newest(engine)} == {FailureReason.NOT_CHOSEN}


def test_a_question_that_was_just_asked_back_still_waits_for_a_choice(engine: Engine) -> None:
    MessageRecorder(engine)("Tikko", CLARIFIED, at=NOW - WAITS / 2)

    assert newest(engine) == ()


def test_what_holds_no_question_is_left_out(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    for handler in ("command", "secret", "unread", "broken", "choice"):
        ask("/nezinu", replace(UNKNOWN, handler=handler))
    ask("", UNKNOWN)
    ask("none", UNKNOWN, kind=MessageKind.TAP)

    assert newest(engine) == ()


def test_only_the_period_is_looked_at(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    ask("Sen", UNKNOWN, at=NOW - 10 * DAY)
    assert newest(engine, since=DAY) == ()
    ask("Nesen", UNKNOWN, at=NOW - DAY / 2)

    assert [one.text for one in newest(engine, since=DAY)] == ["Nesen"]


def test_what_did_not_help_is_listed_once_as_that(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    ask("Kā atdot naudu?", at=NOW - DAY)
    ask("Paldies, palīdzēja", at=NOW - DAY)
    talk_id = ask("Blabla", UNKNOWN)
    ask("", replace(TAPPED), kind=MessageKind.TAP)
    with write_transaction(engine) as connection:
        talk = conversations.get(connection, talk_id)
        for turn, helped in (("1", False), ("2", True), ("3", False), ("4", False)):
            assert feedback.record(connection, talk, turn, NOW, helped=helped)

    assert [(one.text, one.reason) for one in newest(engine)] == [
        ("Blabla", FailureReason.NOT_HELPED),
        ("Kā atdot naudu?", FailureReason.NOT_HELPED),
    ]
    assert [one.text for one in newest(engine, limit=1)] == ["Blabla"]
