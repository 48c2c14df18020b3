"""What was said, in order, whatever it is made of."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from handlers.model.messages import MessageKind, Option, Reply
from storage.conversations import conversations, history
from storage.conversations.history import Side
from storage.database.engine import read_transaction, write_transaction
from storage.delivery import outbox
from storage.tables.types import storable
from tests.contract.talks import HELLO, NOW, said, take_in

HIGH, LOW = "\ud83d", "\ude00"
"""The halves of a surrogate pair."""


def test_both_sides_are_shown_in_the_order_they_spoke(engine: Engine) -> None:
    talk, _ = take_in(engine, said("Viens", 1), ["Pirmā", "Otrā"])
    take_in(engine, said("Cits", 1, by="boris"))
    take_in(engine, said("Divi", 2), ["Trešā"])

    with read_transaction(engine) as connection:
        shown = history.messages_after(connection, talk.id)

    assert [(spoken.side, spoken.text) for spoken in shown] == [
        (Side.PERSON, "Viens"),
        (Side.BOT, "Pirmā"),
        (Side.BOT, "Otrā"),
        (Side.PERSON, "Divi"),
        (Side.BOT, "Trešā"),
    ]
    assert [spoken.message_id for spoken in shown] == ["m1", None, None, "m2", None]
    assert [spoken.sequence for spoken in shown] == sorted({spoken.sequence for spoken in shown})
    assert len({spoken.turn for spoken in shown}) == 2


def test_a_page_resumes_after_what_it_has_seen(engine: Engine) -> None:
    talk, seen = take_in(engine, said("Viens", 1))
    take_in(engine, said("Divi", 2))

    with read_transaction(engine) as connection:
        assert [spoken.text for spoken in history.messages_after(connection, talk.id, after=seen[-1])] == [
            "Divi",
            "Atbilde",
        ]
        assert [spoken.text for spoken in history.messages_after(connection, talk.id, limit=2)] == ["Viens", "Atbilde"]
        assert [spoken.text for spoken in history.last_messages(connection, talk.id, limit=3)] == [
            "Atbilde",
            "Divi",
            "Atbilde",
        ]


def test_choices_come_back_as_they_were_given(engine: Engine) -> None:
    options = (Option(id="a", title="Kase 🧾"), Option(id="b", title='"Cits" \\ и'))
    with write_transaction(engine) as connection:
        talk = conversations.open_and_lock(connection, HELLO, NOW)
        outbox.enqueue(connection, talk, None, [Reply(text="Kura?", options=options)], NOW)
        assert history.messages_after(connection, talk.id)[0].options == options


def test_the_transcript_is_the_persons_own_last_words(engine: Engine) -> None:
    talk, _ = take_in(engine, said("Kase neiet", 1))
    take_in(engine, replace(said("Kase", 2), kind=MessageKind.TAP, choice="till"))
    take_in(engine, replace(said("", 3), kind=MessageKind.PHOTO))
    take_in(engine, replace(said("Re, kļūda", 4), kind=MessageKind.PHOTO))
    take_in(engine, said("Kopš rīta", 5))

    with read_transaction(engine) as connection:
        assert history.last_user_messages(connection, talk.id) == ("Kase neiet", "Re, kļūda", "Kopš rīta")
        assert history.last_user_messages(connection, talk.id, limit=2) == ("Re, kļūda", "Kopš rīta")


@pytest.mark.parametrize(
    "words",
    [
        "a\x00b",
        HIGH,
        LOW + HIGH,
        HIGH + LOW,
        "😀👩🏽‍🍳",
        "שלום \u202e olleh",
        "\x01\x1b[31m\u200b\ufeff",
        "'; DROP TABLE messages; --",
        "%s :text {0} \\",
        "ā" * 100_000,
        "",
    ],
    ids=["nul", "half", "halves", "pair", "emoji", "rtl", "control", "sql", "format", "long", "empty"],
)
def test_any_words_are_kept_as_far_as_a_database_can(engine: Engine, words: str) -> None:
    talk, _ = take_in(engine, said(words), [words])

    with read_transaction(engine) as connection:
        assert [spoken.text for spoken in history.messages_after(connection, talk.id)] == [storable(words)] * 2


def test_odd_ids_are_kept_and_known_again(engine: Engine) -> None:
    odd = replace(
        HELLO, channel="web\x00chat", sender="\ud83d", conversation="😀", message_id="\x00\udfff", choice="\x00"
    )
    talk, _ = take_in(engine, odd)

    with write_transaction(engine) as connection:
        again = conversations.open_and_lock(connection, odd, NOW)
        assert again.id == talk.id
        assert conversations.record_inbound(connection, again, odd, NOW) is None
        assert conversations.find(connection, channel=odd.channel, address="😀", sender=odd.sender) == again
