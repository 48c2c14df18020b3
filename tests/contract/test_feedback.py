"""Whether answers helped: one word a turn, and counts that outlive it."""

from datetime import timedelta

from sqlalchemy import Engine, select

from storage import personal_data
from storage.conversations import feedback
from storage.conversations.conversations import Conversation
from storage.database.engine import read_transaction, write_transaction
from storage.tables import messages
from tests.contract.stored import read_daily_feedback
from tests.contract.talks import NOW, said, take_in

TODAY = NOW.date()
DAY = timedelta(days=1)


def turn_of(engine: Engine, talk: Conversation) -> str:
    with read_transaction(engine) as connection:
        wanted = select(messages.c.turn_id).where(messages.c.conversation_id == talk.id).order_by(messages.c.id.desc())
        return str(connection.scalars(wanted).first())


def counts(engine: Engine) -> list[tuple[object, ...]]:
    with read_transaction(engine) as connection:
        found = read_daily_feedback(connection, TODAY, TODAY + DAY)
    return [(each.day, each.channel, each.language, each.entry, each.helped, each.not_helped) for each in found]


def test_a_word_about_an_answer_is_kept_once_and_the_last_one_holds(engine: Engine) -> None:
    talk, _ = take_in(engine, said("kā atdot naudu"))
    turn = turn_of(engine, talk)
    with write_transaction(engine) as connection:
        assert feedback.record(connection, talk, turn, NOW, helped=True)
        assert not feedback.record(connection, talk, turn, NOW, helped=True)
    assert counts(engine) == [(TODAY, "webchat", "lv", "refund", 1, 0)]

    with write_transaction(engine) as connection:
        assert feedback.record(connection, talk, turn, NOW + DAY, helped=False)
        kept = feedback.get(connection, int(turn))
    assert kept == feedback.Feedback(turn=int(turn), conversation=talk.id, helped=False, at=NOW)
    assert counts(engine) == [(TODAY, "webchat", "lv", "refund", 0, 1)]

    with write_transaction(engine) as connection:
        feedback.record(connection, talk, turn, NOW + DAY, helped=True)
    assert counts(engine) == [(TODAY, "webchat", "lv", "refund", 1, 0)]


def test_a_word_about_nothing_of_ones_own_is_passed_over(engine: Engine) -> None:
    talk, _ = take_in(engine, said("kā atdot naudu"))
    other, _ = take_in(engine, said("kā atdot naudu", by="boris"))
    with write_transaction(engine) as connection:
        for turn in (turn_of(engine, other), "999999", "9" * 30, "x", "²", "", None):
            assert not feedback.record(connection, talk, turn, NOW, helped=True)
    assert counts(engine) == []


def test_counts_outlive_the_person(engine: Engine) -> None:
    for name in ("anna", "boris"):
        talk, _ = take_in(engine, said("kā atdot naudu", by=name))
        turn = turn_of(engine, talk)
        with write_transaction(engine) as connection:
            feedback.record(connection, talk, turn, NOW, helped=name == "anna")
    with read_transaction(engine) as connection:
        exported = personal_data.export(connection, [talk])
    assert exported["conversations"][0]["feedback"] == [
        {"turn_id": int(turn), "helped": False, "created_at": NOW.isoformat()}
    ]

    with write_transaction(engine) as connection:
        assert personal_data.erase(connection, [talk]).rows["feedback"] == 1
        assert feedback.get(connection, int(turn)) is None
    assert counts(engine) == [(TODAY, "webchat", "lv", "refund", 1, 1)]
