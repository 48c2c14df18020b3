"""The words that were read from a picture: masked as the person's own, matched with them, and never taken for them."""

import pytest

from handlers.input.picture_words import MAX_PICTURE_CHARS, picture_words
from handlers.model.messages import MessageKind
from kb.model import DialogueAct, LineId
from kb.understanding.result import ActCandidate, Outcome
from tests.doubles import Dialog, acts_as, means, notices

ERROR = "shift is older than 24 h"
GOING_BY = "Going by the text in the picture:"


@pytest.mark.parametrize(
    ("read", "stored", "masked"),
    [
        ("PIN\n4821", "PIN\n•••", ("pin",)),
        ("РIN: 4821", "PIN: •••", ("pin",)),
        ("Пapoль: Vasara2024", "Пароль: •••", ("password",)),
        ("4111 1111 1111 1111", "•••", ("card",)),
        ("Kļūda 12", "Kļūda 12", ()),
        ("", "", ()),
    ],
)
def test_secrets_are_masked_also_where_letters_were_taken_for_their_doubles(
    read: str, stored: str, masked: tuple[str, ...]
) -> None:
    found = picture_words(read)
    assert (found.text, found.masked) == (stored, masked)


def test_a_price_list_is_not_read_to_its_end() -> None:
    assert len(picture_words("soup 4,50 " * 500).text) == MAX_PICTURE_CHARS


def test_a_picture_without_words_of_its_own_is_answered_by_what_it_says() -> None:
    talk = Dialog({ERROR: means("close", language="lv")}).speaks("en")
    reply = talk.says(kind=MessageKind.PHOTO, picture_text=ERROR)
    assert reply.text.startswith(GOING_BY)
    assert talk.decided.trace.entry == "close"
    assert talk.decided.trace.language == "en", "the language of an error is not that of the person"
    assert (talk.decided.stored_text, talk.decided.stored_picture_text) == ("", ERROR)


def test_a_caption_and_its_picture_are_understood_together() -> None:
    talk = Dialog({f"what is this\n{ERROR}": means("close")}).speaks("en")
    assert talk.says("what is this", kind=MessageKind.PHOTO, picture_text=ERROR).text.startswith(GOING_BY)


def test_a_caption_that_is_understood_needs_no_picture() -> None:
    talk = Dialog({"when are you open?": means("hours"), ERROR: means("close")}).speaks("en")
    reply = talk.says("when are you open?", kind=MessageKind.PHOTO, picture_text=ERROR)
    assert GOING_BY not in reply.text
    assert talk.decided.trace.entry == "hours"
    assert talk.decided.stored_picture_text == ERROR


def test_a_screen_that_says_that_nothing_can_be_sold_calls_people_in() -> None:
    acts = {"locked": acts_as(DialogueAct.OUTAGE, 0.9)}
    talk = Dialog({"locked": means("dead")}, acts=acts).speaks("en")
    reply = talk.says(kind=MessageKind.PHOTO, picture_text="locked")
    assert reply.text.startswith(GOING_BY)
    assert [one.line for one in notices(talk)] == [LineId("workshop")]


def test_what_a_screen_says_is_nothing_that_the_person_does() -> None:
    thanks = (ActCandidate(DialogueAct.THANKS, 0.9),)
    talk = Dialog(acts={"thank you": thanks}).speaks("en")
    talk.says(kind=MessageKind.PHOTO, picture_text="thank you")
    assert talk.decided.trace.outcome is Outcome.UNKNOWN
    assert talk.decided.trace.acts == ()


def test_who_sends_a_screen_that_is_not_understood_is_not_told_that_it_was_not_read() -> None:
    talk = Dialog().speaks("en")
    reply = talk.says(kind=MessageKind.PHOTO, picture_text="blabla")
    assert reply.text.startswith("I did not understand the text in the picture.")


def test_a_number_on_a_screen_is_not_that_of_the_person() -> None:
    talk = Dialog({"call 29 111 222": means("close")}).speaks("en")
    talk.says(kind=MessageKind.PHOTO, picture_text="call 29 111 222")
    assert talk.session.details.phone is None


def test_a_secret_on_a_screen_gets_the_warning() -> None:
    talk = Dialog().speaks("en")
    reply = talk.says("help", kind=MessageKind.PHOTO, picture_text="PIN 4821")
    assert talk.decided.trace.masked == ("pin",)
    assert talk.knowledge.phrases("en", "secret") in reply.text


def test_two_different_screens_are_not_the_same_message_again() -> None:
    talk = Dialog({"one": means("close"), "two": means("close")}).speaks("en")
    for words in ("one", "two", "one", "two", "one"):
        assert talk.says(kind=MessageKind.PHOTO, picture_text=words).text.startswith(GOING_BY)
