"""What is read of a message before anybody thinks about it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.input.redaction import MASK, mask
from handlers.input.sanitize import MAX_MESSAGE_CHARS, sanitize, strip_media_markers
from handlers.model.messages import MessageKind
from kb.model import LineId
from tests.doubles import Dialog, means


@given(st.text(alphabet=st.characters()))
def test_what_is_read_can_always_be_stored(text: str) -> None:
    text.encode("utf-8", "surrogatepass")
    read = sanitize(text)
    assert read.encode("utf-8").decode("utf-8") == read
    assert "\x00" not in read


def test_of_an_endless_message_the_head_and_the_tail_are_read() -> None:
    read = sanitize("sākums " + "a" * 100_000 + " beigas")
    assert len(read) <= MAX_MESSAGE_CHARS
    assert read.startswith("sākums")
    assert read.endswith("beigas")


def test_invisible_and_control_characters_are_gone() -> None:
    assert sanitize("ka\u200bse\u202e \x07 nedr\u0000ukā\r\n\r\n  čeku\ud800") == "kase nedrukā\nčeku"


@pytest.mark.parametrize("text", ["[foto]", "[Фото] ", "[голосовое сообщение 0:12]", "[voice message]"])
def test_a_stand_in_for_a_medium_is_no_word(text: str) -> None:
    assert strip_media_markers(text, MessageKind.TEXT) == ("", True)


def test_a_caption_is_read() -> None:
    assert strip_media_markers("[foto] printeris nedrukā", MessageKind.TEXT) == ("printeris nedrukā", True)
    assert strip_media_markers("printeris nedrukā", MessageKind.PHOTO) == ("printeris nedrukā", True)
    assert strip_media_markers("[E-01] uz ekrāna", MessageKind.TEXT) == ("[E-01] uz ekrāna", False)


def test_a_photo_with_a_caption_is_answered_and_one_without_says_what_it_reads() -> None:
    talk = Dialog({"printer": means("printer", language="en")}).speaks("en")
    talk.pause = timedelta(minutes=2)
    assert "+371 20000002" in talk.says("printer", kind=MessageKind.PHOTO).text
    said = talk.says(kind=MessageKind.VOICE).text
    assert said.startswith("I only read text. Write what happened, or call.")
    assert "+371 20000002 (Workshop)" in said, "the number of the talk"
    assert "can't see pictures" in talk.says("look", kind=MessageKind.PHOTO).text
    assert [option.id for option in talk.says(kind=MessageKind.STICKER).options] == ["line:desk", "line:workshop"]
    talk.taps("line:desk")
    assert talk.session.line == LineId("desk")


@pytest.mark.parametrize(
    ("text", "heard", "kinds"),
    [
        ("karte 4111 1111 1111 1111 neiet", f"karte {MASK} neiet", ("card",)),
        ("4111-1111-1111-1111", MASK, ("card",)),
        ("rēķins 4111 1111 1111 1112", "rēķins 4111 1111 1111 1112", ()),
        ("0000 0000 0000 0000", "0000 0000 0000 0000", ()),
        ("mans pin ir 4321", f"mans pin ir {MASK}", ("pin",)),
        ("ПИН-код 1234 не принимает", f"ПИН-код {MASK} не принимает", ("pin",)),
        ("пинпад 2024 года", "пинпад 2024 года", ()),
        ("aizmirsu pin kodu", "aizmirsu pin kodu", ()),
        ("parole: Vasara2024!", f"parole: {MASK}", ("password",)),
        ("пароль qwerty1 не подходит", f"пароль {MASK} не подходит", ("password",)),
        ("my password is hunter2 and pin 9876", f"my password is {MASK} and pin {MASK}", ("pin", "password")),
        ("parole neder 2 dienu", "parole neder 2 dienu", ()),
        ("zvaniet +37120110525", "zvaniet +37120110525", ()),
    ],
)
def test_secrets_are_masked_and_nothing_else(text: str, heard: str, kinds: tuple[str, ...]) -> None:
    assert mask(text) == (heard, kinds)


def test_a_secret_is_neither_kept_nor_left_without_a_word() -> None:
    talk = Dialog({f"my pin is {MASK}, hours?": means("hours", language="en")})
    reply = talk.says("my pin is 4321, hours?")
    assert "4321" not in talk.decided.stored_text
    assert "+371 20000001" in reply.text
    assert "don't send" in reply.text
    assert talk.decided.trace.masked == ("pin",)


def test_a_bare_card_number_gets_the_warning_alone() -> None:
    talk = Dialog().speaks("en")
    assert talk.says("4111 1111 1111 1111").text.startswith("Please don't send")
    assert talk.decided.trace.handler == "secret"


def test_who_types_the_mask_itself_gets_a_reply_all_the_same() -> None:
    assert Dialog().says(MASK).text
